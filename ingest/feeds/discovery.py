"""Which feeds a page offers: link elements, links that look like feeds, and the places where feeds usually are."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

from lxml import etree

from ingest.feeds.encodings import decode
from ingest.feeds.model import FeedLink, ParsedFeed
from ingest.text import clean_line
from ingest.urls import canonical_url, resolve_link

MAX_PAGE = 2_000_000  # characters
MAX_LINKS = 50
MAX_ANCHORS = 3_000

FEED_TYPES = {
    "application/rss+xml": 90,
    "application/atom+xml": 90,
    "application/feed+json": 85,
    "application/rdf+xml": 80,
    "text/xml": 70,
    "application/xml": 70,
    "application/json": 40,
}
COMMON_PATHS = (
    *("/feed/", "/rss", "/rss.xml", "/feed.xml", "/atom.xml", "/index.xml", "/feed", "/feeds", "/rss/", "/feed.json"),
    *("/feeds/posts/default", "/?feed=rss2", "/index.rdf", "/news/rss.xml", "/rss/news", "/rss/all", "/rss/feed.xml"),
    *("/sitemap-news.xml", "/news-sitemap.xml", "/sitemap_news.xml"),
)
COMMON_PATH_SCORE = 20
ANCHOR_SCORE = 50

_FEEDISH = re.compile(
    r"(?:^|[/._?=&-])(?:rss2?|feeds?|atom|rdf|xmlfeed|syndication)(?:[/._?=&-]|$)|\.(?:rss|rdf|atom)$|feeds?\.", re.I
)
_COMMENTS = re.compile(r"\bcomments?\b|kommentar|commentaire|comentario|коммент", re.IGNORECASE)


def discover(body: bytes, url: str, content_type: str | None = None) -> tuple[FeedLink, ...]:
    """The feeds that an HTML page names, the likeliest first. Nothing is fetched; see `common_feeds` for guesses."""
    return feed_links(decode(body, content_type).text, url)


def feed_links(page: str, url: str) -> tuple[FeedLink, ...]:
    """As `discover`, of text."""
    tree = _parse(page[:MAX_PAGE])
    if tree is None:
        return ()
    base = next((found for element in tree.iter("base") if (found := resolve_link(url, element.get("href", "")))), url)
    best: dict[str, FeedLink] = {}
    for link in (*_link_elements(tree, base), *_anchors(tree, base)):
        key = canonical_url(link.url)
        if key != canonical_url(url) and (key not in best or best[key].score < link.score):
            best[key] = link
    return tuple(sorted(best.values(), key=lambda link: -link.score)[:MAX_LINKS])


def common_feeds(url: str) -> tuple[FeedLink, ...]:
    """Where feeds usually are on a site: guesses, to be fetched one at a time and judged by `judge`."""
    urls = (resolve_link(url, path) for path in COMMON_PATHS)
    return tuple(FeedLink(found, score=COMMON_PATH_SCORE) for found in urls if found)


def judge(link: FeedLink, feed: ParsedFeed) -> FeedLink | None:
    """The link with the score that its document deserves; None if that is no feed with entries."""
    if feed.failure is not None or not feed.entries:
        return None
    dated = sum(entry.published_at is not None for entry in feed.entries)
    linked = sum(entry.url is not None for entry in feed.entries)
    bonus = 10 * (dated + linked) // (2 * len(feed.entries)) + min(len(feed.entries), 10)
    return replace(link, title=link.title or feed.title, type=feed.format, score=min(100, link.score + bonus))


def _parse(page: str) -> etree._Element | None:
    parser = etree.HTMLParser(recover=True, no_network=True, remove_comments=True, remove_pis=True, huge_tree=False)
    try:
        root: etree._Element | None = etree.fromstring(page.encode("utf-8", "replace"), parser)
    except (etree.XMLSyntaxError, ValueError):
        return None
    return root


def _link_elements(tree: etree._Element, base: str) -> Iterator[FeedLink]:
    for element in islice(tree.iter("link"), MAX_ANCHORS):
        relations = (element.get("rel") or "").lower().split()
        kind = (element.get("type") or "").partition(";")[0].strip().lower()
        score = FEED_TYPES.get(kind, 75 if "feed" in relations else 0)
        url = resolve_link(base, element.get("href") or "")
        if url and score and not {"alternate", "feed"}.isdisjoint(relations) and not _is_api(url):
            yield _scored(url, element.get("title") or "", kind or None, score, base)


def _anchors(tree: etree._Element, base: str) -> Iterator[FeedLink]:
    for element in islice(tree.iter("a"), MAX_ANCHORS):
        href = element.get("href") or ""
        if _FEEDISH.search(href[:500]) and (url := resolve_link(base, href)):
            yield _scored(
                url, element.get("title") or "".join(map(str, element.itertext()))[:200], None, ANCHOR_SCORE, base
            )


def _is_api(url: str) -> bool:
    return "/wp-json/" in url or "/oembed" in url


def _scored(url: str, title: str, kind: str | None, score: int, base: str) -> FeedLink:
    """Feeds of comments are hardly what is wanted; a short address is the site's main feed rather than a section's."""
    title = clean_line(title)[:300]
    if _COMMENTS.search(title) or _COMMENTS.search(url):
        score -= 40
    same_site = canonical_url(url).split("/")[2] == canonical_url(base).split("/")[2]
    depth = canonical_url(url).count("/") - 3
    return FeedLink(url, title, kind, max(1, score + (5 if same_site else 0) - min(depth, 5)))
