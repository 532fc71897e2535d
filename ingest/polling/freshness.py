"""What the headers of an answer say about asking again: `Cache-Control`, `Expires`, `Age`, `Date`, `Retry-After`.

RFC 9111 (sections 4.2.1, 4.2.3, 5.2.2, 5.3) and RFC 9110 (10.2.3). A 304 carries the same headers as the 200 it
stands for (RFC 9110, 15.4.5), so they are read from every answer. Values of any size are taken in; the decision
clamps them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import NamedTuple

from ingest.polling.durations import ZERO

_LONGEST_HEADER = 2_000  # characters; a longer one is not read
_LONGEST_DATE = 64
_DIRECTIVE = re.compile(r'([a-z-]{1,40})(?:\s{0,8}=\s{0,8}"?([^",;\s]{0,40})"?)?')
_FOREVER = timedelta(days=36_500)  # more is a typing error; keeps the arithmetic in range


class Freshness(NamedTuple):
    """How long the server wants to be left alone, counted from the answer.

    `fresh_for`: the answer does not change before (None: nothing said); `source`: the header that said it;
    `retry_after`: what a refusing server asked for.
    """

    fresh_for: timedelta | None = None
    source: str = ""
    retry_after: timedelta | None = None


NOTHING_SAID = Freshness()


def freshness(headers: Mapping[str, str], now: datetime) -> Freshness:
    """Reads the headers of one answer that came at `now`. Never raises.

    `no-cache` and `no-store` cancel `max-age` and `Expires`; `max-age` beats `Expires`; `Age` is taken off; dates are
    measured against the server's own `Date`, so that a wrong clock on either side does no harm.
    """
    named = {name.lower(): value for name, value in headers.items() if len(value) <= _LONGEST_HEADER}
    retry_after = _retry_after(named, now)
    directives = _directives(named.get("cache-control", ""))
    if directives.get("no-cache") == "" or "no-store" in directives:  # no-cache="field" concerns that field alone
        return Freshness(retry_after=retry_after)
    fresh_for, source = _seconds(directives.get("max-age")), "max-age"
    if fresh_for is None:
        fresh_for, source = _expires(named, now), "Expires"
    if fresh_for is None:
        return Freshness(retry_after=retry_after)
    age = _seconds(named.get("age")) or ZERO
    return Freshness(max(fresh_for - age, ZERO), source, retry_after)


def _directives(cache_control: str) -> dict[str, str]:
    """Directive -> value; the first of a repeated one counts (RFC 9111, 4.2.1)."""
    found: dict[str, str] = {}
    for match in _DIRECTIVE.finditer(cache_control.lower()):
        found.setdefault(match[1], match[2] or "")
    return found


def _seconds(value: str | None) -> timedelta | None:
    text = (value or "").strip()
    if not (text.isascii() and text.isdigit()):
        return None
    return timedelta(seconds=int(text)) if len(text) <= 9 else _FOREVER


def _date(value: str | None) -> datetime | None:
    if not value or len(value) > _LONGEST_DATE:
        return None
    try:
        parsed = parsedate_to_datetime(value)
        return parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _expires(named: Mapping[str, str], now: datetime) -> timedelta | None:
    value = named.get("expires")
    if not value:
        return None
    expires = _date(value)
    return _until(expires, named, now) if expires else ZERO  # an invalid date means: already expired


def _retry_after(named: Mapping[str, str], now: datetime) -> timedelta | None:
    value = named.get("retry-after")
    seconds = _seconds(value)
    if seconds is not None:
        return seconds
    at = _date(value)
    return _until(at, named, now) if at else None


def _until(at: datetime, named: Mapping[str, str], now: datetime) -> timedelta:
    """By the server's clock."""
    return max(at - (_date(named.get("date")) or now), ZERO)
