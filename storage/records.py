"""What reading gives: a row of a public view as a value. Attributes are named as the view's columns.

Times are aware datetimes in UTC. Values are frozen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Snippet:
    """A piece of a text around the words that were looked for; `marks` are their places in it."""

    text: str
    marks: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Article:
    """A row of `articles`. `score` and `snippet` are there when a search found it (a higher score fits better)."""

    id: int
    outlet: str
    title: str
    authors: tuple[str, ...]
    url: str | None
    canonical_url: str | None
    published_at: datetime | None
    first_seen_at: datetime
    updated_at: datetime | None
    language: str | None
    word_count: int
    summary: str
    text: str
    image_url: str | None
    method: str
    revision_count: int
    story_id: int
    duplicate_of: int | None  # the representative of its story; None for the representative itself
    published_source: str | None
    published_flags: str
    sort_at: datetime  # published_at; first_seen_at where that is missing or not to be believed
    changed_at: datetime  # added, revised or judged anew
    change_number: int  # rises with every such change of any article
    extra: Mapping[str, Any] | None  # section, tags, site name, page kind, what an import brought along
    score: float | None = None
    snippet: Snippet | None = None


@dataclass(frozen=True, slots=True)
class Story:
    """A row of `stories`: articles that carry the same text."""

    id: int
    representative_id: int
    article_count: int
    outlet_count: int
    first_published_at: datetime
    last_published_at: datetime


@dataclass(frozen=True, slots=True)
class Revision:
    """A row of `revisions`: one version of an article. `change` is None for the first."""

    article_id: int
    number: int
    seen_at: datetime
    title: str
    text: str
    change: str | None


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A row of `duplicates`: why one article was judged to repeat another, or to stand inside it."""

    article_id: int
    original_id: int
    kind: str  # same_url, exact, near, contained
    score: float
    threshold: float
    scheme: int
    decided_at: datetime
    status: str  # active, undone, confirmed


@dataclass(frozen=True, slots=True)
class Sighting:
    """A row of `sightings`: a feed listed an entry, and what became of it."""

    feed_id: int
    feed_url: str
    outlet: str
    entry_key: str
    url: str | None
    title: str
    article_id: int | None
    status: str
    kind: str | None
    detail: str | None
    attempts: int
    next_attempt_at: datetime | None
    first_seen_at: datetime
    last_seen_at: datetime
    summary: str
    published_at: datetime | None


@dataclass(frozen=True, slots=True)
class OutletRow:
    """A row of `outlets`."""

    name: str
    title: str
    home: str | None
    language: str | None
    feeds: int
    articles: int
    last_article_at: datetime | None


@dataclass(frozen=True, slots=True)
class FeedRow:
    """A row of `feeds`."""

    id: int
    outlet: str
    url: str
    status: str  # new, ok, failing, gap, gone, removed
    last_polled_at: datetime | None
    last_changed_at: datetime | None
    next_poll_at: datetime | None
    interval_seconds: int | None
    interval_reason: str | None
    failures: int
    last_error: str | None
    articles: int
    last_success_at: datetime | None
    moved_to: str | None
    gap_since: datetime | None
    gap_until: datetime | None
    gaps: int


@dataclass(frozen=True, slots=True)
class PollRow:
    """A row of `polls`: one attempt at one feed."""

    feed_id: int
    at: datetime
    outcome: str  # changed, unchanged, failed, skipped
    http_status: int | None
    bytes: int
    seconds: float
    entries: int
    new: int
    next_poll_at: datetime | None
    reason: str


@dataclass(frozen=True, slots=True)
class PollDayRow:
    """A row of `poll_days`: older polls of one feed, summed by day."""

    feed_id: int
    day: str  # YYYY-MM-DD in UTC
    changed: int
    unchanged: int
    failed: int
    skipped: int
    bytes: int
    seconds: float
    entries: int
    new: int
