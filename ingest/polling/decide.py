"""When a feed is due next, and why: one pure function from its history and the last answer.

    FeedState + PollResult + settings --decide_next--> Decision --advance--> FeedState

The own rhythm (`pace`), failures (`backoff`), the wishes of the server (`freshness`) and of the document (`hints`) are
put together here. Everybody may slow us down, to a day at most; nobody makes us faster than `min_interval`.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import TYPE_CHECKING, NamedTuple

from ingest.polling import backoff
from ingest.polling.durations import DAY, MINUTE, ZERO, clamp, spoken
from ingest.polling.freshness import NOTHING_SAID, Freshness
from ingest.polling.hints import NO_HINTS, Hints, after_skips, read_hints
from ingest.polling.moves import GONE_RECHECK
from ingest.polling.pace import Bounds, Listing, Step, first_step, next_step, read_pace, same_step
from storage.model import Failure, FailureKind, FeedState, FeedStatus, PollOutcome

if TYPE_CHECKING:  # a pure room loads no configuration
    from ingest.config import PollingSettings

SERVER_LIMIT = DAY  # nobody outside may keep us away longer
JITTER = 0.1
GAP_SHOWN = DAY  # a feed stays marked this long after its last gap
_SKIP_SPREAD = 6 * MINUTE  # what waits for the end of skipHours does not start at one moment


class PollResult(NamedTuple):
    """What one poll brought.

    `failure` when it failed or was skipped; `freshness` of the answer's headers, on 304 too. For a new document:
    `listed` entries of which `new` were unknown to this feed, their `dates` (`pace.trusted_dates`), the `hints` it
    carried (JSON, see `hints`), and whether it came `full`, neither cut off nor capped. `offline`: see
    `backoff.machine_offline`.
    """

    outcome: PollOutcome
    at: datetime
    failure: Failure | None = None
    freshness: Freshness = NOTHING_SAID
    listed: int = 0
    new: int = 0
    dates: tuple[datetime, ...] = ()
    hints: str | None = None
    full: bool = True
    offline: bool = False


class Gap(NamedTuple):
    """Entries published between these two successful polls may have been missed."""

    since: datetime
    until: datetime


class Decision(NamedTuple):
    """`interval` is the wait decided on, `next_poll_at` that wait with jitter; `reason` one line of plain English."""

    next_poll_at: datetime
    interval: timedelta
    reason: str
    status: FeedStatus
    failures: int
    failure_weight: float
    pace: str | None
    gap: Gap | None = None


class _Poll(NamedTuple):
    """One question: the arguments of `decide_next`."""

    state: FeedState
    result: PollResult
    bounds: Bounds
    adaptive: bool
    seed: int


class _Wait(NamedTuple):
    """A wait under discussion; `seen: verdict, time` is its reason. Never before `floor`, however the jitter falls."""

    time: timedelta
    seen: str
    verdict: str
    floor: timedelta

    @property
    def reason(self) -> str:
        return (
            f"{self.seen}: {self.verdict}, {spoken(self.time)}" if self.verdict else f"{self.seen}: {spoken(self.time)}"
        )


def decide_next(
    state: FeedState,
    result: PollResult,
    settings: PollingSettings,
    *,
    interval: timedelta | None = None,
    seed: int = 0,
) -> Decision:
    """Decides what follows from one poll. `interval`: configured for this feed alone; `seed`: of the jitter, which
    is otherwise a function of feed and time. The next poll lies at least `min_interval` after this one and at most
    `max_interval`, or a day where a server or failures slow us down, or 30 days for a feed that is gone.
    """
    poll = _Poll(state, result, _bounds(settings, interval), settings.adaptive, seed)
    if result.outcome is PollOutcome.FAILED:
        return _after_failure(poll, result.failure or Failure(FailureKind.INTERNAL, ""))
    return _after_skip(poll) if result.outcome is PollOutcome.SKIPPED else _after_success(poll)


def advance(state: FeedState, result: PollResult, decision: Decision) -> FeedState:
    """The feed's state after the decision. Validators, moves and the body's hash are the fetching side's to add."""
    asked = result.outcome is not PollOutcome.SKIPPED
    answered = asked and result.outcome is not PollOutcome.FAILED
    read = result.outcome is PollOutcome.CHANGED
    gap = decision.gap
    return replace(
        state,
        status=decision.status,
        next_poll_at=decision.next_poll_at,
        interval_seconds=int(decision.interval.total_seconds()),
        interval_reason=decision.reason,
        failures=decision.failures,
        failure_weight=decision.failure_weight,
        pace=decision.pace,
        last_polled_at=result.at if asked else state.last_polled_at,
        last_success_at=result.at if answered else state.last_success_at,
        last_failure=None if answered else result.failure if asked else state.last_failure,
        last_changed_at=result.at if read else state.last_changed_at,
        last_entry_count=result.listed if read else state.last_entry_count,
        hints=result.hints if read else state.hints,
        gap_since=gap.since if gap else state.gap_since,
        gap_until=gap.until if gap else state.gap_until,
        gaps=state.gaps + (gap is not None),
    )


