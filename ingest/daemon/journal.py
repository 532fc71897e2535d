"""The daemon's log: one line per poll and per article, with stable event names (`docs/daemon.md` lists them).

A failure that repeats is told at its 1st, 2nd, 4th, 8th … occurrence; in between it is a `debug` line.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from ingest.config import ConfigError
from ingest.pipeline.context import EntryEnd, Look, Stage
from ingest.pipeline.retries import is_pause
from storage.feeds import PollRecord
from storage.model import EntryStatus, Failure, FeedState, PendingEntry, PollOutcome, Recheck


class Journal:
    """An observer of the pipeline that writes log lines. `log` is a structlog logger."""

    def __init__(self, log: Any) -> None:
        self._log = log
        self._bugs: Counter[str] = Counter()
        self._failed: Counter[int] = Counter()  # feeds in a row: the archive does not count what is nobody's fault

    def feeds_chosen(self, count: int) -> None:
        pass

    def feed_started(self, state: FeedState) -> None:
        self._log.debug("feed_started", outlet=state.outlet, feed=state.url)

    def feed_ended(self, state: FeedState, record: PollRecord, failure: Failure | None) -> None:
        told = {"outlet": state.outlet, "feed": state.url, "outcome": record.outcome.value}
        answer = {"status": record.http_status, "bytes": record.bytes, "seconds": round(record.seconds, 3)}
        due = {"next_poll_at": record.next_poll_at, "reason": record.reason}
        if failure is None:
            self._failed.pop(state.id, None)
        if failure is None or record.outcome is PollOutcome.SKIPPED:
            self._log.info("feed_polled", **told, **answer, entries=record.entries, new=record.new, **due)
            return
        times = self._failed[state.id] = max(state.failures, self._failed[state.id]) + 1
        level = self._log.warning if is_told(times) else self._log.debug
        level("feed_failed", **told, kind=failure.kind.value, detail=failure.detail, times=times, **answer, **due)

    def entries_found(self, outlet: str, count: int) -> None:
        pass

    def entry_ended(self, pending: PendingEntry, end: EntryEnd) -> None:
        level = self._log.info
        event = "entry_postponed" if end.status is EntryStatus.PENDING else f"entry_{end.status.value}"
        told: dict[str, object] = {"outlet": pending.outlet, "url": pending.entry.url or pending.entry.key}
        if end.article_id is not None:
            told |= {"article": end.article_id, "duplicate": end.duplicate, "from_feed": end.kept_from_feed}
        if end.failure is not None:
            told |= {"kind": end.failure.kind.value, "detail": end.failure.detail}
        if end.article_id is None and end.failure is not None:
            told["times"] = times = pending.attempts + 1
            level = self._log.warning if is_told(times) and not is_pause(end.failure) else self._log.debug
        level(event, **told)

    def article_rechecked(self, check: Recheck, look: Look, failure: Failure | None) -> None:
        told = {"outlet": check.seen.outlet, "url": check.seen.entry.url, "article": check.article_id}
        if look is Look.EDITED:
            self._log.info("article_edited", **told)
            return
        why = {"kind": failure.kind.value, "detail": failure.detail} if failure else {}
        self._log.debug("article_rechecked", **told, outcome=look.value, **why)

    def stage_ended(self, stage: Stage, seconds: float) -> None:
        pass

    def bug(self, where: str, trace: str) -> None:
        last = trace.rstrip().rpartition("\n")[2]
        self._bugs[last] += 1
        if is_told(self._bugs[last]):
            self._log.error("bug", where=where, times=self._bugs[last], trace=trace)


def is_told(times: int) -> bool:
    """Whether an occurrence of this number is worth a line: 1, 2, 4, 8 …"""
    return times > 0 and times & (times - 1) == 0


def problems(error: ConfigError) -> list[str]:
    """What is wrong with the settings, a line each."""
    return [str(problem) for problem in error.problems]
