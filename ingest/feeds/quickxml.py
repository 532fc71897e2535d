"""Usual feeds read quickly: RSS 2.0, RSS 1.0 and Atom 1.0 as most outlets write them, ten times as fast as feedparser.

What comes out is what `ingest.feeds.xmlfeed` takes of feedparser's result: the same keys with the same values, its
guesses and oddities included. Whatever it takes doubt to read (elements that mean something elsewhere, markup where a
text belongs, `xml:base`, a type nobody uses) is declined, and feedparser reads the document. Both use expat, so they
agree on what is well-formed. `tests/feeds/test_quickxml.py` compares the two over the corpus and over made-up feeds.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from xml.etree.ElementTree import Element, ParseError, fromstring

from ingest.feeds.document import Document, Names, Place
from ingest.feeds.elements import LEAVES, Handler, ignore_group
from ingest.feeds.quirks import Dict, Unusual, attributes_of, language_of, text_of
from ingest.feeds.vocabulary import ATOM10, DECLINED, IGNORED, IGNORED_GROUPS, RDF, RSS10, RSS_VERSIONS

MAX_DEPTH = 12  # of an element

_BASE = re.compile(r"base(?<=[\s:]base)\s*=")  # found by its letters, which is quick


@dataclass(slots=True)
class Parsed:
    """A document as feedparser would hand it over, as far as we take it."""

    version: str
    feed: Dict
    entries: list[Dict]
    mistakes: tuple[str, ...] = ()
    is_carried_on: bool = False  # see `Document`


def read_usual(markup: str) -> Parsed | None:
    """Read a mended document; None where it is not usual, or not well-formed."""
    if "1999/xlink" in markup or _BASE.search(markup.lower()):
        return None
    try:
        root = fromstring(markup.encode("utf-8", "replace"))  # noqa: S314  no entity is declared in what we mended
        return _read(root, Names(markup))
    except (ParseError, Unusual, ValueError):
        return None


def _read(root: Element, names: Names) -> Parsed:
    name = names.of(root.tag)
    document = Document(names, _find_version(name, root, names))
    feed = Place(False, language_of(root, None))
    if feed.language and name != "rdf_rdf":
        feed.values["language"] = feed.language.replace("_", "-")
    channels = [child for child in root if names.of(child.tag) == "channel"]
    if name == "rss" and (len(channels) != 1 or len(root) != 1):
        raise Unusual
    if name == "rdf_rdf" and len(channels) != 1:
        raise Unusual
    _walk(document, feed, root, 2)
    return Parsed(document.version, feed.values, document.entries, is_carried_on=document.is_carried_on)


def _find_version(name: str, root: Element, names: Names) -> str:
    if name == "rss" and names.first in (ATOM10, None):
        version = root.get("version", "")
        return "rss20" if version.startswith("2.") else RSS_VERSIONS.get(version, "rss")
    if name == "rdf_rdf" and names.first == RSS10:
        return "rss10"
    if name == "feed" and names.first == ATOM10:
        return "atom10"
    raise Unusual


def _walk(document: Document, place: Place, parent: Element, depth: int) -> None:
    """Let each element within `parent` say what it says of the place; decline the document where one is unusual."""
    if depth > MAX_DEPTH:
        raise Unusual
    for element in parent:
        name = document.names.of(element.tag)
        if handler := HANDLERS.get(name):
            handler(document, place, element, depth)
        elif name in IGNORED:
            text_of(element)
        elif name in IGNORED_GROUPS:
            ignore_group(document, element, IGNORED_GROUPS[name])
        elif name not in DECLINED:
            _walk_into(document, place, element, depth)
        else:
            raise Unusual


def _walk_into(document: Document, place: Place, group: Element, depth: int) -> None:
    """What stands in a group counts as if it stood beside it."""
    if len(group) and language_of(group, place.language) != place.language:
        raise Unusual
    _walk(document, place, group, depth + 1)


def _channel(document: Document, place: Place, element: Element, depth: int) -> None:
    if place.is_entry or depth != 2 or not {"lastmod", "href"}.isdisjoint(element.keys()):
        raise Unusual
    _walk_into(document, place, element, depth)


def _entry(document: Document, place: Place, element: Element, depth: int) -> None:
    if place.is_entry or not {"lastmod", "href"}.isdisjoint(element.keys()):
        raise Unusual
    document.title_depth = -1
    document.is_carried_on |= document.has_content
    entry = Place(True, language_of(element, place.language))
    if about := element.get(f"{{{RDF}}}about"):
        entry.values["id"] = about
    _walk(document, entry, element, depth + 1)
    document.has_content = False
    document.entries.append(entry.values)


def _media_content(document: Document, place: Place, element: Element, depth: int) -> None:
    place.append("media_content", attributes_of(element))
    _walk_into(document, place, element, depth)


HANDLERS: dict[str, Handler] = LEAVES | {
    "channel": _channel,
    **dict.fromkeys(("item", "entry"), _entry),
    "media_content": _media_content,
}