def _bounds(settings: PollingSettings, interval: timedelta | None) -> Bounds:
    shortest = max(settings.min_interval, timedelta(seconds=1))
    longest = max(settings.max_interval, shortest)
    return Bounds(clamp(interval or settings.interval, shortest, longest), shortest, longest)


# --- the three outcomes -------------------------------------------------------------------------------------------


def _after_success(poll: _Poll) -> Decision:
    state, result = poll.state, poll.result
    gap = find_gap(state, result)
    step = _step(poll, gap)
    wait = _Wait(step.interval, step.seen, step.verdict, poll.bounds.shortest)
    if not poll.adaptive:
        wait = wait._replace(time=poll.bounds.base, verdict="fixed interval")
    if gap:
        missed = f"entries of the last {spoken(gap.until - gap.since)} may have been missed"
        wait = wait._replace(seen=f"{wait.seen}, {missed}")
    hints = read_hints(result.hints if result.outcome is PollOutcome.CHANGED else state.hints)
    wait = _heed_headers(_heed_hints(wait, hints, step.safe), result)
    due, moved = _due(poll, wait, hints)
    marked = gap or (state.gap_until and ZERO <= result.at - state.gap_until < GAP_SHOWN)
    status = FeedStatus.GAP if marked else FeedStatus.OK
    return Decision(due, wait.time, wait.reason + moved, status, 0, 0.0, step.pace.stored(), gap)


def _after_failure(poll: _Poll, failure: Failure) -> Decision:
    state, bounds = poll.state, poll.bounds
    pace = read_pace(state.pace)
    usual = clamp(timedelta(seconds=pace.interval), bounds.shortest, bounds.longest) if pace else bounds.base
    failures, points = state.failures + 1, backoff.add(state.failure_weight, failure)
    status, counted = FeedStatus.FAILING, f"{_named(failure)}, {_ordinal(failures)}"
    if failure.kind is FailureKind.GONE:
        status = FeedStatus.GONE
        wait = _Wait(GONE_RECHECK, "the server says that the feed is gone", "looked at again", bounds.shortest)
    elif poll.result.offline:
        status, failures, points = state.status, state.failures, state.failure_weight
        wait = _Wait(
            min(usual, bounds.base), "no host answers, this machine is offline", "not counted", bounds.shortest
        )
    else:
        backed_off = backoff.back_off(usual, points)
        wait = _Wait(backed_off, counted, "back off" if backed_off > usual else "as before", bounds.shortest)
    wait = _heed_refusal(wait, poll.result)
    due, _ = _due(poll, wait, NO_HINTS)
    return Decision(due, wait.time, wait.reason, status, failures, points, state.pace)


def _after_skip(poll: _Poll) -> Decision:
    """The host is paused: nothing was asked, nothing is learned."""
    state = poll.state
    wait = _heed_refusal(_Wait(poll.bounds.shortest, "its host is paused", "", poll.bounds.shortest), poll.result)
    due, _ = _due(poll, wait, NO_HINTS)
    return Decision(due, wait.time, wait.reason, state.status, state.failures, state.failure_weight, state.pace)


