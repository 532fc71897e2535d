from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from ingest.pipeline.retries import PATIENCE, WAITS, is_pause, next_attempt
from storage.model import Failure, FailureKind

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
K = FailureKind

CASES = [
    # kind, status, attempts so far, days since first listed -> wait (None: final)
    (K.TIMEOUT, None, 1, 0, WAITS[0]),
    (K.DNS, None, 2, 0, WAITS[1]),
    (K.HTTP_5XX, 503, 5, 0, WAITS[4]),
    (K.HTTP_5XX, 503, 6, 1, WAITS[4]),
    (K.HTTP_5XX, 503, 6, 2, None),
    (K.HTTP_4XX, 403, 1, 0, None),
    (K.HTTP_4XX, 429, 1, 0, WAITS[0]),
    (K.GONE, 410, 1, 0, None),
    (K.TOO_SLOW, None, 1, 0, WAITS[0]),
    (K.ROBOTS, None, 1, 0, None),
    (K.NOT_AN_ARTICLE, None, 1, 0, None),
]


@pytest.mark.parametrize(("kind", "status", "attempts", "days", "wait"), CASES)
def test_when_an_entry_is_tried_again(
    kind: FailureKind, status: int | None, attempts: int, days: int, wait: timedelta | None
) -> None:
    failure = Failure(kind, "…", status)
    expected = None if wait is None else NOW + wait
    assert next_attempt(failure, attempts, NOW - timedelta(days=days), NOW) == expected


def test_never_before_the_server_said() -> None:
    later = NOW + timedelta(days=1)
    assert next_attempt(Failure(K.HTTP_5XX, "…", 503, retry_at=later), 1, NOW, NOW) == later


def test_a_pause_is_no_attempt_and_never_final() -> None:
    pause = Failure(K.THROTTLED, "paused", retry_at=NOW + timedelta(hours=1))
    assert is_pause(pause)
    assert next_attempt(pause, 99, NOW - 3 * PATIENCE, NOW) is not None
