"""JSON Feed 1.0 and 1.1 (https://www.jsonfeed.org/version/1.1/). Values of a wrong type count as missing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TypeGuard

from ingest.feeds.model import RawDate, RawEntry, RawFeed, RhythmHints, Text
from ingest.feeds.newest import newest
from ingest.feeds.recall import Recall
from storage.model import Enclosure

Json = dict[str, object]


def read_json(text: str, recall: Recall) -> RawFeed | None:
    """Read a JSON Feed; None for any other JSON, and for what is none."""
    try:
        feed = json.loads(text, strict=False)  # not strict: raw line ends in strings are frequent
    except (ValueError, RecursionError):
        return None
    if not _is_object(feed) or not _is_feed(feed):
        return None
    objects = [item for item in _list(feed, "items") if _is_object(item)]
    skipped = len(_list(feed, "items")) - len(objects)
    items, problems = newest(objects, lambda item: _string(item, "date_published") or _string(item, "date_modified"))
    digests = recall.digests(_string(feed, "language") or "", map(repr, items))
    hubs = [hub for hub in _list(feed, "hubs") if _is_object(hub)]
    return RawFeed(
        format="json11" if "1.1" in (_string(feed, "version") or "") else "json10",
        title=_text(feed, "title"),
        links=_strings(feed, "home_page_url"),
        language=_string(feed, "language"),
        entries=recall.filled(digests, map(_entry, recall.unread(digests, items))),
        digests=digests,
        hints=RhythmHints(
            hub=next((url for hub in hubs if (url := _string(hub, "url"))), None), self_url=_string(feed, "feed_url")
        ),
        problems=(*problems, f"{skipped} items are not objects") if skipped else problems,
    )


def _is_object(value: object) -> TypeGuard[Json]:
    return isinstance(value, dict)


def _is_feed(feed: Json) -> bool:
    """By its version, or by what only such a feed has: some write a bare number, or none."""
    if "jsonfeed.org" in (_string(feed, "version") or ""):
        return True
    return isinstance(feed.get("items"), list) and bool(_strings(feed, "feed_url", "home_page_url"))


def _entry(item: Json) -> RawEntry:
    html, plain = _string(item, "content_html"), _string(item, "content_text")
    return RawEntry(
        guid=_string(item, "id"),
        guid_is_link=True,
        links=_strings(item, "url", "external_url"),
        title=_text(item, "title"),
        summary=_text(item, "summary"),
        contents=(Text(html, "html"),) if html else (Text(plain),) if plain else (),
        authors=tuple(_authors(item)),
        categories=tuple(tag for tag in _list(item, "tags") if isinstance(tag, str)),
        enclosures=tuple(_enclosures(item)),
        images=_strings(item, "image", "banner_image"),
        published=_date(item, "date_published") or _date(item, "date_modified"),
        updated=_date(item, "date_modified"),
        language=_string(item, "language"),
    )


def _authors(item: Json) -> Iterator[str]:
    for author in [*_list(item, "authors"), item.get("author")]:  # `author` is version 1.0's
        if _is_object(author):
            yield _string(author, "name") or ""


def _enclosures(item: Json) -> Iterator[Enclosure]:
    for attachment in _list(item, "attachments"):
        if _is_object(attachment) and (url := _string(attachment, "url")):
            size = attachment.get("size_in_bytes")
            length = size if isinstance(size, int) and 0 <= size < 1 << 53 else None
            yield Enclosure(url, _string(attachment, "mime_type"), length)


def _date(item: Json, name: str) -> RawDate | None:
    text = _string(item, name)
    return RawDate(text, name) if text else None


def _text(item: Json, name: str) -> Text | None:
    value = _string(item, name)
    return Text(value) if value is not None else None


def _strings(item: Json, *names: str) -> tuple[str, ...]:
    return tuple(value for name in names if (value := _string(item, name)))


def _string(item: Json, name: str) -> str | None:
    """A string, or a number as one: ids are numbers in some feeds."""
    value = item.get(name)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        try:
            return str(value)
        except ValueError:  # too many digits
            return None
    return value if isinstance(value, str) else None


def _list(item: Json, name: str) -> list[object]:
    value = item.get(name)
    return value if isinstance(value, list) else []
