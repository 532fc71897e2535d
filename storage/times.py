"""Points in time: as the archive keeps them, `2025-05-30T14:00:00Z`, and as people write them, `7d`, `2025-05-30 14:00`."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache

_AGO = re.compile(r"(\d{1,6})\s*([smhdw])", re.ASCII)
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


@lru_cache(maxsize=64)  # most rows of a transaction bear the same few times
def format_time(value: datetime) -> str:
    """A time as the archive keeps it: text that sorts and compares."""
    if value.tzinfo is None:
        raise ValueError(f"a time without a zone: {value!r}")
    if value.tzinfo is not UTC:
        value = value.astimezone(UTC)
    return value.isoformat(timespec="seconds")[:19] + "Z"  # without "+00:00"


def parse_time(value: str) -> datetime:
    return datetime.fromisoformat(value)


def format_if_given(value: datetime | None) -> str | None:
    return None if value is None else format_time(value)


def parse_if_given(value: str | None) -> datetime | None:
    return None if value is None else datetime.fromisoformat(value)


def moment(written: str | date | datetime, *, now: datetime, zone: tzinfo | None = UTC, end: bool = False) -> datetime:
    """The point in time that was meant, in UTC. Raises ValueError with one plain line.

    An age counts back from `now`. What has no zone is in `zone`. A date alone is its first moment, or with `end` the
    moment after its last one, so that `until` a day includes that day. A zone of None is that of the user.
    """
    if isinstance(written, str):
        return _written(written.strip(), now=now, zone=zone, end=end)
    if not isinstance(written, datetime):
        return _day(written, zone, end)
    return (written if written.tzinfo else written.replace(tzinfo=zone)).astimezone(UTC)


def _written(text: str, *, now: datetime, zone: tzinfo | None, end: bool) -> datetime:
    try:
        if ago := _AGO.fullmatch(text.lower()):
            return (now - timedelta(**{_UNITS[ago[2]]: int(ago[1])})).astimezone(UTC)
        if re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII):
            return _day(date.fromisoformat(text), zone, end)
        return moment(datetime.fromisoformat(text), now=now, zone=zone)
    except (ValueError, OverflowError):
        raise ValueError(f"{text!r} is no date, time or age such as 2025-05-30, 2025-05-30T14:00 or 7d") from None


def _day(day: date, zone: tzinfo | None, end: bool) -> datetime:
    return datetime.combine(day + timedelta(days=end), time(), zone).astimezone(UTC)
