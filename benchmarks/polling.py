"""A simulated month of polling: what is missed, what is asked, how late it is, beside two other ways to poll.

    python benchmarks/polling.py [--seeds 1,2,3] [--feeds 500] [--undated]

500 feeds publish over a compressed clock; each way of polling sees the same feeds. Rates and window sizes follow the
84 dated feed documents of other projects' test suites that we could measure (quartiles 0.3, 3 and 40 entries a day;
30 % list ten entries, most 10 to 50), stretched at both ends to one entry a month and one a minute. Rhythms: day and
night with busier and quieter weekdays, the same with breaking news (2 to 4 times the pace of that hour for half an
hour to two hours, every four days), entries in batches, evenly at random, one issue a week, one edition a day.

"Missed" counts an entry that was listed for `min_interval` and its jitter (5m30s) or longer and yet never seen; what
falls off the document sooner could not be had by anyone who keeps to `min_interval` and is counted apart.
"""

from __future__ import annotations

import argparse
import math
import random
import time
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import numpy as np

from ingest.config import PollingSettings
from ingest.polling import PollResult, advance, decide_next
from storage.model import FeedState, PollOutcome

DAY = 86_400.0
MONTH = 30 * DAY
START = datetime(2026, 1, 1, tzinfo=UTC)
CATCHABLE = 330.0  # seconds: min_interval and its jitter

# quantile -> entries a day
RATES = ((0.0, 1 / 30), (0.25, 0.3), (0.5, 3.0), (0.75, 40.0), (0.9, 90.0), (0.97, 210.0), (1.0, 1440.0))
WINDOWS = {10: 0.3, 15: 0.1, 20: 0.12, 25: 0.12, 30: 0.14, 40: 0.07, 50: 0.1, 100: 0.05}
RHYTHMS = {"day and night": 0.4, "breaking news": 0.2, "batches": 0.15, "even": 0.1, "weekly": 0.08, "edition": 0.07}

# --- the feeds ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Feed:
    """`entries`: the sorted times of publication, in seconds from the start of the month (before it: negative)."""

    number: int
    window: int
    entries: list[float]


def make_feeds(seed: int, count: int) -> list[Feed]:
    random_ = np.random.default_rng(seed)
    return [make_feed(random_, number, (number + 0.5) / count) for number in range(count)]


def make_feed(random_: np.random.Generator, number: int, quantile: float) -> Feed:
    rhythm = str(random_.choice(list(RHYTHMS), p=list(RHYTHMS.values())))
    window = int(random_.choice(list(WINDOWS), p=list(WINDOWS.values())))
    rate = rate_at(quantile)
    period = {"weekly": 7, "edition": 1}.get(rhythm)
    if period:
        rate = min(rate, 0.8 * window / period)  # an issue fits into its document
    before = math.ceil(min(max(8.0, 2.2 * window / rate), 500.0))  # days: the document is full when we first see it
    times = issues(random_, rate, before, period) if period else stream(random_, rate, before, rhythm, window)
    return Feed(number, window, np.sort(times).tolist())


def rate_at(quantile: float) -> float:
    for (low, slow), (high, fast) in pairwise(RATES):
        if quantile <= high:
            return slow * (fast / slow) ** ((quantile - low) / (high - low))
    raise AssertionError(quantile)


def issues(random_: np.random.Generator, rate: float, before: int, period: int) -> np.ndarray:
    size, count = max(1, round(rate * period)), (before + 30) // period
    out = -before * DAY + random_.uniform(0, period * DAY) + period * DAY * np.arange(count)
    out = out + random_.normal(0, 1800, count)
    return (out[:, None] + random_.uniform(0, 1200 if period == 1 else 7200, (count, size))).ravel()


