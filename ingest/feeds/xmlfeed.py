"""RSS, RDF, Atom and CDF: the one place where feedparser is called, and what of its result we take.

feedparser gets a mended document as `BytesIO` and nothing else: of a string it would open the file or the address of
that name. It resolves no links and cleans no markup: both are ours, and its own ways of doing it are slow and can hang.
It is given no base address either, for it would make links of guids that are none.
"""

from __future__ import annotations

import html
import io
import re
from collections.abc import Iterable, Iterator
from typing import Any

import feedparser

from ingest.feeds.document import declares_others
from ingest.feeds.model import RawDate, RawEntry, RawFeed, RhythmHints, Text
from ingest.feeds.newest import newest
from ingest.feeds.quickxml import Parsed, read_usual
from ingest.feeds.recall import ReadWhole, Recall
from ingest.feeds.repair import Prepared, bound_tags
from storage.model import Enclosure

FORMATS = {"rss": "rss", "rdf": "rss10", "feed": "atom", "channel": "cdf"}  # by root, where feedparser has no name
HTML_TYPES = ("text/html", "text/xml")

_DATE = re.compile(
    r"<(?:[\w.-]+:)?(?:pubDate|published|issued|date|updated|modified|created)\b[^<>]*>(?:<!\[CDATA\[)?([^<>]{4,100})",
    re.IGNORECASE,
)
_SKIP = re.compile(r"<skip(Hour|Day)s\b[^<>]*>((?:[^<]|<(?!/?skip))*)</skip\1s", re.IGNORECASE)
_SKIPPED = re.compile(r"<(?:hour|day)\b[^<>]*>\s*([^<]{1,20})", re.IGNORECASE)
_LINK_TEXT = re.compile(r"<link\b[^<>]*>\s*(https?://[^\s<>]{1,2000})", re.IGNORECASE)
_GUID = re.compile(r"<(?:[\w.-]+:)?(?:guid|id)\b[^<>]*>(?:<!\[CDATA\[)?([^<>\]&]{1,2000}+)(?=[<\]])", re.IGNORECASE)
_ENTRY_END = re.compile(r"</(?:[\w.-]+:)?(?:item|entry)\s*>\s*\Z", re.IGNORECASE)

Dict = dict[str, Any]  # what feedparser makes; the only untyped thing in this room
_get = dict.get  # a value as it was published: feedparser's own look-up puts other fields in the place of missing ones


def read_xml(document: Prepared, recall: Recall) -> RawFeed | None:
    """Read a feed; None when it holds neither a feed's root nor an entry, or when feedparser gives up.

    Raises `ReadWhole` where without the known entries it is no feed that can be read.
    """
    entries, problems = newest(document.entries, _date_of)
    head, tail = bound_tags(document.head), bound_tags(document.tail)
    digests = _digests(document, entries, recall) if all(map(_stands_alone, entries)) else ()
    unread = recall.unread(digests, entries)
    markup = "".join((head, *unread, tail))
    usual = read_usual(markup)
    # To feedparser one entry may matter to the next.
    apart = usual is not None and len(usual.entries) == len(unread) and not usual.is_carried_on
    if not apart and len(unread) < len(entries):
        raise ReadWhole
    parsed = usual or _feedparse(markup)
    if parsed is None or not (parsed.entries or document.root in FORMATS):
        return None
    feed = parsed.feed
    name = _format(parsed.version, document)
    sources = unread if len(unread) == len(parsed.entries) else [""] * len(parsed.entries)
    read = (_entry(entry, name, source) for entry, source in zip(parsed.entries, sources, strict=True))
    return RawFeed(
        format=name,
        title=_text(feed, "title", name),
        links=tuple(link["href"] for link in _links(feed) if _get(link, "rel") == "alternate"),
        language=_string(feed, "language"),
        entries=recall.filled(digests if apart else (), read),
        digests=digests if apart else (),
        hints=_hints(feed, head + tail),
        problems=(*document.problems, *problems, *parsed.mistakes),
    )


