"""The page of the feeds: how each one does, and its last polls at a glance."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from storage import Archive
from storage.records import FeedRow

POLLS = 40  # in a strip
ORDER = ("failing", "gap", "gone", "new", "ok", "removed")  # what needs a look comes first

_POLLS = """
    SELECT feed_id, at, outcome, new, reason FROM (
        SELECT *, row_number() OVER (PARTITION BY feed_id ORDER BY at DESC) AS place FROM polls)
    WHERE place <= :polls ORDER BY feed_id, at"""


class _Poll(NamedTuple):
    feed: int
    at: str
    outcome: str
    new: int
    reason: str


@dataclass(frozen=True, slots=True)
class Tick:
    """One poll in a strip, in percent of the drawing."""

    x: float
    width: float
    y: float
    height: float
    outcome: str
    label: str


@dataclass(frozen=True, slots=True)
class FeedLine:
    feed: FeedRow
    strip: list[Tick]
    new: int  # entries that the polls in the strip brought
    every: str


@dataclass(frozen=True, slots=True)
class FeedsPage:
    lines: list[FeedLine]
    statuses: list[tuple[str, int]]


def read_feeds(archive: Archive) -> FeedsPage:
    polls: defaultdict[int, list[_Poll]] = defaultdict(list)
    for row in archive.sql(_POLLS, {"polls": POLLS}):
        poll = _Poll._make(row)
        polls[poll.feed].append(poll)
    feeds = sorted(archive.feeds(), key=lambda feed: (ORDER.index(feed.status), feed.outlet, feed.id))
    counts = Counter(feed.status for feed in feeds)
    return FeedsPage(
        [_line(feed, polls[feed.id]) for feed in feeds], [(name, counts[name]) for name in ORDER if counts[name]]
    )


def _line(feed: FeedRow, polls: Sequence[_Poll]) -> FeedLine:
    every = "" if feed.interval_seconds is None else span(timedelta(seconds=feed.interval_seconds))
    return FeedLine(feed, _strip(polls), sum(poll.new for poll in polls), every)


def _strip(polls: Sequence[_Poll]) -> list[Tick]:
    """A bar for each poll, the newest at the right; as high as it brought entries, and never too low to be seen."""
    most = max((poll.new for poll in polls), default=0) or 1
    step = 100 / POLLS
    ticks = []
    for place, poll in enumerate(polls, start=POLLS - len(polls)):
        height = 100.0 if poll.outcome == "failed" else 14 + 86 * poll.new / most
        when = datetime.fromisoformat(poll.at).astimezone().strftime("%Y-%m-%d %H:%M")
        label = f"{when}: {poll.outcome}, {poll.new} new. {poll.reason}"
        ticks.append(
            Tick(
                round(step * place, 3),
                round(step * 0.7, 3),
                round(100 - height, 3),
                round(height, 3),
                poll.outcome,
                label,
            )
        )
    return ticks


def span(length: timedelta) -> str:
    """A length of time in its two largest units: `2 h 5 min`."""
    minutes = round(length.total_seconds() / 60)
    days, rest = divmod(minutes, 24 * 60)
    hours, left = divmod(rest, 60)
    parts = [(days, "d"), (hours, "h"), (left, "min")]
    named = [f"{value} {unit}" for value, unit in parts if value]
    return " ".join(named[:2]) or "0 min"
