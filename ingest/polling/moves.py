"""Permanent moves: what is asked next time. Pure.

A single 301 proves little: captive portals, outages and test deployments send them too. So a move is adopted when the
same target has answered well at three polls over at least a day. The configured URL stays the feed's key.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from storage.model import FeedState, MoveEvidence

POLLS: Final = 3
PERIOD: Final = timedelta(hours=24)
GONE_RECHECK: Final = timedelta(days=30)  # after a 410; `ingest.polling.decide` decides by it
_DOUBTS: Final = 3  # failures in a row after which every third poll asks the configured URL again


def address_to_poll(state: FeedState) -> str:
    """The adopted target, if any. While it keeps failing, every third poll asks the configured URL instead."""
    if state.moved_to is None or (state.failures and state.failures % _DOUBTS == 0):
        return state.url
    return state.moved_to


def observe_move(
    evidence: MoveEvidence | None, permanent_url: str | None, now: datetime
) -> tuple[MoveEvidence | None, str | None]:
    """What one good poll says about a move: the evidence to keep, and the URL to adopt once it suffices.

    Call it only where the target answered with a valid feed or 304; a failed poll leaves the evidence as it is.
    `permanent_url`: where permanent redirects led, None if there were none.
    """
    if permanent_url is None:
        return None, None
    if evidence is None or evidence.url != permanent_url or now < evidence.first_seen_at:
        return MoveEvidence(permanent_url, now, 1), None
    seen = MoveEvidence(evidence.url, evidence.first_seen_at, evidence.times + 1)
    if seen.times >= POLLS and now - seen.first_seen_at >= PERIOD:
        return None, permanent_url
    return seen, None


def settle_move(
    state: FeedState, asked: str, permanent_url: str | None, now: datetime
) -> tuple[str | None, MoveEvidence | None]:
    """After a good poll of `asked`: the new `moved_to` and `move` of the feed's state.

    Where the configured URL answers by itself again, an adopted move is over. A move from https to http is never
    adopted: it would give up for good the certificate that each poll's first request still checks.
    """
    if permanent_url is not None and asked.lower().startswith("https:") and not permanent_url.startswith("https:"):
        permanent_url = None
    evidence, adopted = observe_move(state.move, permanent_url, now)
    if adopted:
        return (None if adopted == state.url else adopted), evidence
    if asked == state.url and permanent_url is None:
        return None, evidence
    return state.moved_to, evidence
