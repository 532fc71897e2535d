"""Sitemaps as a source of entries: `urlset`, plain or with Google's news extension, and the index of sitemaps.

Formats: https://www.sitemaps.org/protocol.html and Google's "Create a news sitemap". The index is one level deep: its
children are addresses for the caller to fetch.
"""

from __future__ import annotations

from datetime import UTC, datetime

from lxml import etree

from ingest.dates import parse_date
from ingest.feeds.model import RawDate, RawEntry, RawFeed, Text
from ingest.feeds.newest import newest
from ingest.feeds.recall import Recall
from ingest.feeds.recovery import recovered

ROOTS = {"urlset": "sitemap", "sitemapindex": "sitemap_index"}

_NEVER = datetime.min.replace(tzinfo=UTC)

# Fields by the name of their element and of the one around it.
FIELDS = {
    ("url", "loc"): "loc",
    ("sitemap", "loc"): "loc",
    ("url", "lastmod"): "lastmod",
    ("sitemap", "lastmod"): "lastmod",
    ("news", "title"): "title",
    ("news", "publication_date"): "published",
    ("news", "keywords"): "keywords",
    ("publication", "name"): "name",
    ("publication", "language"): "language",
    ("image", "loc"): "image",
}


def read_sitemap(root: str, markup: str, recall: Recall) -> RawFeed | None:
    """Read a document whose root is one of `ROOTS`; None when nothing of it can be read."""
    tree, _ = recovered(markup)
    if tree is None:
        return None
    found = [row for element in tree if (row := _row(element)).get("loc")]
    rows, problems = newest(found, _date_of)
    if root == "sitemapindex":
        rows = sorted(rows, key=lambda row: parse_date(_date_of(row) or "").value or _NEVER, reverse=True)
        return RawFeed(ROOTS[root], sitemaps=tuple(row["loc"] for row in rows), problems=problems)
    name = next((row["name"] for row in rows if row.get("name")), None)
    digests = recall.digests("", map(repr, rows))
    return RawFeed(
        ROOTS[root],
        title=Text(name) if name else None,
        entries=recall.filled(digests, map(_entry, recall.unread(digests, rows))),
        digests=digests,
        problems=problems,
    )


def _row(element: etree._Element) -> dict[str, str]:
    """The fields of one `url` or `sitemap` element; the first of each counts."""
    row: dict[str, str] = {}
    for child in element.iter():
        parent = child.getparent()
        if parent is not None and child.text and (field := FIELDS.get((_local(parent), _local(child)))):
            row.setdefault(field, child.text.strip())
    return row


def _local(element: etree._Element) -> str:
    return str(element.tag).rpartition("}")[2].lower()


def _date_of(row: dict[str, str]) -> str | None:
    return row.get("published") or row.get("lastmod")


def _entry(row: dict[str, str]) -> RawEntry:
    changed = RawDate(row["lastmod"], "lastmod") if row.get("lastmod") else None
    return RawEntry(
        links=(row["loc"],),
        title=Text(row["title"], "unknown") if row.get("title") else None,
        categories=tuple(row.get("keywords", "").split(",")),
        images=(row["image"],) if row.get("image") else (),
        published=RawDate(row["published"], "news:publication_date") if row.get("published") else changed,
        updated=changed,
        language=row.get("language"),
    )
