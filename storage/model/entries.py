"""What feeds list: entries, what is known of them, and what is to be done about them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from operator import attrgetter

from storage.model.failures import Failure
from storage.model.feeds import Validators


@dataclass(frozen=True, slots=True)
class DateEvidence:
    """Where a date came from. Flags: `future`, `ancient`, `no_zone`, `date_only`, `unparsed`."""

    raw: str
    source: str
    flags: tuple[str, ...] = ()

    def __reduce__(self) -> tuple[type[DateEvidence], tuple[object, ...]]:
        """For the way from a worker, as with `Entry`."""
        return DateEvidence, (self.raw, self.source, self.flags)


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A file that an entry brings along. `length` in bytes, as announced."""

    url: str
    type: str | None = None
    length: int | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One item of one feed document. Text fields are plain text but `content_html`, which is safe HTML."""

    key: str  # identity within its feed: guid, else link, else a hash
    url: str | None = None  # as published, absolute, http or https
    title: str = ""
    summary: str = ""
    content_html: str | None = None
    authors: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    enclosures: tuple[Enclosure, ...] = ()
    published_at: datetime | None = None
    updated_at: datetime | None = None
    image_url: str | None = None
    language: str | None = None
    published_evidence: DateEvidence | None = None
    updated_evidence: DateEvidence | None = None
    content_hash: str = ""  # versioned; decides whether a known entry has changed
    guid: str | None = None  # as published, when there is one

    def __reduce__(self) -> tuple[type[Entry], tuple[object, ...]]:
        """For the way from a worker: what dataclasses do of themselves with slots takes three times as long."""
        return Entry, _entry_values(self)


_entry_values = attrgetter(*Entry.__slots__)


class EntryStatus(StrEnum):
    PENDING = "pending"
    STORED = "stored"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    GONE = "gone"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class KnownEntry:
    """What the archive knows of an entry that a feed listed before: its sighting."""

    sighting_id: int
    key: str
    canonical_url: str | None
    content_hash: str
    changes: int  # how often the content hash has changed
    status: EntryStatus
    article_id: int | None


class Novelty(StrEnum):
    NEW = "new"  # never listed by this feed
    CHANGED = "changed"  # listed before, with other content
    KNOWN = "known"


@dataclass(frozen=True, slots=True)
class PlannedEntry:
    """What is to be done about one entry of a poll. `key` is its key in the archive."""

    entry: Entry
    key: str
    canonical_url: str | None
    novelty: Novelty
    known: KnownEntry | None = None
    refused: Failure | None = None  # final at once, nothing to fetch: too old, no link


@dataclass(frozen=True, slots=True)
class PendingRef:
    """An entry whose article is still to be had, by number: enough to queue it."""

    sighting_id: int
    feed_id: int
    url: str | None


@dataclass(frozen=True, slots=True)
class PendingEntry:
    """An entry whose article is still to be had."""

    sighting_id: int
    feed_id: int
    feed_url: str
    outlet: str
    entry: Entry
    canonical_url: str | None
    attempts: int
    since: datetime
    article_id: int | None  # the article it belonged to so far: the entry has changed


@dataclass(frozen=True, slots=True)
class RecheckRef:
    """An article whose page is due to be looked at again, by number: enough to queue it."""

    article_id: int
    feed_id: int
    url: str | None


@dataclass(frozen=True, slots=True)
class Recheck:
    """An article whose page is to be looked at again for silent edits."""

    article_id: int
    seen: PendingEntry  # the entry as it was when the page was had
    validators: Validators  # of the page
    published_at: datetime | None
    first_seen_at: datetime
    checked_at: datetime  # when the page was had or asked for last
