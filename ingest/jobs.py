"""What worker processes do, and the values handed to them.

The parsers (feedparser, trafilatura and what they need) are imported inside the jobs: the process that fetches never
loads them, which halves its start, and hostile bytes never meet them there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from storage.model import ArticleDraft, Entry, Failure, PendingEntry

if TYPE_CHECKING:
    from ingest.feeds import ParsedFeed
    from ingest.imports import Rejected
    from ingest.pages import Extraction

# Imported once, before the workers are forked: no more than the jobs of a run need, for the pages' part takes 1 s of CPU.
FEED_MODULES = ("ingest.feeds.parsing",)
TEXT_MODULES = (*FEED_MODULES, "ingest.drafts", "ingest.warm_texts")
PAGE_MODULES = (*TEXT_MODULES, "ingest.imports", "ingest.warm_pages")

PARSE_SECONDS = 10.0  # of a worker's time for one feed
PAGE_SECONDS = 10.0
IMPORT_SECONDS = 60.0  # for a batch of lines


@dataclass(frozen=True, slots=True)
class Page:
    """A page as it was answered: `url` is where redirects ended."""

    body: bytes
    url: str
    content_type: str | None


@dataclass(frozen=True, slots=True)
class OutletHints:
    """What the configuration says of the outlet's pages."""

    language: str | None = None
    timezone: str | None = None
    extract: Mapping[str, str | tuple[str, ...]] | None = None  # the outlet's own rules, where it has any


def read_feed(
    body: bytes,
    url: str,
    content_type: str | None,
    timezone: str | None,
    now: datetime,
    known: Mapping[int, Entry] | None = None,
) -> ParsedFeed:
    from ingest.feeds import parse_feed

    return parse_feed(body, url=url, content_type=content_type, timezone=timezone, now=now, known=known)


def read_page(page: Page, hints: OutletHints, now: datetime) -> Extraction:
    """For a preview: with every removed line and why."""
    from ingest.drafts import extract

    return extract(page, hints, now, explain=True)


def draft_from_page(pending: PendingEntry, page: Page, hints: OutletHints, now: datetime) -> ArticleDraft | Failure:
    from ingest import drafts

    return drafts.draft_from_page(pending, page, hints, now)


def draft_from_feed(
    pending: PendingEntry, hints: OutletHints, instead_of: Failure | None = None
) -> ArticleDraft | Failure:
    from ingest import drafts

    return drafts.draft_from_feed(pending, hints, instead_of=instead_of)


def draft_lines(lines: Sequence[tuple[int, bytes]], now: datetime) -> list[ArticleDraft | Rejected]:
    from ingest import imports

    return [imports.draft_line(number, line, now) for number, line in lines]
