"""What one poll means for what is remembered of the feed. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING

from ingest.config import PollingSettings
from storage.model import Failure, FailureKind, FeedState, FeedStatus, PollOutcome, Validators

if TYPE_CHECKING:
    from ingest.feeds import ParsedFeed


@dataclass(frozen=True, slots=True)
class Poll:
    """What one poll brought, before it is written down. `validators` None: those we have stay."""

    outcome: PollOutcome
    at: datetime
    failure: Failure | None = None
    http_status: int | None = None
    bytes: int = 0
    seconds: float = 0.0
    headers: Mapping[str, str] = field(default_factory=dict)
    validators: Validators | None = None
    permanent_url: str | None = None
    body_hash: str | None = None
    parsed: ParsedFeed | None = None


def after_poll(
    state: FeedState, poll: Poll, settings: PollingSettings, *, listed: int, new: int
) -> tuple[FeedState, str]:
    """The feed's state after a poll that listed `listed` entries, `new` of them unknown; and why it is due when."""
    known = _succeeded(state, poll, listed) if poll.failure is None else _failed(state, poll, poll.failure)
    due = poll.at + settings.interval
    return replace(known, next_poll_at=due, interval_seconds=int(settings.interval.total_seconds())), "as configured"


def _succeeded(state: FeedState, poll: Poll, listed: int) -> FeedState:
    after = replace(
        state,
        status=FeedStatus.OK,
        last_polled_at=poll.at,
        last_success_at=poll.at,
        validators=poll.validators or state.validators,
        failures=0,
        last_failure=None,
    )
    if poll.parsed is None:
        return after
    hints = poll.parsed.hints
    return replace(
        after,
        body_hash=poll.body_hash,
        last_changed_at=poll.at,
        last_entry_count=listed,
        hub=hints.hub,
        hints=hints.to_json(),
    )


def _failed(state: FeedState, poll: Poll, failure: Failure) -> FeedState:
    if poll.outcome is PollOutcome.SKIPPED:
        return state
    return replace(
        state,
        status=FeedStatus.GONE if failure.kind is FailureKind.GONE else FeedStatus.FAILING,
        last_polled_at=poll.at,
        validators=poll.validators or state.validators,
        failures=state.failures + 1,
        last_failure=failure,
    )
