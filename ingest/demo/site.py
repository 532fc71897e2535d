"""What one outlet serves in one edition: a table from paths to finished answers."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from ingest.demo.content import Publication, SampleFeed, SampleOutlet, publications
from ingest.demo.feeds import feed_document
from ingest.demo.pages import article_page, front_page
from ingest.demo.place import Place

MEDIA_TYPES = {
    "rss": "application/rss+xml",
    "atom": "application/atom+xml",
    "rdf": "application/rdf+xml",
    "json": "application/feed+json",
}
PIXEL = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNkYAAAAAYAAjCB0C8AAAAASUVORK5CYII=")
REFUSALS = {403: "Subscribers only", 404: "Not found", 410: "Gone", 500: "Internal server error"}


@dataclass(frozen=True, slots=True)
class Resource:
    """One finished answer. `location` makes it a redirect; without `modified_at` it carries no validators."""

    body: bytes
    content_type: str
    modified_at: datetime | None = None
    status: int = 200
    location: str | None = None

    @property
    def etag(self) -> str:
        # weak: the same tag names the plain and the gzip form
        return f'W/"{hashlib.blake2b(self.body, digest_size=8).hexdigest()}"'


def site(outlet: SampleOutlet, place: Place, edition: int) -> Mapping[str, Resource]:
    """All paths of `outlet` in `edition` (1 or 2), its robots.txt and placeholder images among them."""
    return dict(_resources(outlet, place, edition))


def refusal(status: int) -> Resource:
    words = REFUSALS[status]
    return Resource(f"<!doctype html><title>{words}</title><h1>{words}</h1>".encode(), "text/html", status=status)


def _resources(outlet: SampleOutlet, place: Place, edition: int) -> Iterator[tuple[str, Resource]]:
    shown = tuple(p for p in publications(outlet.name) if p.edition <= edition)
    yield (
        "/",
        Resource(front_page(outlet, shown, place, edition).encode(outlet.charset, "xmlcharrefreplace"), _html(outlet)),
    )
    if outlet.robots:
        yield "/robots.txt", Resource(outlet.robots.encode(), "text/plain; charset=utf-8")
    for feed in outlet.feeds:
        yield feed.path, _feed(outlet, feed, shown, place, edition)
    for publication in shown:
        yield from _article(outlet, publication, place, edition)


def _feed(
    outlet: SampleOutlet, feed: SampleFeed, shown: tuple[Publication, ...], place: Place, edition: int
) -> Resource:
    if feed.status != 200:
        return refusal(feed.status)
    listed = tuple(p for p in shown if feed.name in p.feeds)
    charset = "utf-8" if feed.format == "json" else outlet.charset
    body = feed_document(outlet, feed, listed, place, edition).encode(charset, "xmlcharrefreplace")
    newest = max((p.updated_at(place.now, edition) for p in listed), default=place.now)
    return Resource(body, MEDIA_TYPES[feed.format], newest)


def _article(
    outlet: SampleOutlet, publication: Publication, place: Place, edition: int
) -> Iterator[tuple[str, Resource]]:
    path, link = publication.page_path(outlet), publication.link_path(outlet)
    if link != path:
        yield link, Resource(b"", "text/plain", status=302, location=place.url(path))
    if outlet.image:
        yield f"/images/{publication.number}.png", Resource(PIXEL, "image/png")
    if publication.page_status != 200:
        yield path, refusal(publication.page_status)
        return
    page = article_page(outlet, publication, place, edition).encode(outlet.charset, "xmlcharrefreplace")
    yield path, Resource(page, _html(outlet), publication.updated_at(place.now, edition))


def _html(outlet: SampleOutlet) -> str:
    # sites in an old encoding tend to name it in the page only
    return "text/html; charset=utf-8" if outlet.charset == "utf-8" else "text/html"
