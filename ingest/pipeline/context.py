"""What the steps of one run share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol
from urllib.parse import urlsplit

from ingest.config import ExtractSettings, FeedSettings, OutletSettings, Settings
from ingest.fetching import Fetcher, RequestOptions
from ingest.jobs import OutletHints
from ingest.pipeline.report import Report
from ingest.pipeline.writer import Writer
from ingest.workers import Workers
from storage.matching import RarityCounters
from storage.model import EntryStatus, FeedState, PendingEntry, PollOutcome


class Observer(Protocol):
    """Who is told of what happens, as it happens: the progress display, the log."""

    def feeds_chosen(self, count: int) -> None: ...

    def feed_started(self, state: FeedState) -> None: ...

    def feed_ended(self, state: FeedState, outcome: PollOutcome, reason: str) -> None: ...

    def entries_found(self, outlet: str, count: int) -> None: ...

    def entry_ended(self, pending: PendingEntry, status: EntryStatus, detail: str | None) -> None: ...

    def bug(self, where: str, trace: str) -> None: ...


@dataclass(frozen=True)
class Configured:
    """One feed of the configuration with its outlet, and what follows for requests and pages."""

    outlet: OutletSettings
    feed: FeedSettings
    options: RequestOptions
    hints: OutletHints

    @classmethod
    def of(cls, outlet: OutletSettings, feed: FeedSettings) -> Configured:
        return cls(
            outlet,
            feed,
            RequestOptions.of(feed),
            hints_of(outlet),
        )

    def options_for(self, url: str) -> RequestOptions:
        """What to send along for an article's page: secrets go to the feed's own origin only."""
        theirs, ours = urlsplit(url), urlsplit(self.feed.url)
        same = (theirs.scheme, theirs.netloc) == (ours.scheme, ours.netloc)
        return self.options if same else self.options.elsewhere()


def hints_of(outlet: OutletSettings) -> OutletHints:
    extract = None if outlet.extract == ExtractSettings() else outlet.extract
    return OutletHints(outlet.language, outlet.timezone, extract)


def utc_now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


@dataclass(frozen=True)
class Run:
    """The open resources of a run and its settings. Steps take it as their first argument."""

    settings: Settings
    writer: Writer
    fetcher: Fetcher
    workers: Workers
    counters: RarityCounters
    observer: Observer
    feeds: Mapping[str, Configured]  # by the configured address
    report: Report = field(default_factory=Report)
    now: Callable[[], datetime] = utc_now
