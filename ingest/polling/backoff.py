"""Failures: how much each kind counts, how the wait grows, and when the fault is this machine's.

The weights are Media Cloud's (rss-fetcher): what looks permanent counts 1, what may pass ½, the network ¼. Every
whole point doubles the feed's interval, up to a day; a feed is never given up, and one success clears the account.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from ingest.polling.durations import DAY
from storage.model import Failure, FailureKind

BACK_OFF_LIMIT = DAY
_POINTS_LIMIT = 64.0  # more change nothing

_PERMANENT, _SOFT, _NETWORK = 1.0, 0.5, 0.25
_WEIGHTS = {
    FailureKind.BAD_URL: _PERMANENT,
    FailureKind.REFUSED_ADDRESS: _PERMANENT,
    FailureKind.REDIRECTS: _PERMANENT,
    FailureKind.HTTP_4XX: _PERMANENT,
    FailureKind.GONE: _PERMANENT,
    FailureKind.ROBOTS: _PERMANENT,
    FailureKind.CHALLENGE: _PERMANENT,
    FailureKind.TOO_LARGE: _PERMANENT,
    FailureKind.WRONG_TYPE: _PERMANENT,
    FailureKind.NOT_A_FEED: _PERMANENT,
    FailureKind.DNS: _NETWORK,
    FailureKind.CONNECT: _NETWORK,
    FailureKind.TIMEOUT: _NETWORK,
    FailureKind.NETWORK: _NETWORK,
}  # every other kind is soft: it may pass
_SOFT_STATUSES = frozenset({408, 421, 423, 425, 429})


def weight(failure: Failure) -> float:
    """Points of one failure: 1, ½ or ¼."""
    if failure.status in _SOFT_STATUSES:
        return _SOFT
    return _WEIGHTS.get(failure.kind, _SOFT)


def add(points: float, failure: Failure) -> float:
    return min(points + weight(failure), _POINTS_LIMIT)


def back_off(interval: timedelta, points: float) -> timedelta:
    """`interval` doubled by every whole point, up to a day; an interval beyond a day stays."""
    limit = max(interval, BACK_OFF_LIMIT)
    return min(interval * (1 << int(min(points, 16.0))), limit)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One request's fate: did `host` answer at all? (An error status is an answer.)"""

    host: str
    at: datetime
    answered: bool


def machine_offline(attempts: Iterable[Attempt]) -> bool:
    """Whether the fault is on this side: at least two hosts were asked since the last answer of any, none answered.

    With a single host one cannot know. `attempts` in any order; a caller keeps those of the last few minutes.
    """
    seen = tuple(attempts)
    last_answer = max((a.at for a in seen if a.answered), default=None)
    silent = {a.host for a in seen if not a.answered and (last_answer is None or a.at > last_answer)}
    return len(silent) >= 2
