"""Due times after downtime and after a clock was set: caught up evenly, repaired where no clock can have meant them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from ingest.pipeline.context import Run
from ingest.polling import Overdue, catch_up, repair_due
from ingest.polling.backoff import BACK_OFF_LIMIT
from ingest.polling.moves import GONE_RECHECK
from storage import feeds

if TYPE_CHECKING:
    from storage.transaction import Transaction


def spread(t: Transaction, run: Run) -> int:
    """Move the due times that call for it; returns how many it were."""
    now, polling = run.now(), run.settings.polling
    intervals = (feed.interval for _, feed in run.settings.feeds() if feed.interval)
    longest = max(polling.max_interval, BACK_OFF_LIMIT, *intervals)
    overdue: list[Overdue] = []
    moved = {}
    for time in feeds.due_times(t, until=now, since=now + longest):
        repaired = repair_due(time.due_at, time.last_polled_at, now, GONE_RECHECK if time.gone else longest)
        assert repaired is not None
        if repaired <= now:
            interval = timedelta(seconds=time.interval_seconds or 0) or polling.interval
            overdue.append(Overdue(time.feed_id, time.due_at, interval))
        elif repaired != time.due_at:
            moved[time.feed_id] = repaired
    moved |= catch_up(overdue, now, polling.interval)
    feeds.set_due(t, moved)
    return len(moved)
