"""What a feed document says of its rhythm: RSS `ttl`, `skipHours`, `skipDays`, `sy:updatePeriod` and `-Frequency`.

The archive keeps the hints of the last document as JSON (`FeedState.hints`), because a 304 brings none:
`{"ttl": "60", "update_period": "hourly", "update_frequency": "2", "skip_hours": ["0", "1"], "skip_days": ["Sunday"]}`,
values as published. Hours and days are GMT (RSS 2.0 specification).
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from ingest.polling.durations import DAY, HOUR

# RSS 1.0 syndication module; "dayly" is a misspelling that is in use
_PERIODS = {
    "hourly": timedelta(hours=1),
    "daily": DAY,
    "dayly": DAY,
    "weekly": timedelta(days=7),
    "monthly": timedelta(days=30),
    "yearly": timedelta(days=365),
}
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_RHYTHM = frozenset({"ttl", "update_period", "skip_hours", "skip_days"})  # beside addresses, which most feeds name
_LONGEST_LIST = 100  # values of skipHours and skipDays that are looked at


class Hints(NamedTuple):
    """`every`: the interval the publisher names; `source`: where; `skip_hours` 0-23 and `skip_days` 0 (Monday) - 6."""

    every: timedelta | None = None
    source: str = ""
    skip_hours: frozenset[int] = frozenset()
    skip_days: frozenset[int] = frozenset()


NO_HINTS = Hints()


def read_hints(stored: str | None) -> Hints:
    """Reads the stored JSON. Never raises; nonsense counts as not said, skipping every hour or every day included."""
    if not stored:
        return NO_HINTS
    try:
        raw = json.loads(stored)
    except (ValueError, RecursionError):
        return NO_HINTS
    if not isinstance(raw, dict) or raw.keys().isdisjoint(_RHYTHM):
        return NO_HINTS
    every, source = _every(raw)
    hours = frozenset(h % 24 for h in map(_whole, _listed(raw.get("skip_hours"))) if h is not None and 0 <= h <= 24)
    days = frozenset(_DAYS.index(d) for d in map(_day, _listed(raw.get("skip_days"))) if d in _DAYS)
    return Hints(
        every,
        source,
        skip_hours=hours if len(hours) < 24 else frozenset(),
        skip_days=days if len(days) < 7 else frozenset(),
    )


def after_skips(moment: datetime, hints: Hints, latest: datetime) -> datetime:
    """The first moment not before `moment` that lies outside the hours and days to skip; at most `latest`."""
    while moment < latest and _skipped(moment, hints):
        moment = moment.replace(minute=0, second=0, microsecond=0) + HOUR
    return min(moment, latest)


def _skipped(moment: datetime, hints: Hints) -> bool:
    gmt = moment.astimezone(UTC)
    return gmt.hour in hints.skip_hours or gmt.weekday() in hints.skip_days


def _every(raw: dict[str, object]) -> tuple[timedelta | None, str]:
    """The longer of the two intervals a document may name."""
    named: list[tuple[timedelta, str]] = []
    ttl = _whole(raw.get("ttl"))
    if ttl is not None and ttl > 0:
        named.append((timedelta(minutes=min(ttl, 10_000_000)), "ttl"))
    period = _PERIODS.get(str(raw.get("update_period", "")).strip().lower()[:20])
    if period:
        frequency = _whole(raw.get("update_frequency"))
        named.append((period / frequency if frequency and frequency > 0 else period, "sy:updatePeriod"))
    return max(named) if named else (None, "")


def _whole(value: object) -> int | None:
    text = str(value).strip() if isinstance(value, (str, int)) else ""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else None


def _day(value: object) -> str:
    return str(value).strip().lower()[:3]


def _listed(value: object) -> Iterable[object]:
    return value[:_LONGEST_LIST] if isinstance(value, list) else ()
