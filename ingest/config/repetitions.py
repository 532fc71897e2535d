"""What may stand in the file once only: the name of an outlet, the address of a feed."""

from __future__ import annotations

from collections.abc import Iterator

import ada_url
from yaml import ScalarNode

from ingest.config.document import Document, KeyPath, Value
from ingest.config.problems import quote


def note_repetitions(document: Document, values: Value) -> None:
    """Notes outlets of one name and feeds listed twice, each with both lines."""
    names: dict[str, KeyPath] = {}
    feeds: dict[str, KeyPath] = {}
    for path, name in _names(values):
        _note(document, names, name, path, "is already a name of the outlet")
    for path, url in _addresses(values):
        _note(document, feeds, spelling(url), path, "is already listed")


def spelling(url: str) -> str:
    """One spelling for the addresses of one feed: the scheme, `www.`, the fragment and a last slash make no other."""
    try:
        address, _, _ = ada_url.normalize_url(url).partition("#")
    except ValueError:
        return url
    place, mark, query = address.partition("?")
    return place.partition("://")[2].removeprefix("www.").rstrip("/") + (mark + query if query else "")


def _note(document: Document, seen: dict[str, KeyPath], key: str, path: KeyPath, message: str) -> None:
    first = seen.setdefault(key, path)
    if first == path:
        return
    node = document.find(path)[0]
    found = quote(node.value) if isinstance(node, ScalarNode) else "it"
    document.note(path, f"{found} {message} in line {document.line(first)}")


def _names(values: Value) -> Iterator[tuple[KeyPath, str]]:
    for path, outlet in _outlets(values):
        name, formerly = outlet.get("name"), outlet.get("formerly")
        if isinstance(name, str):
            yield (*path, "name"), name
        for index, former in enumerate(formerly if isinstance(formerly, list) else []):
            if isinstance(former, str):
                yield (*path, "formerly", index), former


def _addresses(values: Value) -> Iterator[tuple[KeyPath, str]]:
    for path, outlet in _outlets(values):
        feeds = outlet.get("feeds")
        for index, feed in enumerate(feeds if isinstance(feeds, list) else []):
            url = feed.get("url") if isinstance(feed, dict) else feed
            if isinstance(url, str):
                yield (*path, "feeds", index, "url"), url


def _outlets(values: Value) -> Iterator[tuple[KeyPath, dict[str, Value]]]:
    outlets = values.get("outlets") if isinstance(values, dict) else None
    for index, outlet in enumerate(outlets if isinstance(outlets, list) else []):
        if isinstance(outlet, dict):
            yield ("outlets", index), outlet