def _step(poll: _Poll, gap: Gap | None) -> Step:
    result, since = poll.result, poll.state.last_success_at
    listing = Listing(result.listed, min(result.new, result.listed), result.dates)
    pace = read_pace(poll.state.pace)
    if pace is None or since is None:
        return first_step(listing, result.at, poll.bounds)
    if result.at <= since:
        return same_step(pace, "the clock was set back", poll.bounds)
    return next_step(pace, listing, since, result.at, poll.bounds, gap=gap is not None)


def find_gap(state: FeedState, result: PollResult) -> Gap | None:
    """No overlap with what was known, although the last document had entries and this one is whole.

    Not a gap: an edition, a document exchanged as a whole whose entries (nine in ten) are dated before the last poll.
    """
    since = state.last_success_at
    if since is None or result.at <= since or not state.last_entry_count:
        return None
    if not result.full or not result.listed or result.new < result.listed:
        return None
    older = sum(date <= since for date in result.dates)
    return None if older >= 0.9 * result.listed else Gap(since, result.at)


# --- what others ask for ------------------------------------------------------------------------------------------


def _heed_hints(wait: _Wait, hints: Hints, safe: timedelta) -> _Wait:
    """A document's hint is a wish, often a generator's default: it slows us down, but costs no entries."""
    asked = min(hints.every or ZERO, safe, SERVER_LIMIT)
    if not hints.every or asked <= wait.time:
        return wait
    return wait._replace(time=asked, verdict=f"{hints.source} of the feed asks for {spoken(hints.every)}")


def _heed_headers(wait: _Wait, result: PollResult) -> _Wait:
    if result.freshness.fresh_for:
        wait = _at_least(wait, result.freshness.fresh_for, f"the server's {result.freshness.source} is")
    return _heed_refusal(wait, result)


def _heed_refusal(wait: _Wait, result: PollResult) -> _Wait:
    asked = result.freshness.retry_after or ZERO
    if result.failure and result.failure.retry_at:
        asked = max(asked, result.failure.retry_at - result.at)
    return _at_least(wait, asked, "the server asks to be left alone for") if asked > ZERO else wait


def _at_least(wait: _Wait, asked: timedelta, said: str) -> _Wait:
    least = min(asked, SERVER_LIMIT)
    wait = wait._replace(floor=max(wait.floor, least))
    return wait._replace(time=least, verdict=f"{said} {spoken(asked)}") if least > wait.time else wait


# --- the moment ---------------------------------------------------------------------------------------------------


def _due(poll: _Poll, wait: _Wait, hints: Hints) -> tuple[datetime, str]:
    """The moment, with jitter and outside the hours to skip; and what to add to the reason."""
    longest, at = poll.bounds.longest, poll.result.at
    limit = longest if wait.time <= longest else max(wait.time, SERVER_LIMIT)
    chance = _chance(poll.seed, poll.state.id, at)
    due = at + jittered(wait.time, wait.floor, limit, chance)
    latest = max(due, at + max(longest, SERVER_LIMIT))
    allowed = after_skips(due, hints, latest)
    if allowed == due:
        return due, ""
    due = min(allowed + chance * _SKIP_SPREAD, latest)
    return due, f"; moved past hours or days that the feed asks to skip, {spoken(due - at)}"


def jittered(wait: timedelta, floor: timedelta, limit: timedelta, chance: float) -> timedelta:
    """`wait` and up to a tenth more; at the limit up to a tenth less, but never less than `floor`."""
    latest = min(wait * (1 + JITTER), limit)
    earliest = wait if latest < limit else max(floor, min(wait, limit / (1 + JITTER)))
    return earliest + (latest - earliest) * chance


def _chance(seed: int, feed_id: int, at: datetime) -> float:
    """A number in [0, 1) that depends on nothing but the arguments."""
    digest = blake2b(f"{seed}:{feed_id}:{at.timestamp()}".encode(), digest_size=6).digest()
    return int.from_bytes(digest, "big") / 2**48


# --- words --------------------------------------------------------------------------------------------------------


def _named(failure: Failure) -> str:
    return f"HTTP {failure.status}" if failure.status else failure.kind.value.replace("_", " ")


def _ordinal(count: int) -> str:
    return "first failure" if count == 1 else f"failure {count} in a row"
