"""Articles as a feed that any reader can subscribe to: Atom (RFC 4287) and JSON Feed 1.1.

Texts are written as paragraphs of escaped plain text, so that no markup of an outlet comes through.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import BinaryIO
from xml.sax.saxutils import XMLGenerator
from xml.sax.xmlreader import AttributesImpl

from storage.records import Article
from storage.search import categories
from storage.times import format_time

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0, 2.2
ATOM = "http://www.w3.org/2005/Atom"


@dataclass(frozen=True, slots=True)
class Head:
    """What a feed says of itself."""

    title: str
    updated_at: datetime
    url: str | None = None  # where the feed will be served


def write_atom(head: Head, articles: Iterable[Article], sink: BinaryIO) -> None:
    xml = _Xml(sink)
    xml.start("feed", xmlns=ATOM)
    xml.element("id", head.url or "urn:ingest:archive")
    xml.element("title", head.title)
    xml.element("updated", format_time(head.updated_at))
    if head.url:
        xml.element("link", rel="self", href=head.url)
    for article in articles:
        _entry(xml, article)
    xml.end("feed")
    xml.finish()


def _entry(xml: _Xml, article: Article) -> None:
    xml.start("entry", **({"xml:lang": article.language} if article.language else {}))
    xml.element("id", _id(article))
    xml.element("title", article.title or "(without a title)")
    xml.element("updated", format_time(_modified(article)))
    if article.published_at == article.sort_at:
        xml.element("published", format_time(article.sort_at))
    if article.url:
        xml.element("link", rel="alternate", href=article.url)
    for name in article.authors or (article.outlet,):
        xml.start("author")
        xml.element("name", name)
        xml.end("author")
    for term in _categories(article):
        xml.element("category", term=term)
    if article.summary:
        xml.element("summary", article.summary)
    xml.element("content", _html(article.text), type="html")
    xml.end("entry")


def write_jsonfeed(head: Head, articles: Iterable[Article], sink: BinaryIO) -> None:
    feed: dict[str, object] = {"version": "https://jsonfeed.org/version/1.1", "title": head.title, "feed_url": head.url}
    sink.write(json.dumps(_without_none(feed), ensure_ascii=False).encode()[:-1] + b', "items": [')
    for number, article in enumerate(articles):
        item = json.dumps(_without_none(_item(article)), ensure_ascii=False)
        sink.write((",\n" if number else "\n").encode() + item.encode())
    sink.write(b"\n]}\n")


def _item(article: Article) -> dict[str, object]:
    return {
        "id": _id(article),
        "url": article.url,
        "title": article.title or None,
        "content_text": article.text,
        "summary": article.summary or None,
        "image": article.image_url,
        "date_published": format_time(article.sort_at) if article.published_at == article.sort_at else None,
        "date_modified": format_time(_modified(article)),
        "authors": [{"name": name} for name in article.authors or (article.outlet,)],
        "tags": _categories(article) or None,
        "language": article.language,
    }


def _without_none(values: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in values.items() if value is not None}


def _id(article: Article) -> str:
    """Readers know an entry by it; the canonical URL never changes for an article."""
    return article.canonical_url or article.url or f"urn:ingest:article:{article.id}"


def _modified(article: Article) -> datetime:
    return article.updated_at or article.sort_at


def _categories(article: Article) -> list[str]:
    return list(dict.fromkeys(categories(article.extra)))


def _html(text: str) -> str:
    return "".join(f"<p>{escape(paragraph)}</p>" for paragraph in text.splitlines() if paragraph.strip())


class _Xml:
    """Elements one after another; what XML cannot hold is left out."""

    def __init__(self, sink: BinaryIO) -> None:
        self._out = XMLGenerator(sink, encoding="utf-8", short_empty_elements=True)
        self._out.startDocument()

    def start(self, name: str, **attributes: str) -> None:
        clean = {key: _NOT_XML.sub("", value) for key, value in attributes.items()}
        self._out.startElement(name, AttributesImpl(clean))

    def end(self, name: str) -> None:
        self._out.endElement(name)

    def element(self, name: str, content: str = "", **attributes: str) -> None:
        self.start(name, **attributes)
        self._out.characters(_NOT_XML.sub("", content))
        self.end(name)
        self._out.ignorableWhitespace("\n")

    def finish(self) -> None:
        self._out.endDocument()
