"""What is polled, and what the archive remembers of it between polls."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from storage.model.failures import Failure


@dataclass(frozen=True, slots=True)
class Outlet:
    """A publisher, as the configuration names it."""

    name: str
    title: str
    home: str | None = None
    language: str | None = None
    formerly: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Validators:
    """What a server gave to recognize its last answer for one URL; opaque, replayed to the letter (RFC 9110, 13.1)."""

    etag: str | None = None
    last_modified: str | None = None
    full_answer_at: datetime | None = None  # when the server last answered 200
    url: str | None = None  # which URL gave them: after redirects not the feed's own


class FeedStatus(StrEnum):
    NEW = "new"  # never polled
    OK = "ok"
    FAILING = "failing"
    GAP = "gap"  # a full poll without overlap: entries may have been missed
    GONE = "gone"  # answered 410
    REMOVED = "removed"  # no longer configured


@dataclass(frozen=True, slots=True)
class MoveEvidence:
    """A permanent redirect under observation: adopted after three good polls over 24 hours."""

    url: str
    first_seen_at: datetime
    times: int


@dataclass(frozen=True, slots=True)
class FeedState:
    """What the archive remembers of one feed between polls. `url` is the configured one, and the key."""

    id: int
    outlet: str
    url: str
    status: FeedStatus = FeedStatus.NEW
    validators: Validators = Validators()
    body_hash: str | None = None  # of the last body that was parsed
    moved_to: str | None = None  # adopted permanent move: what is fetched
    move: MoveEvidence | None = None
    next_poll_at: datetime | None = None  # None: due now
    last_polled_at: datetime | None = None
    last_success_at: datetime | None = None
    last_changed_at: datetime | None = None
    interval_seconds: int | None = None
    interval_reason: str | None = None
    failures: int = 0  # in a row
    last_failure: Failure | None = None
    gap_since: datetime | None = None
    last_entry_count: int = 0  # entries in the last parsed document
    hub: str | None = None  # rel=hub, stored for a later WebSub
    hints: str | None = (
        None  # JSON of the publisher's rhythm hints (ttl, sy:*, skipHours …) of the last parsed document
    )
    pace: str | None = None  # JSON of what polling has learned of the feed's rhythm; `ingest.polling.pace` reads it
    failure_weight: float = 0.0  # the failures in a row, each weighed by its kind: what the back-off doubles by
    gap_until: datetime | None = None  # the last gap reached from gap_since to here; both stay for the record
    gaps: int = 0  # how many there were


class PollOutcome(StrEnum):
    CHANGED = "changed"  # a new body was parsed
    UNCHANGED = "unchanged"  # 304, or the same bytes again
    FAILED = "failed"
    SKIPPED = "skipped"  # not asked: the domain is paused
