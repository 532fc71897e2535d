"""What an answer means: pure decisions on status, headers and body."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Final

from ingest.fetching.challenges import challenge
from ingest.fetching.exchange import Answer
from ingest.fetching.messages import Purpose
from ingest.polling.freshness import freshness
from storage.model import Failure, FailureKind

LONGEST_PAUSE: Final = timedelta(hours=24)
_PAUSES: Final = {429: timedelta(minutes=5), 503: timedelta(minutes=1)}  # without Retry-After; doubled each time
_PERMANENT: Final = frozenset({301, 308})
_REDIRECTS: Final = frozenset({300, 301, 302, 303, 307, 308})


def is_redirect(answer: Answer) -> bool:
    return answer.status in _REDIRECTS


def is_permanent(answer: Answer) -> bool:
    return answer.status in _PERMANENT


def location(answer: Answer) -> str | None:
    """Where a redirect leads, as published. Raw UTF-8, against the rules but common, is read as such."""
    value = answer.headers.get("location")
    if not value:
        return None
    try:
        return value.encode("latin-1").decode("utf-8")
    except UnicodeDecodeError:
        return value


def failure_of(answer: Answer, purpose: Purpose, retry_at: datetime | None) -> Failure | None:
    """The failure that an answer is, None if its body is what was asked for."""
    status = answer.status
    if whose := challenge(answer.headers, answer.body):
        return Failure(FailureKind.CHALLENGE, f"a challenge page of {whose} instead ({status})", status, retry_at)
    if 200 <= status < 300:
        return None
    return Failure(_kind(answer, purpose), _phrase(status), status, retry_at)


def _kind(answer: Answer, purpose: Purpose) -> FailureKind:
    status = answer.status
    if status == 429 or (status == 503 and "retry-after" in answer.headers):
        return FailureKind.THROTTLED
    if status == 410 or (status == 404 and purpose is Purpose.PAGE):
        return FailureKind.GONE
    if 400 <= status < 500:
        return FailureKind.HTTP_4XX
    if 500 <= status < 600:
        return FailureKind.HTTP_5XX
    return FailureKind.REDIRECTS if status < 400 else FailureKind.NETWORK


def _phrase(status: int) -> str:
    """Our words, never the server's."""
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return f"{status}"


def retry_after(headers: Mapping[str, str], now: datetime) -> datetime | None:
    """`Retry-After` within 24 hours; None where it says nothing usable, or "now", which no refusal can mean."""
    asked = freshness(headers, now).retry_after
    return now + min(asked, LONGEST_PAUSE) if asked else None


def pause_until(answer: Answer, now: datetime, earlier: int) -> datetime | None:
    """How long the whole domain is left alone after this answer. `earlier`: pauses since it last answered well."""
    status = answer.status
    if status in (403, 429) or 500 <= status < 600:
        if asked := retry_after(answer.headers, now):
            return asked
        if base := _PAUSES.get(status):
            return now + min(base * (1 << min(earlier, 12)), LONGEST_PAUSE)
    return None
