"""What could not be had, and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class FailureKind(StrEnum):
    """Why an expected thing could not be had. Closed; `docs/fetching.md` says what happens after each."""

    # the network
    BAD_URL = "bad_url"
    REFUSED_ADDRESS = "refused_address"
    DNS = "dns"
    CONNECT = "connect"
    TLS = "tls"
    TIMEOUT = "timeout"
    NETWORK = "network"  # the connection broke, or the answer was not HTTP
    REDIRECTS = "redirects"
    # the answer
    HTTP_4XX = "http_4xx"
    HTTP_5XX = "http_5xx"
    THROTTLED = "throttled"  # 429, or 503 with Retry-After, or the domain is paused
    GONE = "gone"  # 410; for pages also 404
    ROBOTS = "robots"
    CHALLENGE = "challenge"
    TOO_LARGE = "too_large"
    BAD_ENCODING = "bad_encoding"
    TRUNCATED = "truncated"
    WRONG_TYPE = "wrong_type"
    # the content
    NOT_A_FEED = "not_a_feed"
    MALFORMED = "malformed"
    NO_LINK = "no_link"  # an entry with neither link nor text
    NOT_AN_ARTICLE = "not_an_article"
    PAYWALL = "paywall"
    NO_TEXT = "no_text"
    # our own limits
    TOO_SLOW = "too_slow"  # a worker process exceeded its wall clock
    CRASHED = "crashed"  # a worker process died or ran out of memory
    TOO_OLD = "too_old"  # older than polling.max_age at the feed's first poll
    INTERNAL = "internal"  # a bug: caught at the border of one feed or one entry, and logged


@dataclass(frozen=True, slots=True)
class Failure:
    """An expected failure, as a value. `detail` is one plain line without secrets."""

    kind: FailureKind
    detail: str
    status: int | None = None
    retry_at: datetime | None = None  # not before; from Retry-After or a pause
