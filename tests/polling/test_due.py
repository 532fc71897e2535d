"""Downtime and clock jumps: due times are caught up and repaired without a flood; and what counts as being alive."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.polling import Attempt, Overdue, catch_up, health, machine_offline, repair_due

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
MINUTE, HOUR, DAY, YEAR = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1), timedelta(days=365)


def test_a_day_of_downtime_is_caught_up_in_an_even_spread() -> None:
    overdue = [Overdue(n, NOW - (n % 1440) * MINUTE, (n % 7 + 1) * 10 * MINUTE) for n in range(5000)]
    due = catch_up(overdue, NOW, 30 * MINUTE)
    by_minute = Counter((moment - NOW) // MINUTE for moment in due.values())
    assert set(due) == set(range(5000))
    assert set(by_minute) == set(range(30))
    assert max(by_minute.values()) - min(by_minute.values()) <= 1
    quick = [due[feed.feed_id] for feed in overdue if feed.interval == 10 * MINUTE]
    slow = [due[feed.feed_id] for feed in overdue if feed.interval == 70 * MINUTE]
    assert max(quick) < min(slow)


def test_a_few_feeds_are_caught_up_at_once() -> None:
    due = catch_up([Overdue(n, NOW - HOUR, HOUR) for n in range(5)], NOW, 30 * MINUTE)
    assert max(due.values()) <= NOW + timedelta(seconds=10)
    assert catch_up([], NOW, HOUR) == {}


# next_poll_at, last_polled_at, what becomes of it (None: the same)
REPAIRS = [
    (None, None, None),
    (NOW + 30 * MINUTE, NOW, None),
    (NOW + 25 * HOUR, NOW - HOUR, None),
    (NOW - DAY, NOW - DAY - HOUR, None),
    (NOW - YEAR, NOW - YEAR - HOUR, None),
    (NOW + YEAR, NOW + YEAR - 30 * MINUTE, NOW),
    (NOW + YEAR + 7 * MINUTE, NOW + YEAR - 23 * MINUTE, NOW + 7 * MINUTE),
    (NOW + YEAR + 7 * MINUTE, None, NOW + 7 * MINUTE),
    (NOW + YEAR + 7 * MINUTE, NOW - HOUR, NOW + 7 * MINUTE),
]


@pytest.mark.parametrize(("due", "polled", "repaired"), REPAIRS)
def test_repair(due: datetime | None, polled: datetime | None, repaired: datetime | None) -> None:
    assert repair_due(due, polled, NOW, DAY) == (repaired or due)


@given(
    st.timedeltas(-2 * YEAR, 2 * YEAR),
    st.timedeltas(timedelta(seconds=1), 30 * DAY),
    st.timedeltas(timedelta(seconds=1), 2 * DAY),
)
def test_a_repaired_time_is_within_reach_and_stays(jump: timedelta, ago: timedelta, longest: timedelta) -> None:
    due = NOW + jump
    repaired = repair_due(due, due - ago, NOW, longest)
    assert repaired is not None
    assert repaired <= NOW + longest * 1.1
    assert repaired == due or repaired >= NOW
    assert repair_due(repaired, due - ago, NOW, longest) == repaired


@pytest.mark.parametrize("jump", [-YEAR, YEAR])
def test_clock_jumps_neither_stop_nor_flood(jump: timedelta) -> None:
    """1,000 feeds polled every 30 minutes, evenly spread; then the clock jumps."""
    feeds = [(n, NOW + n * 30 * MINUTE / 1000) for n in range(1000)]
    now = NOW + jump
    repaired = {n: repair_due(due, due - 30 * MINUTE, now, DAY) or now for n, due in feeds}
    overdue = [Overdue(n, due, 30 * MINUTE) for n, due in repaired.items() if due < now - MINUTE]
    due = repaired | catch_up(overdue, now, 30 * MINUTE)
    by_minute = Counter((moment - now) // MINUTE for moment in due.values())
    assert set(by_minute) == set(range(30))
    assert max(by_minute.values()) <= 40


# started, last success, last attempt, earliest due (hours ago), alive
HEALTH = [
    (1, None, None, None, True),
    (1, None, 0.5, 0, True),
    (3, None, 1, 0, False),
    (9, 1, 0.1, 0, True),
    (9, 1.9, 0.1, 0, True),
    (9, 2.1, 0.1, 0, False),
    (9, 5, 5, -3, True),
    (9, 5, 5, 3, False),
    (9, 5, 5, None, True),
    (1, 30, 30, 25, True),
]


@pytest.mark.parametrize(("started", "success", "attempt", "due", "alive"), HEALTH)
def test_health(started: float, success: float | None, attempt: float | None, due: float | None, alive: bool) -> None:
    def ago(hours: float | None) -> datetime | None:
        return None if hours is None else NOW - hours * HOUR

    found = health(
        started_at=NOW - started * HOUR,
        last_success_at=ago(success),
        last_attempt_at=ago(attempt),
        earliest_due_at=ago(due),
        now=NOW,
    )
    assert (found.ok, bool(found.reason)) == (alive, True)


# attempts, a letter a host, capital if it answered, in order of time
OFFLINE = [
    ("", False),
    ("a", False),
    ("aaa", False),
    ("ab", True),
    ("abcabc", True),
    ("aB", False),
    ("aBa", False),
    ("aBac", True),
    ("ABCab", True),
    ("abA", False),
]


@pytest.mark.parametrize(("attempts", "offline"), OFFLINE)
def test_the_machine_is_offline_when_every_host_fails(attempts: str, offline: bool) -> None:
    made = [Attempt(host.lower(), NOW + place * MINUTE, host.isupper()) for place, host in enumerate(attempts)]
    assert machine_offline(made) is offline
    assert machine_offline(reversed(made)) is offline