def stream(random_: np.random.Generator, rate: float, before: int, rhythm: str, window: int) -> np.ndarray:
    """A Poisson process whose pace changes minute by minute."""
    step = 60.0 if rate > 2 else 900.0
    times = -before * DAY + step * np.arange(int((before + 30) * DAY / step))
    pace = np.ones(len(times)) if rhythm == "even" else daily(random_, times)
    if rhythm == "breaking news":
        busy = breaking(random_, times)
        pace = np.where(busy > 1, np.maximum(pace, 0.3) * busy, pace)
    batch = int(random_.integers(2, max(3, min(window // 5, 6) + 1))) if rhythm == "batches" else 1
    counts = random_.poisson(pace * rate / batch * step / DAY)
    starts = np.repeat(times, counts) + random_.uniform(0, step, counts.sum())
    return (starts[:, None] + random_.uniform(0, 20 if batch > 1 else 1, (len(starts), batch))).ravel()


def daily(random_: np.random.Generator, times: np.ndarray) -> np.ndarray:
    """Up to 3.2 times the average at the outlet's noon, 3 % at night; every third outlet rests at weekends."""
    sharpness = int(random_.integers(1, 4))
    noon = random_.uniform(0, 24)
    wave = (0.5 - 0.5 * np.cos(2 * np.pi * ((times / 3600 + noon) % 24) / 24)) ** sharpness
    pace = np.maximum(0.03, wave / (0.5, 0.375, 0.3125)[sharpness - 1])
    return np.where((times // DAY) % 7 >= 5, 0.3 * pace, pace) if random_.random() < 1 / 3 else pace


def breaking(random_: np.random.Generator, times: np.ndarray) -> np.ndarray:
    busy, at = np.ones(len(times)), float(times[0])
    while at < MONTH:
        at += random_.exponential(4 * DAY)
        until = at + random_.uniform(1800, 7200)
        busy[np.searchsorted(times, at) : np.searchsorted(times, until)] = random_.uniform(2, 4)
    return busy


# --- the ways to poll ---------------------------------------------------------------------------------------------

# Delays in minutes: of the middle entry, of the latest 5 %, and the middle of the feeds' own medians.
COLUMNS = (
    ("", 10),
    ("missed", 9),
    ("too quick", 11),
    ("requests", 11),
    ("of fixed", 10),
    ("delay: median", 14),
    ("95 %", 12),
    ("feeds' median", 16),
    ("CPU s", 8),
)

Look = tuple[float, int]  # the time of a poll, and how many entries were published by then
Way = Callable[[Feed], Iterator[Look]]


def fixed(feed: Feed) -> Iterator[Look]:
    at = random.Random(feed.number).uniform(0, 1800)
    while at < MONTH:
        yield at, bisect_right(feed.entries, at)
        at += 1800


def miniflux(feed: Feed) -> Iterator[Look]:
    """Miniflux's `entry_frequency` scheduler with its defaults (5 minutes to 24 hours, factor 1): a week over the
    number of entries a week, reckoned from the average distance of the last week's (miniflux/v2,
    `internal/model/feed.go` and `WeeklyFeedEntryCount` in `internal/storage/feed.go`).
    """
    at = random.Random(feed.number).uniform(0, 1800)
    stored: list[float] = []
    published_before = oldest = 0
    while at < MONTH:
        published = bisect_right(feed.entries, at)
        yield at, published
        stored += feed.entries[max(published_before, published - feed.window) : published]
        published_before = published
        while oldest < len(stored) and stored[oldest] < at - 7 * DAY:
            oldest += 1
        at += miniflux_interval(stored[oldest:])


def miniflux_interval(last_week: Sequence[float]) -> float:
    distance = int((int(last_week[-1]) - int(last_week[0])) / (len(last_week) - 1)) if len(last_week) > 1 else 0
    if not distance:
        return DAY
    return min(max(7 * DAY / math.ceil(7 * DAY / distance), 300), DAY)


def ingest(feed: Feed, *, dated: bool = True) -> Iterator[Look]:
    settings, state = PollingSettings(), FeedState(feed.number, "simulated", f"https://example.org/{feed.number}")
    at = random.Random(feed.number).uniform(0, 1800)
    before = 0
    while at < MONTH:
        published = bisect_right(feed.entries, at)
        yield at, published
        result = answer(feed, state, at, before, published, dated)
        decision = decide_next(state, result, settings)
        state, before = advance(state, result, decision), published
        at = (decision.next_poll_at - START).total_seconds()


def answer(feed: Feed, state: FeedState, at: float, before: int, published: int, dated: bool) -> PollResult:
    now = START + timedelta(seconds=at)
    if state.last_success_at and published == before:
        return PollResult(PollOutcome.UNCHANGED, now)
    listed = min(feed.window, published)
    new = min(published - before, listed)
    asked = dated and new == listed  # dates are looked at only where nothing was known: spares the simulation time
    dates = tuple(START + timedelta(seconds=t) for t in feed.entries[published - listed : published]) if asked else ()
    return PollResult(PollOutcome.CHANGED, now, listed=listed, new=new, dates=dates)


# --- what came of it ----------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Outcome:
    """Delays in seconds from publication to the poll that saw the entry."""

    requests: int = 0
    entries: int = 0
    missed: int = 0
    too_quick: int = 0  # listed for less than `CATCHABLE`, and missed
    delays: list[float] = field(default_factory=list)
    feed_delays: list[float] = field(default_factory=list)  # each feed's median

    def row(self, name: str, requests: int, seconds: float) -> str:
        median, late = np.percentile(self.delays, [50, 95]) / 60
        by_feed = np.median(self.feed_delays) / 60
        return (
            f"{name:>10}{self.missed:>9,}{self.too_quick:>11,}{self.requests:>11,}{self.requests / requests:>10.1%}"
            f"{median:>14.1f}{late:>12.1f}{by_feed:>16.1f}{seconds:>8.1f}"
        )


def simulate(feeds: Sequence[Feed], way: Way) -> Outcome:
    outcome = Outcome()
    for feed in feeds:
        watch(feed, way, outcome)
    return outcome


def watch(feed: Feed, way: Way, outcome: Outcome) -> None:
    """What was published before the first poll counts neither as missed nor as late."""
    before: int | None = None
    delays: list[float] = []
    for at, published in way(feed):
        outcome.requests += 1
        if before is not None and published > before:
            seen_from = max(before, published - feed.window)
            for lost in range(before, seen_from):
                listed = feed.entries[lost + feed.window] - feed.entries[lost]
                outcome.missed += listed >= CATCHABLE
                outcome.too_quick += listed < CATCHABLE
            outcome.entries += published - before
            delays += [at - published_at for published_at in feed.entries[seen_from:published]]
        before = published
    outcome.delays += delays
    if delays:
        outcome.feed_delays.append(float(np.median(delays)))


def main() -> None:
    parser = argparse.ArgumentParser(description="A simulated month of polling.")
    parser.add_argument("--seeds", default="1", help="comma separated; one table each")
    parser.add_argument("--feeds", type=int, default=500)
    parser.add_argument("--undated", action="store_true", help="entries carry no dates")
    arguments = parser.parse_args()
    ways: dict[str, Way] = {
        "fixed 30m": fixed,
        "Miniflux": miniflux,
        "ingest": lambda feed: ingest(feed, dated=not arguments.undated),
    }
    for seed in map(int, arguments.seeds.split(",")):
        feeds = make_feeds(seed, arguments.feeds)
        published = sum(len(feed.entries) for feed in feeds)
        print(f"seed {seed}: {len(feeds)} feeds, {published:,} entries, those before the month included")
        print("".join(f"{title:>{width}}" for title, width in COLUMNS))
        requests = 0
        for name, way in ways.items():
            started = time.process_time()
            outcome = simulate(feeds, way)
            requests = requests or outcome.requests
            print(outcome.row(name, requests, time.process_time() - started), flush=True)
        print(f"{outcome.entries:,} entries in the month\n")


if __name__ == "__main__":
    main()
