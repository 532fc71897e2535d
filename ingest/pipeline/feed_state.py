"""What one poll means for what is remembered of the feed. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from ingest.config import PollingSettings
from ingest.polling import PollResult, advance, decide_next, freshness, trusted_dates
from ingest.polling.hub import hub_of
from ingest.polling.moves import settle_move
from storage.model import Failure, FeedState, PollOutcome, Validators

if TYPE_CHECKING:
    from ingest.feeds import ParsedFeed


@dataclass(frozen=True, slots=True)
class Poll:
    """What one poll brought, before it is written down. `validators` None: those we have stay."""

    outcome: PollOutcome
    at: datetime
    asked: str  # the address
    failure: Failure | None = None
    http_status: int | None = None
    bytes: int = 0
    seconds: float = 0.0
    headers: Mapping[str, str] = field(default_factory=dict)
    validators: Validators | None = None
    permanent_url: str | None = None
    body_hash: str | None = None
    parsed: ParsedFeed | None = None
    complete: bool = True  # neither cut off nor capped


def after_poll(
    state: FeedState,
    poll: Poll,
    settings: PollingSettings,
    *,
    interval: timedelta | None,
    listed: int,
    new: int,
    offline: bool = False,
) -> tuple[FeedState, str]:
    """The feed's state after a poll that listed `listed` entries, `new` of them unknown; and why it is due when.

    `interval`: configured for this feed alone; `offline`: no host at all answers this machine.
    """
    result = PollResult(
        outcome=poll.outcome,
        at=poll.at,
        failure=poll.failure,
        freshness=freshness(poll.headers, poll.at),
        listed=listed,
        new=new,
        dates=trusted_dates(poll.parsed.entries) if poll.parsed else (),
        hints=poll.parsed.hints.to_json() if poll.parsed else None,
        full=poll.complete,
        offline=offline,
    )
    decision = decide_next(state, result, settings, interval=interval)
    return _observed(advance(state, result, decision), poll), decision.reason


def _observed(state: FeedState, poll: Poll) -> FeedState:
    """What fetching learned: validators, the body's hash, moves, the hub."""
    if poll.outcome is PollOutcome.SKIPPED:
        return state
    validators = poll.validators or state.validators
    if poll.failure is not None:
        return replace(state, validators=validators)
    moved_to, move = settle_move(state, poll.asked, poll.permanent_url, poll.at)
    if (validators, moved_to, move) != (state.validators, state.moved_to, state.move):
        state = replace(state, validators=validators, moved_to=moved_to, move=move)
    if poll.parsed is None:
        return state
    return replace(state, body_hash=poll.body_hash, hub=hub_of(poll.headers) or poll.parsed.hints.hub)
