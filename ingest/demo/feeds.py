"""The feeds of the sample outlets: RSS 2.0, Atom, RSS 1.0 (RDF) and JSON Feed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from html import escape

from ingest.demo.content import Publication, SampleFeed, SampleOutlet
from ingest.demo.place import Place, excerpt, template


@dataclass(frozen=True, slots=True)
class _Item:
    fields: dict[str, str]  # plain text, by the names the templates use
    authors: tuple[str, ...]
    categories: tuple[str, ...]
    image_url: str | None
    html: str | None
    updated_at: datetime


def feed_document(
    outlet: SampleOutlet, feed: SampleFeed, listed: tuple[Publication, ...], place: Place, edition: int
) -> str:
    """The feed with the publications it lists in `edition`, newest first."""
    items = [_item(outlet, feed, publication, place, edition) for publication in listed]
    items.sort(key=lambda item: item.updated_at, reverse=True)
    build = _json_feed if feed.format == "json" else _xml_feed
    return build(outlet, feed, items, place)


def _item(outlet: SampleOutlet, feed: SampleFeed, publication: Publication, place: Place, edition: int) -> _Item:
    version = publication.version(edition)
    published = publication.published_at(place.now).astimezone(outlet.zone)
    updated = publication.updated_at(place.now, edition).astimezone(outlet.zone)
    fields = {
        "title": version.title,
        "link": place.link(outlet, feed, publication),
        "guid": f"{outlet.name}-{publication.number}",
        "outlet": outlet.name,
        "lang": publication.language,
        "section": publication.section,
        "author": ", ".join(publication.authors),
        "summary": excerpt(version.paragraphs[0]),
        "published": _rfc822(published, outlet.clock),
        "published_iso": published.isoformat(),
        "updated_iso": updated.isoformat(),
    }
    html = "".join(f"<p>{escape(line, quote=False)}</p>\n" for line in version.paragraphs) if feed.full else None
    categories = (publication.section, *publication.tags)
    image_url = place.image_url(publication) if outlet.image else None
    return _Item(fields, publication.authors, categories, image_url, html, updated)


def _rfc822(moment: datetime, clock: str | None) -> str:
    """RFC 822 date; `clock` replaces the offset by a zone name, as many content systems do."""
    text = format_datetime(moment)
    return f"{text.rpartition(' ')[0]} {clock}" if clock else text


def _xml_feed(outlet: SampleOutlet, feed: SampleFeed, items: list[_Item], place: Place) -> str:
    updated = items[0].updated_at if items else place.now
    head = {
        "title": outlet.title,
        "name": feed.name,
        "home": place.url("/"),
        "self": place.url(feed.path),
        "lang": outlet.language,
        "charset": outlet.charset,
        "updated": _rfc822(updated, outlet.clock),
        "updated_iso": updated.isoformat(),
    }
    one, elements = template(f"{feed.format}.item.xml"), _atom_elements if feed.format == "atom" else _rss_elements
    markup = {
        "items": "\n".join(one.substitute(_escaped(item.fields) | elements(item)) for item in items),
        "sequence": "".join(f'<rdf:li rdf:resource="{escape(item.fields["link"])}"/>' for item in items),
    }
    return template(f"{feed.format}.xml").substitute(_escaped(head) | markup)


def _atom_elements(item: _Item) -> dict[str, str]:
    return {
        "authors": "".join(f"<author><name>{escape(name)}</name></author>" for name in item.authors),
        "categories": "".join(f'<category term="{escape(name)}"/>' for name in item.categories),
        "content": f'<content type="html">{escape(item.html)}</content>' if item.html else "",
    }


def _rss_elements(item: _Item) -> dict[str, str]:
    image = f'url="{escape(item.image_url)}" type="image/png"' if item.image_url else ""
    return {
        "categories": "".join(f"<category>{escape(name)}</category>" for name in item.categories),
        "media": f'<media:content {image} medium="image"/><enclosure {image} length="68"/>' if image else "",
        "content": f"<content:encoded><![CDATA[{item.html}]]></content:encoded>" if item.html else "",
    }


def _escaped(fields: dict[str, str]) -> dict[str, str]:
    return {name: escape(text) for name, text in fields.items()}


def _json_feed(outlet: SampleOutlet, feed: SampleFeed, items: list[_Item], place: Place) -> str:
    document = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": outlet.title,
        "home_page_url": place.url("/"),
        "feed_url": place.url(feed.path),
        "language": outlet.language,
        "items": [_json_item(item) for item in items],
    }
    return json.dumps(document, ensure_ascii=False, indent=1)


def _json_item(item: _Item) -> dict[str, object]:
    fields = item.fields
    return {
        "id": fields["guid"],
        "url": fields["link"],
        "title": fields["title"],
        "summary": fields["summary"],
        "content_text": fields["summary"],
        "date_published": fields["published_iso"],
        "date_modified": fields["updated_iso"],
        "authors": [{"name": name} for name in item.authors],
        "tags": list(item.categories),
        "language": fields["lang"],
    }
