"""The daemon's figures for Prometheus. Every label has a closed set of values; no outlet, host or address is one."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from ingest.daemon.health import Health
from ingest.pipeline.context import EntryEnd, Look, Stage
from storage.feeds import PollRecord
from storage.model import Failure, FailureKind, FeedState, FeedStatus, PendingEntry, PollOutcome, Recheck

CONTENT_TYPE = CONTENT_TYPE_LATEST
_SECONDS = (0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
_LAGS = (1, 5, 15, 60, 300, 900, 3600, 6 * 3600, 86_400)
_FINAL = ("stored", "updated", "unchanged", "gone", "failed", "pending")


class Figures:
    """An observer of the pipeline that counts, and the gauges that are set from time to time."""

    def __init__(self, health: Health) -> None:
        self._health = health
        self.registry = registry = CollectorRegistry()
        self._polls = Counter("ingest_polls", "Polls of feeds.", ["outcome"], registry=registry)
        self._articles = Counter(
            "ingest_articles", "Entries worked on, by what they came to.", ["status"], registry=registry
        )
        self._duplicates = Counter("ingest_duplicates", "Stored articles that repeat another one.", registry=registry)
        self._from_feed = Counter(
            "ingest_kept_from_feed", "Articles stored with the feed's own text.", registry=registry
        )
        self._looks = Counter(
            "ingest_rechecks", "Second looks at articles, by what they came to.", ["outcome"], registry=registry
        )
        self._failures = Counter(
            "ingest_failures", "Feeds and pages not had, by kind.", ["what", "kind"], registry=registry
        )
        self._stages = Histogram(
            "ingest_stage_seconds",
            "Seconds by stage, waiting included.",
            ["stage"],
            buckets=_SECONDS,
            registry=registry,
        )
        self._lags = Histogram(
            "ingest_poll_lag_seconds", "Polls: start after due time.", buckets=_LAGS, registry=registry
        )
        self._bugs = Counter(
            "ingest_bugs", "Mistakes of the program, each of which cost a feed or an entry.", registry=registry
        )
        self._requests = Counter("ingest_http_requests", "Requests sent.", registry=registry)
        self._bytes = Counter("ingest_http_bytes", "Bytes received.", registry=registry)
        self._feeds = Gauge("ingest_feeds", "Feeds by state.", ["status"], registry=registry)
        self._pending = Gauge("ingest_pending_entries", "Entries whose article is still to be had.", registry=registry)
        self._lag = Gauge("ingest_lag_seconds", "How long the longest overdue feed has waited.", registry=registry)
        self._size = Gauge("ingest_archive_bytes", "Size of the archive with its side files.", registry=registry)
        self._success = Gauge(
            "ingest_last_success_timestamp_seconds", "When a feed was polled well.", registry=registry
        )
        self._queues = Gauge("ingest_queue_length", "Jobs that wait or are under way.", ["queue"], registry=registry)
        healthy = Gauge("ingest_healthy", "1 if /healthz says so.", registry=registry)
        healthy.set_function(lambda: health.complaint() is None)
        self._seen = (0, 0)
        self._begin_with_zero()

    def _begin_with_zero(self) -> None:
        """A series that is missing until its first event cannot be alerted on."""
        for outcome in PollOutcome:
            self._polls.labels(outcome.value)
        for look in Look:
            self._looks.labels(look.value)
        for status in _FINAL:
            self._articles.labels(status)

    def text(self) -> bytes:
        return generate_latest(self.registry)

    # --- what is set from time to time

    def queues(self, lengths: Mapping[str, Callable[[], int]]) -> None:
        for name, length in lengths.items():
            self._queues.labels(name).set_function(length)

    def archive(self, statuses: Mapping[str, int], *, pending: int, size: int, lag: float) -> None:
        for status in FeedStatus:
            self._feeds.labels(status.value).set(statuses.get(status, 0))
        self._pending.set(pending)
        self._size.set(size)
        self._lag.set(lag)

    def network(self, requests: int, received: int) -> None:
        """Totals of the present client; a new one begins at zero."""
        before = self._seen if requests >= self._seen[0] else (0, 0)
        self._requests.inc(requests - before[0])
        self._bytes.inc(max(received - before[1], 0))
        self._seen = (requests, received)

    def lagged(self, seconds: float) -> None:
        self._lags.observe(max(seconds, 0.0))

    # --- what happens

    def feeds_chosen(self, count: int) -> None:
        pass

    def feed_started(self, state: FeedState) -> None:
        pass

    def feed_ended(self, state: FeedState, record: PollRecord, failure: Failure | None) -> None:
        self._polls.labels(record.outcome.value).inc()
        if failure is not None:
            self._failed("feed", failure)
        if record.outcome is not PollOutcome.SKIPPED:
            self._health.polled(success=failure is None)
        if failure is None:
            self._success.set_to_current_time()

    def entries_found(self, outlet: str, count: int) -> None:
        pass

    def entry_ended(self, pending: PendingEntry, end: EntryEnd) -> None:
        self._articles.labels(end.status.value).inc()
        self._duplicates.inc(end.duplicate)
        self._from_feed.inc(end.kept_from_feed)
        if end.failure is not None:
            self._failed("page", end.failure)

    def article_rechecked(self, check: Recheck, look: Look, failure: Failure | None) -> None:
        self._looks.labels(look.value).inc()

    def stage_ended(self, stage: Stage, seconds: float) -> None:
        self._stages.labels(stage).observe(seconds)

    def bug(self, where: str, trace: str) -> None:
        self._bugs.inc()

    def _failed(self, what: str, failure: Failure) -> None:
        self._failures.labels(what, FailureKind(failure.kind).value).inc()
