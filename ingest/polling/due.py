"""Due times after downtime and after clock jumps: everything is caught up, nothing comes in a flood."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from ingest.polling.durations import MINUTE, ZERO

WIDEST_STEP = timedelta(seconds=2)  # a few feeds need no half hour to be caught up


@dataclass(frozen=True, slots=True)
class Overdue:
    """A feed whose time came while nobody asked it."""

    feed_id: int
    due_at: datetime
    interval: timedelta


def catch_up(overdue: Iterable[Overdue], now: datetime, over: timedelta) -> dict[int, datetime]:
    """New due times for feeds that became due while nobody was there: an even spread over at most `over`, from `now`.

    Those with the shortest interval come first, because their documents turn over first.
    """
    queue = sorted(overdue, key=lambda feed: (feed.interval, feed.due_at, feed.feed_id))
    step = min(over / max(len(queue), 1), WIDEST_STEP)
    return {feed.feed_id: now + place * step for place, feed in enumerate(queue)}


def repair_due(
    next_poll_at: datetime | None, last_polled_at: datetime | None, now: datetime, max_interval: timedelta
) -> datetime | None:
    """A due time that can be worked with; the very one that was stored unless a clock jump has made nonsense of it.

    Further ahead than any decision reaches (a tenth over `max_interval`, for the jitter): the clock was set back, or
    was ahead when the time was stored. It is moved by whole intervals into the interval from now on, which keeps the
    feeds as evenly spread as they were. Long past: the clock was set forward, or nobody ran us; it stays due, and
    `catch_up` spreads it. None (never polled) stays None: due now.
    """
    if next_poll_at is None or next_poll_at <= now + max_interval * 1.1:
        return next_poll_at
    interval = next_poll_at - last_polled_at if last_polled_at else ZERO
    if not MINUTE <= interval <= max_interval * 1.1:
        interval = max_interval
    return now + (next_poll_at - now) % interval
