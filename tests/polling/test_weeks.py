"""A week in the life of a feed: poll after poll on a compressed clock, with the decisions of the real thing."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from ingest.config import PollingSettings
from ingest.polling import PollResult, advance, decide_next
from storage.model import Failure, FailureKind, FeedState, FeedStatus, PollOutcome

START = datetime(2026, 1, 5, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@dataclass
class Week:
    """`entries`: when they are published; the document lists the last `window`. `outages`: when nothing answers."""

    entries: list[datetime]
    window: int = 30
    outages: tuple[tuple[datetime, datetime], ...] = ()
    state: FeedState = field(default_factory=lambda: FeedState(1, "tribune", "https://example.org/feed"))
    polls: list[datetime] = field(default_factory=list)
    missed: int = 0

    def run(self, until: datetime, at: datetime = START) -> Week:
        seen = 0
        while at < until:
            self.polls.append(at)
            published = bisect_right(self.entries, at)
            result = self._answer(at, published, seen)
            if result.outcome is PollOutcome.CHANGED:
                self.missed += max(0, published - self.window - seen) if seen else 0
                seen = published
            decision = decide_next(self.state, result, PollingSettings())
            self.state = advance(self.state, result, decision)
            at = decision.next_poll_at
        return self

    def _answer(self, at: datetime, published: int, seen: int) -> PollResult:
        if any(start <= at < end for start, end in self.outages):
            return PollResult(PollOutcome.FAILED, at, Failure(FailureKind.TIMEOUT, "no answer"))
        if published == seen and self.state.last_success_at:
            return PollResult(PollOutcome.UNCHANGED, at)
        listed = min(published, self.window)
        dates = tuple(self.entries[published - listed : published])
        return PollResult(PollOutcome.CHANGED, at, listed=listed, new=min(published - seen, listed), dates=dates)

    def waits(self, since: datetime) -> list[timedelta]:
        late = [poll for poll in self.polls if poll >= since]
        return [b - a for a, b in pairwise(late)]


def every(step: timedelta, start: datetime, end: datetime) -> list[datetime]:
    return [start + n * step for n in range((end - start) // step)]


def days(times: Iterable[tuple[int, datetime, datetime]]) -> list[datetime]:
    return [moment for minutes, start, end in times for moment in every(minutes * MINUTE, start, end)]


def test_a_steady_feed_finds_its_pace() -> None:
    week = Week(every(2 * MINUTE, START - DAY, START + 7 * DAY)).run(START + 7 * DAY)
    assert week.missed == 0
    waits = sorted(week.waits(START + 4 * DAY))  # six new of thirty are aimed at: twelve minutes
    assert 10 * MINUTE <= waits[len(waits) // 2] <= 13 * MINUTE
    assert 8 * MINUTE <= waits[0] <= waits[-1] <= 15 * MINUTE


def test_a_silent_feed_is_left_alone() -> None:
    week = Week(every(20 * DAY, START - 600 * DAY, START)).run(START + 30 * DAY)
    assert week.missed == 0
    assert min(week.waits(START + 7 * DAY)) > 21 * HOUR
    assert len(week.polls) < 50


def test_a_quiet_night_does_not_cost_the_morning() -> None:
    """An entry a minute from 8 to 20 o'clock, none at night; the document turns over in half an hour."""
    busy = [(1, START + n * DAY + 8 * HOUR, START + n * DAY + 20 * HOUR) for n in range(-1, 7)]
    week = Week(days(busy)).run(START + 7 * DAY)
    nights = [poll for poll in week.polls if poll > START + 2 * DAY and not 7 <= poll.hour < 20]
    assert week.missed == 0
    assert week.state.gaps == 0
    assert len(nights) / 5 < 30


def test_a_gap_is_marked_and_fades() -> None:
    """Forty entries within two minutes, in the middle of a quiet week."""
    burst = [START + 3 * DAY + n * timedelta(seconds=3) for n in range(40)]
    entries = sorted(every(6 * HOUR, START - 30 * DAY, START + 7 * DAY) + burst)
    week = Week(entries).run(START + 3 * DAY + 12 * HOUR)
    assert week.missed == 11  # 40 and the regular one, less the 30 listed
    assert (week.state.status, week.state.gaps) == (FeedStatus.GAP, 1)
    assert week.state.gap_since is not None
    assert week.state.gap_since < burst[0] <= burst[-1] < (week.state.gap_until or START)
    later = Week(entries).run(START + 6 * DAY)
    assert (later.state.status, later.state.gaps) == (FeedStatus.OK, 1)


def test_an_outage_is_backed_off_from_and_forgotten() -> None:
    outage = (START + DAY, START + 4 * DAY)
    week = Week(every(10 * MINUTE, START - DAY, START + 7 * DAY), outages=(outage,)).run(START + 7 * DAY)
    during = [poll for poll in week.polls if outage[0] <= poll < outage[1]]
    assert 12 <= len(during) <= 30
    assert week.polls[week.polls.index(during[-1]) + 1] <= outage[1] + DAY * 1.1
    assert (week.state.failures, week.state.failure_weight, week.state.last_failure) == (0, 0.0, None)
    assert week.waits(START + 6 * DAY)[-1] <= 33 * MINUTE
