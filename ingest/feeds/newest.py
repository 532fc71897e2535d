"""The bound on what one document may bring: the newest entries, when there are too many."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import TypeVar

from ingest.dates import parse_date

MAX_ENTRIES = 2_000

Item = TypeVar("Item")

_NEVER = datetime.min.replace(tzinfo=UTC)


def newest(items: Sequence[Item], date_of: Callable[[Item], str | None]) -> tuple[Sequence[Item], tuple[str, ...]]:
    """The newest `MAX_ENTRIES` items, in their order, and what to say about it. Items without a date are the oldest."""
    if len(items) <= MAX_ENTRIES:
        return items, ()
    dates = [parse_date(date_of(item) or "").value or _NEVER for item in items]
    chosen = sorted(range(len(items)), key=lambda number: dates[number], reverse=True)[:MAX_ENTRIES]
    return [items[number] for number in sorted(chosen)], (
        f"{len(items)} entries, of which the newest {MAX_ENTRIES} are read",
    )
