"""When is an entry whose page could not be had tried again? Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from storage.model import Failure, FailureKind

PASSING = frozenset(
    {
        FailureKind.DNS,
        FailureKind.CONNECT,
        FailureKind.TLS,
        FailureKind.TIMEOUT,
        FailureKind.NETWORK,
        FailureKind.HTTP_5XX,
        FailureKind.THROTTLED,
        FailureKind.CHALLENGE,
        FailureKind.TRUNCATED,
        FailureKind.CRASHED,
        FailureKind.TOO_SLOW,  # the wall clock also runs out on a machine that is busy with other things
    }
)
_PASSING_STATUS = frozenset({408, 425, 429})
WAITS = (timedelta(minutes=10), timedelta(hours=1), timedelta(hours=6), timedelta(hours=24), timedelta(hours=24))
PATIENCE = timedelta(days=2)  # nobody gives up sooner, however often a person runs `ingest once`


def is_pause(failure: Failure) -> bool:
    """Whether nothing was asked at all: the host is paused, which is no attempt."""
    return failure.kind is FailureKind.THROTTLED and failure.status is None


def next_attempt(failure: Failure, attempts: int, since: datetime, now: datetime) -> datetime | None:
    """When to try again after the `attempts`-th attempt failed; None: never, the failure is final."""
    passing = failure.kind in PASSING or failure.status in _PASSING_STATUS or failure.retry_at is not None
    if not passing:
        return None
    if attempts > len(WAITS) and now - since >= PATIENCE and not is_pause(failure):
        return None
    wait = now + WAITS[min(attempts, len(WAITS)) - 1] if attempts else now + WAITS[0]
    return max(wait, failure.retry_at) if failure.retry_at else wait
