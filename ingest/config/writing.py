"""Settings as what stands in the file: plain values, and those as YAML."""

from __future__ import annotations

import re
from datetime import timedelta

import yaml

from ingest.config.document import Value
from ingest.config.settings import SECRET_KEYS, FeedSettings, OutletSettings

_PLAIN = re.compile(r"(?!null$)(?:[A-Za-z0-9][A-Za-z0-9_./:?=&%~+@-]*)?[A-Za-z0-9/=_]", re.IGNORECASE)
_MILLISECOND = timedelta(milliseconds=1)
_UNITS = (("w", 604_800_000), ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1))


def outlet_values(outlet: OutletSettings) -> dict[str, Value]:
    """The keys of an outlet that differ from their defaults, the feeds last."""
    values = _values(outlet.model_dump(exclude_defaults=True, exclude={"feeds"}))
    return {**values, "feeds": [feed_value(feed) for feed in outlet.feeds]}


def feed_value(feed: FeedSettings) -> Value:
    """A feed's address alone, or its keys that differ from their defaults. Secrets are never written."""
    values = _values(feed.model_dump(exclude_defaults=True, exclude=set(SECRET_KEYS)))
    return feed.url if values.keys() == {"url"} else values


def spell_duration(duration: timedelta) -> str:
    """`1h30m`; what `parse_duration` reads as the same."""
    rest = duration // _MILLISECOND
    parts = []
    for unit, milliseconds in _UNITS:
        count, rest = divmod(rest, milliseconds)
        parts.append(f"{count}{unit}" if count else "")
    return "".join(parts) or "0"


def flow(value: Value) -> str:
    """A value in one line, quoted where it must be to stand in any place of a YAML text."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{flow(key)}: {flow(below)}" for key, below in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(flow, value)) + "]"
    return value if value and _PLAIN.fullmatch(value) else _quoted(value or "")


def _quoted(text: str) -> str:
    dumped: str = yaml.safe_dump([text], default_flow_style=True, allow_unicode=True, width=1_000_000)
    return dumped.strip()[1:-1]


def block_item(value: Value, indent: int) -> list[str]:
    """The lines of one item of a block list: an outlet with a line for each key and each feed, a feed in one line."""
    if not isinstance(value, dict) or "feeds" not in value:
        return [f"{' ' * indent}- {flow(value)}"]
    lines = []
    for key, below in value.items():
        if key == "feeds" and isinstance(below, list):
            lines += ["feeds:", *(f"  - {flow(feed)}" for feed in below)]
        else:
            lines.append(f"{key}: {flow(below)}")
    return [f"{' ' * indent}{'  ' if number else '- '}{line}" for number, line in enumerate(lines)]


def _values(dumped: dict[str, object]) -> dict[str, Value]:
    return {key: _value(value) for key, value in dumped.items()}


def _value(value: object) -> Value:
    if isinstance(value, timedelta):
        return spell_duration(value)
    if isinstance(value, dict):
        return _values(value)
    if isinstance(value, tuple | list):
        return [_value(item) for item in value]
    return str(value).lower() if isinstance(value, bool) else str(value)
