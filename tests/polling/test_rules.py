"""Rules that hold for every decision, whatever the history, the answer and the settings."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.config import PollingSettings
from ingest.polling import Freshness, PollResult, advance, decide_next
from ingest.polling.backoff import back_off
from ingest.polling.decide import jittered
from ingest.polling.durations import spoken
from ingest.polling.hints import after_skips, read_hints
from ingest.polling.pace import Pace, affordable, read_pace, within_hours
from storage.model import Failure, FailureKind, FeedState, FeedStatus, PollOutcome

DAY = timedelta(days=1)
NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)

texts = st.text(alphabet='[]{}",:-.0123456789eNaI\u0663\u00e9 ', max_size=20)  # all of Unicode takes seconds to set up
moments = st.datetimes(datetime(1971, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
waits = st.timedeltas(timedelta(0), timedelta(days=40_000))
paces = st.builds(
    Pace,
    interval=st.floats(0, 1e8),
    per_day=st.floats(0, 1e6),
    watched=st.floats(0, 3),
    listed=st.integers(0, 2000),
    hours=st.lists(st.floats(0, 1e6), min_size=24, max_size=24).map(tuple),
)
hints = st.one_of(
    st.none(),
    texts,
    st.fixed_dictionaries(
        {},
        optional={
            "ttl": st.one_of(st.integers(), texts),
            "update_period": st.sampled_from(["hourly", "daily", "weekly", "yearly", "often"]),
            "update_frequency": st.integers(-5, 10**8),
            "skip_hours": st.lists(st.integers(-1, 25).map(str), max_size=30),
            "skip_days": st.lists(st.sampled_from(["Monday", "Tue", "Sunday", "Someday"]), max_size=9),
        },
    ).map(json.dumps),
)
failures = st.builds(
    Failure,
    kind=st.sampled_from(FailureKind),
    detail=st.just(""),
    status=st.sampled_from([None, 404, 429, 503]),
    retry_at=st.one_of(st.none(), moments),
)
settings_ = st.builds(
    lambda low, middle, high, adaptive: PollingSettings(
        min_interval=low, interval=low + middle, max_interval=low + middle + high, adaptive=adaptive
    ),
    st.timedeltas(timedelta(seconds=1), timedelta(hours=2)),
    st.timedeltas(timedelta(0), timedelta(hours=12)),
    st.timedeltas(timedelta(0), timedelta(days=7)),
    st.booleans(),
)
states = st.builds(
    FeedState,
    id=st.integers(1, 10**9),
    outlet=st.just("tribune"),
    url=st.just("https://example.org/feed"),
    status=st.sampled_from(FeedStatus),
    last_success_at=st.one_of(st.none(), moments),
    failures=st.integers(0, 10**6),
    failure_weight=st.floats(0, 64),
    gap_until=st.one_of(st.none(), moments),
    last_entry_count=st.integers(0, 2000),
    hints=hints,
    pace=st.one_of(st.none(), texts, paces.map(Pace.stored)),
)
results = st.builds(
    PollResult,
    outcome=st.sampled_from(PollOutcome),
    at=moments,
    failure=st.one_of(st.none(), failures),
    freshness=st.builds(
        Freshness,
        fresh_for=st.one_of(st.none(), waits),
        source=st.just("max-age"),
        retry_after=st.one_of(st.none(), waits),
    ),
    listed=st.integers(0, 2000),
    new=st.integers(0, 2000),
    dates=st.lists(moments, max_size=5).map(tuple),
    hints=hints,
    full=st.booleans(),
    offline=st.booleans(),
)


@given(states, results, settings_, st.integers(0, 3))
def test_a_decision_keeps_within_bounds(
    state: FeedState, result: PollResult, settings: PollingSettings, seed: int
) -> None:
    decision = decide_next(state, result, settings, seed=seed)
    wait = decision.next_poll_at - result.at
    longest = timedelta(days=30) if decision.status is FeedStatus.GONE else max(settings.max_interval, DAY)
    assert settings.min_interval <= wait <= longest
    assert settings.min_interval <= decision.interval <= longest
    asked = result.freshness.retry_after or timedelta(0)
    if result.failure and result.failure.retry_at and result.outcome in (PollOutcome.FAILED, PollOutcome.SKIPPED):
        asked = max(asked, result.failure.retry_at - result.at)
    assert wait >= min(asked, DAY)
    if result.outcome in (PollOutcome.CHANGED, PollOutcome.UNCHANGED):
        assert wait >= min(result.freshness.fresh_for or timedelta(0), DAY)
        assert (decision.failures, decision.failure_weight) == (0, 0.0)
    assert "\n" not in decision.reason
    assert 0 < len(decision.reason) < 250
    assert decision == decide_next(state, result, settings, seed=seed)


@given(states, results, settings_)
def test_the_next_state_remembers_the_decision(state: FeedState, result: PollResult, settings: PollingSettings) -> None:
    decision = decide_next(state, result, settings)
    after = advance(state, result, decision)
    assert (after.next_poll_at, after.interval_reason) == (decision.next_poll_at, decision.reason)
    assert after.gaps == state.gaps + (decision.gap is not None)
    assert (after.last_success_at == result.at) or result.outcome in (PollOutcome.FAILED, PollOutcome.SKIPPED)
    if result.outcome in (PollOutcome.FAILED, PollOutcome.SKIPPED):
        assert (after.pace, after.hints, after.last_success_at) == (state.pace, state.hints, state.last_success_at)


@given(states, failures, settings_, st.integers(0, 1000), st.floats(0, 64))
def test_the_wait_grows_with_failures(
    state: FeedState, failure: Failure, settings: PollingSettings, more: int, heavier: float
) -> None:
    result = PollResult(PollOutcome.FAILED, NOW, failure)
    worse = replace(state, failures=state.failures + more, failure_weight=min(state.failure_weight + heavier, 64))
    assert decide_next(worse, result, settings).interval >= decide_next(state, result, settings).interval


@given(states, failures, settings_)
def test_offline_counts_for_nobody(state: FeedState, failure: Failure, settings: PollingSettings) -> None:
    result = PollResult(PollOutcome.FAILED, NOW, replace(failure, kind=FailureKind.DNS), offline=True)
    decision = decide_next(state, result, settings)
    assert (decision.failures, decision.failure_weight) == (state.failures, state.failure_weight)
    assert decision.status is state.status


@settings(max_examples=15)
@given(st.integers(0, 999), settings_)
def test_jitter_spreads_feeds_and_depends_on_nothing_else(seed: int, settings: PollingSettings) -> None:
    result = PollResult(PollOutcome.FAILED, NOW, Failure(FailureKind.TIMEOUT, ""))
    feeds = [FeedState(number, "tribune", f"https://example.org/{number}") for number in range(100)]
    due = [decide_next(feed, result, settings, seed=seed).next_poll_at for feed in feeds]
    interval = decide_next(feeds[0], result, settings, seed=seed).interval
    assert len(set(due)) > 90 or interval < timedelta(seconds=10) or settings.min_interval == settings.max_interval
    assert max(due) - min(due) <= 0.1 * interval + timedelta(microseconds=2)


@given(waits, waits, waits, st.floats(0, 1, exclude_max=True))
def test_jitter_adds_at_most_a_tenth(wait: timedelta, floor: timedelta, limit: timedelta, chance: float) -> None:
    wait, floor, limit = min(wait, limit), min(floor, wait, limit), limit
    found = jittered(wait, floor, limit, chance)
    assert max(floor, wait / 1.1001) <= found <= min(1.1001 * wait, limit)


@given(paces)
def test_a_pace_survives_storing(pace: Pace) -> None:
    read = read_pace(pace.stored())
    assert read is not None
    assert abs(read.interval - pace.interval) < 0.001
    assert all(abs(a - b) < 0.0011 for a, b in zip(read.hours, pace.hours, strict=True))
    assert read_pace(read.stored()) is not None


@given(st.one_of(texts, st.recursive(st.none() | st.integers() | texts, st.lists, max_leaves=8).map(json.dumps)))
def test_nonsense_in_the_archive_is_forgotten(stored: str) -> None:
    assert read_pace(stored) is None
    read_hints(stored)


@given(st.integers(1, 2000))
def test_affordable_is_a_share_that_chance_cannot_overflow(listed: int) -> None:
    new = affordable(listed)
    assert new == 0.1 or new <= listed / 5 + 1e-6
    assert new == 0.1 or new + 6 * new**0.5 <= listed + 1e-6


@given(st.lists(st.floats(0, 1000), min_size=24, max_size=24), moments, st.timedeltas(timedelta(0), 7 * DAY))
def test_within_hours_adds_up_to_one_poll(hours: list[float], at: datetime, longest: timedelta) -> None:
    wait = within_hours(hours, at, longest)
    assert timedelta(0) <= wait <= longest
    busiest = max(hours)
    assert wait >= min(timedelta(hours=0.99 / max(busiest, 0.001)), longest) - timedelta(milliseconds=1)


@given(hints, moments, st.timedeltas(timedelta(0), 3 * DAY))
def test_skips_end_outside_what_is_to_be_skipped(stored: str | None, moment: datetime, more: timedelta) -> None:
    read = read_hints(stored)
    found = after_skips(moment, read, moment + more)
    assert moment <= found <= moment + more
    assert found == moment + more or (found.hour not in read.skip_hours and found.weekday() not in read.skip_days)


@given(st.timedeltas(timedelta(seconds=1), 30 * DAY), st.floats(0, 64), st.floats(0, 64))
def test_back_off_doubles_and_ends(interval: timedelta, points: float, more: float) -> None:
    assert interval <= back_off(interval, points) <= max(interval, DAY)
    assert back_off(interval, points) <= back_off(interval, points + more)


@given(waits)
def test_spoken_durations_are_near_the_truth(wait: timedelta) -> None:
    units = {"d": 86_400, "h": 3_600, "m": 60, "s": 1}
    number, total = "", 0
    for character in spoken(wait):
        if character in units:
            total, number = total + int(number) * units[character], ""
        else:
            number += character
    assert abs(total - wait.total_seconds()) <= max(1, 0.05 * wait.total_seconds())