def _stands_alone(entry: str) -> bool:
    """Whether a piece of a document, cut where entries begin, is an entry, and nothing in or behind it matters to others."""
    return _ENTRY_END.search(entry, max(0, len(entry) - 200)) is not None and not declares_others(entry)


def _digests(document: Prepared, entries: Iterable[str], recall: Recall) -> tuple[int, ...]:
    return recall.digests("\0".join((document.doctype, document.head, document.tail)), map(str.rstrip, entries))


def _feedparse(markup: str) -> Parsed | None:
    headers = {"content-type": "application/xml; charset=utf-8"}
    try:
        parsed = feedparser.parse(
            io.BytesIO(markup.encode("utf-8", "replace")),
            response_headers=headers,
            sanitize_html=False,
            resolve_relative_uris=False,
        )
    except Exception:  # noqa: BLE001  (any: feedparser runs on what strangers wrote, and promises nothing)
        return None
    return Parsed(parsed.version, parsed.feed, parsed.entries, _mistakes(parsed))


def _date_of(entry: str) -> str | None:
    match = _DATE.search(entry)
    return match[1] if match else None


def _format(version: str, document: Prepared) -> str:
    if document.root == "rss" and "netscape" in document.doctype.lower():
        return "rss091n"
    return version or FORMATS.get(document.root, "rss")


def _mistakes(parsed: Any) -> tuple[str, ...]:
    error = parsed.get("bozo_exception") if parsed.bozo else None
    reason = getattr(error, "getMessage", lambda: "")()
    return (f"not well-formed XML: {reason}",) if reason else ()


def _string(source: Dict, key: str) -> str | None:
    """A text. An element that feedparser does not know may stand in its place (`<links>`), and be of any kind."""
    value = _get(source, key)
    return value if isinstance(value, str) else None


def _list(source: Dict, key: str) -> list[Dict]:
    value = _get(source, key)
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _dict(source: Dict, key: str) -> Dict:
    value = _get(source, key)
    return value if isinstance(value, dict) else {}


def _entry(entry: Dict, name: str, source: str) -> RawEntry:
    """`source` is the entry's own markup, for the few things that feedparser changes or drops."""
    links = list(_links(entry))
    published, updated = _dates(entry, name)
    contents = [_content(content, name) for content in _list(entry, "content")]
    summary = _text(entry, "summary", name)
    if summary is not None and any(content and content.value == summary.value for content in contents):
        summary = None  # feedparser's copy
    return RawEntry(
        guid=_guid(entry, source),
        guid_is_link=bool(_string(entry, "link")) and _string(entry, "link") == _string(entry, "id"),
        links=(*_article_links(entry, links, name), *_link_text(source)),
        title=_text(entry, "title", name),
        summary=summary,
        contents=tuple(content for content in contents if content),
        authors=tuple(filter(None, _authors(entry))),
        categories=tuple(_get(tag, "label") or _get(tag, "term") or "" for tag in _list(entry, "tags")),
        enclosures=tuple(_enclosures(links)),
        images=tuple(_images(entry, links)),
        published=published,
        updated=updated,
        language=_language(entry),
    )


def _guid(entry: Dict, source: str) -> str | None:
    """The guid as published: under an `xml:base` feedparser makes an address of it."""
    guid = _string(entry, "id")
    raw = _GUID.search(source) if guid else None
    return raw[1].strip() if guid and raw and guid.endswith(raw[1].strip().lstrip("./")) else guid


def _link_text(source: str) -> Iterator[str]:
    """The text of a link element whose attributes hid it from feedparser: the last resort."""
    if match := _LINK_TEXT.search(source):
        yield html.unescape(match[1])


def _links(source: Dict) -> Iterator[Dict]:
    return (link for link in _list(source, "links") if _get(link, "href"))


def _article_links(entry: Dict, links: list[Dict], name: str) -> Iterator[str]:
    """The addresses of the article, the best first: the one before FeedBurner's, the canonical one, the alternates.

    Where RSS has several, the last counts for most readers; Atom's are ordered by the publisher.
    """
    if original := _string(entry, "feedburner_origlink"):
        yield original
    yield from (link["href"] for link in links if _get(link, "rel") == "canonical")
    alternates = [link for link in links if _get(link, "rel") == "alternate"]
    if not name.startswith("atom"):
        alternates.reverse()
    yield from (link["href"] for link in sorted(alternates, key=lambda link: "html" not in (_get(link, "type") or "")))


