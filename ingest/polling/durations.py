"""Durations in the words of the configuration file: 45s, 30m, 1h30m, 2d."""

from __future__ import annotations

from datetime import timedelta

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
ZERO = timedelta(0)

_UNITS = (("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1))


def spoken(duration: timedelta) -> str:
    """The two largest units: `1h30m`, `2d3h`, `7m30s`; from ten minutes on without seconds."""
    rest = max(round(duration.total_seconds()), 0)
    if rest >= 600:
        rest = round(rest / 60) * 60
    words = []
    for unit, size in _UNITS:
        count, rest = divmod(rest, size)
        if count:
            words.append(f"{count}{unit}")
        elif words:
            break
    return "".join(words[:2]) or "0s"


def clamp(value: timedelta, low: timedelta, high: timedelta) -> timedelta:
    """`value` within the bounds; where they contradict each other, `low` counts."""
    return max(low, min(value, high))
