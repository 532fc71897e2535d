"""What the steps of one run share."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Literal, Protocol
from urllib.parse import urlsplit

from ingest.config import FeedSettings, OutletSettings, Settings
from ingest.fetching import Fetcher, RequestOptions, politeness_key
from ingest.jobs import OutletHints
from ingest.pipeline.report import Report
from ingest.pipeline.writer import Writer
from ingest.polling import Attempt, machine_offline
from ingest.workers import Workers
from storage.feeds import PollRecord
from storage.model import EntryStatus, Failure, FeedState, PendingEntry, Recheck

if TYPE_CHECKING:
    from storage.matching import RarityCounters

RECENT = timedelta(minutes=5)
Stage = Literal["fetch_feed", "parse_feed", "record_poll", "fetch_page", "draft", "keep", "recheck"]


class Look(StrEnum):
    """What a second look at an article's page came to."""

    EDITED = "edited"
    UNCHANGED = "unchanged"  # the same, or nothing that a reader would call an edit
    NOT_MODIFIED = "not_modified"  # 304
    FAILED = "failed"
    PAUSED = "paused"  # not asked: the domain is paused


@dataclass(frozen=True, slots=True)
class EntryEnd:
    """What became of an entry this time. `failure`: why there is no article, or why its text is the feed's own."""

    status: EntryStatus
    failure: Failure | None = None
    article_id: int | None = None
    duplicate: bool = False
    kept_from_feed: bool = False


class Observer(Protocol):
    """Who is told of what happens, as it happens: the progress display, the log."""

    def feeds_chosen(self, count: int) -> None: ...

    def feed_started(self, state: FeedState) -> None: ...

    def feed_ended(self, state: FeedState, record: PollRecord, failure: Failure | None) -> None: ...

    def entries_found(self, outlet: str, count: int) -> None: ...

    def entry_ended(self, pending: PendingEntry, end: EntryEnd) -> None: ...

    def article_rechecked(self, check: Recheck, look: Look, failure: Failure | None) -> None: ...

    def stage_ended(self, stage: Stage, seconds: float) -> None: ...

    def bug(self, where: str, trace: str) -> None: ...


@dataclass(frozen=True)
class Configured:
    """One feed of the configuration with its outlet, and what follows for requests and pages."""

    outlet: OutletSettings
    feed: FeedSettings
    options: RequestOptions

    @classmethod
    def of(cls, outlet: OutletSettings, feed: FeedSettings) -> Configured:
        return cls(outlet, feed, RequestOptions.of(feed))

    @cached_property
    def hints(self) -> OutletHints:
        """What is known of the outlet's pages; few polls bring one."""
        return hints_of(self.outlet)

    def options_for(self, url: str) -> RequestOptions:
        """What to send along for an article's page: secrets go to the feed's own origin only."""
        theirs, ours = urlsplit(url), urlsplit(self.feed.url)
        same = (theirs.scheme, theirs.netloc) == (ours.scheme, ours.netloc)
        return self.options if same else self.options.elsewhere()


class ConfiguredFeeds(Mapping[str, Configured]):
    """Every enabled feed by its address. What follows for its requests is worked out when it is asked for: that takes
    a third of a second for 5,000 feeds, of which one is polled at a time."""

    def __init__(self, settings: Settings) -> None:
        self._feeds = {feed.url: (outlet, feed) for outlet, feed in settings.feeds()}

    def __getitem__(self, url: str) -> Configured:
        return Configured.of(*self._feeds[url])

    def __contains__(self, url: object) -> bool:
        return url in self._feeds

    def __iter__(self) -> Iterator[str]:
        return iter(self._feeds)

    def __len__(self) -> int:
        return len(self._feeds)


def hints_of(outlet: OutletSettings) -> OutletHints:
    rules = {name: value for name, value in outlet.extract.model_dump().items() if value}
    return OutletHints(outlet.language, outlet.timezone, rules or None)


def utc_now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


class Attempts:
    """Which hosts answered in the last minutes: when none does, the fault is on this side."""

    def __init__(self) -> None:
        self._latest: deque[Attempt] = deque(maxlen=200)

    def note(self, url: str, at: datetime, *, answered: bool) -> None:
        self._latest.append(Attempt(politeness_key(url) or url, at, answered))

    def machine_offline(self, now: datetime) -> bool:
        latest = list(self._latest)  # in one step: the writer's thread asks while the loop notes
        recent = [attempt for attempt in latest if now - attempt.at <= RECENT]
        return machine_offline(recent)


@dataclass(frozen=True)
class Run:
    """The open resources of a run and its settings. Steps take it as their first argument."""

    settings: Settings
    writer: Writer
    fetcher: Fetcher
    workers: Workers
    observer: Observer
    feeds: Mapping[str, Configured]  # by the configured address
    report: Report = field(default_factory=Report)
    attempts: Attempts = field(default_factory=Attempts)
    now: Callable[[], datetime] = utc_now

    @cached_property
    def counters(self) -> RarityCounters:
        """How rare shingles are. Loaded with the first article: most runs find nothing new."""
        from ingest.keeping import new_counters

        return new_counters()

    @contextmanager
    def stage(self, stage: Stage) -> Iterator[None]:
        """Measures a stage of the way; waiting for the host's or the writer's turn is part of it."""
        started = time.monotonic()
        try:
            yield
        finally:
            self.observer.stage_ended(stage, time.monotonic() - started)