def _text(source: Dict, key: str, name: str) -> Text | None:
    value = _string(source, key)
    detail = _dict(source, f"{key}_detail")
    return None if value is None else _content({"type": "text/plain", **detail, "value": value}, name)


def _content(content: Dict, name: str) -> Text | None:
    """None for what is no text: pictures and the like. A type nobody knows is taken for markup."""
    kind = _get(content, "type") or "text/plain"
    value, base = _get(content, "value") or "", _get(content, "base") or None
    if kind.startswith(("image/", "audio/", "video/")) or not value:
        return None
    if not kind.startswith("text/") or kind in HTML_TYPES:
        return Text(value, "html", base)
    return Text(value, "text" if name.startswith("atom") else "unknown", base)


def _authors(entry: Dict) -> Iterator[str]:
    for author in _list(entry, "authors"):
        yield _get(author, "name") or _get(author, "email") or ""
    if not _list(entry, "authors"):
        yield _string(entry, "author") or ""


def _enclosures(links: Iterable[Dict]) -> Iterator[Enclosure]:
    for link in links:
        if _get(link, "rel") == "enclosure":
            length = str(_get(link, "length") or "")
            number = int(length) if length.isascii() and length.isdigit() and len(length) < 16 else None
            yield Enclosure(link["href"], _get(link, "type") or None, number)


def _images(entry: Dict, links: list[Dict]) -> Iterator[str]:
    """Pictures by how good they usually are: media, enclosures, thumbnails, the podcast's."""
    for content in _list(entry, "media_content"):
        if _get(content, "url") and "image" in (_get(content, "medium") or _get(content, "type") or ""):
            yield content["url"]
    yield from (link["href"] for link in links if (_get(link, "type") or "").startswith("image/"))
    yield from (_get(thumbnail, "url") or "" for thumbnail in _list(entry, "media_thumbnail"))
    yield _get(_dict(entry, "image"), "href") or ""


def _dates(entry: Dict, name: str) -> tuple[RawDate | None, RawDate | None]:
    """When it was published and changed. RSS knows `dc:date` only as the former, Atom's `updated` stands in for it."""
    fields = ("published", "created", "updated")
    found = [RawDate(text, field) for field in fields if (text := _string(entry, field)) and text.strip()]
    updated = next((date for date in found if date.source == "updated"), None)
    published = found[0] if found else None
    if published is updated and not name.startswith("atom"):
        updated = None
    return published, updated


def _language(entry: Dict) -> str | None:
    details = [*_list(entry, "content"), _dict(entry, "summary_detail"), _dict(entry, "title_detail")]
    return next((language for detail in details if (language := _string(detail, "language"))), None)


def _hints(feed: Dict, outline: str) -> RhythmHints:
    links = {_get(link, "rel"): link["href"] for link in reversed(list(_links(feed)))}
    skipped = {kind.lower(): tuple(map(str.strip, _SKIPPED.findall(text))) for kind, text in _SKIP.findall(outline)}
    return RhythmHints(
        ttl=_said(feed, "ttl"),
        update_period=_said(feed, "sy_updateperiod"),
        update_frequency=_said(feed, "sy_updatefrequency"),
        skip_hours=skipped.get("hour", ()),
        skip_days=skipped.get("day", ()),
        hub=links.get("hub"),
        self_url=links.get("self"),
        cloud=_cloud(_dict(feed, "cloud")),
    )


def _cloud(cloud: Dict) -> str | None:
    """rssCloud's notification service: protocol and address."""
    protocol, domain, port, path = (str(_get(cloud, key) or "") for key in ("protocol", "domain", "port", "path"))
    return f"{protocol} {domain}:{port or 80}{path}".strip()[:500] if domain else None


def _said(feed: Dict, key: str) -> str | None:
    return (_string(feed, key) or "").strip()[:50] or None
