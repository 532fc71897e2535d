"""Counts: how much, from whom, in which language, day by day, and who repeats whom."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from storage.times import format_time

MOST_PAIRS = 20

_OF_ARTICLES = """count(*) AS articles, count(*) FILTER (WHERE s.representative_id <> a.id) AS copies,
                  count(*) FILTER (WHERE a.revision_count > 1) AS revised"""
_FROM = """FROM article a JOIN story s ON s.id = a.story_id WHERE a.sort_at >= :since AND a.sort_at < :until"""


@dataclass(frozen=True, slots=True)
class Count:
    """Articles of one day, outlet or language. Copies repeat an earlier article; revised ones have changed since."""

    name: str
    articles: int
    copies: int
    revised: int


@dataclass(frozen=True, slots=True)
class Repeats:
    """How many articles of `outlet` repeat articles of the outlet `of`."""

    outlet: str
    of: str
    articles: int


@dataclass(frozen=True, slots=True)
class Statistics:
    """What the archive holds, published from `since` until `until`."""

    since: datetime
    until: datetime
    total: Count
    days: tuple[Count, ...]  # named YYYY-MM-DD, in UTC unless asked otherwise; days without an article left out
    outlets: tuple[Count, ...]  # the largest first
    languages: tuple[Count, ...]  # likewise; `?` where it is unknown
    repeats: tuple[Repeats, ...]  # the most frequent 20 pairs
    shared_stories: int  # stories that several outlets carry
    entries_pending: int  # now, whatever the period
    entries_failed: int  # first seen in the period and given up: gone or failed


def statistics(c: sqlite3.Connection, since: datetime, until: datetime, *, local: bool = False) -> Statistics:
    """Counts of a period by time of publication (first sight, where no date is to be believed).

    With `local`, days are those of the time zone of this machine.
    """
    period = {"since": format_time(since), "until": format_time(until)}

    def counts(name: str, rest: str = "") -> tuple[Count, ...]:
        grouped = "" if not rest else f" GROUP BY 1 ORDER BY {rest}"
        return tuple(Count(*row) for row in _rows(c, f"SELECT {name}, {_OF_ARTICLES} {_FROM}{grouped}", period))

    return Statistics(
        since=since,
        until=until,
        total=counts("'total'")[0],
        days=counts("date(a.sort_at, 'localtime')" if local else "substr(a.sort_at, 1, 10)", "1"),
        outlets=counts("(SELECT name FROM outlet WHERE id = a.outlet_id)", "2 DESC, 1"),
        languages=counts("coalesce(a.language, '?')", "2 DESC, 1"),
        repeats=_repeats(c, period),
        shared_stories=_count(c, f"SELECT count(DISTINCT a.story_id) {_FROM} AND s.outlet_count > 1", period),
        entries_pending=_count(c, "SELECT count(*) FROM pending", {}),
        entries_failed=_count(
            c,
            "SELECT count(*) FROM sighting WHERE status IN ('gone', 'failed')"
            " AND first_seen_at >= :since AND first_seen_at < :until",
            period,
        ),
    )


def _repeats(c: sqlite3.Connection, period: dict[str, str]) -> tuple[Repeats, ...]:
    query = f"""
        SELECT (SELECT name FROM outlet WHERE id = a.outlet_id),
               (SELECT name FROM outlet WHERE id = o.outlet_id), count(*)
        FROM article a JOIN story s ON s.id = a.story_id JOIN article o ON o.id = s.representative_id
        WHERE a.sort_at >= :since AND a.sort_at < :until AND a.id <> o.id
        GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2 LIMIT {MOST_PAIRS}"""
    return tuple(Repeats(*row) for row in _rows(c, query, period))


def _rows(c: sqlite3.Connection, query: str, parameters: dict[str, str]) -> Sequence[Any]:
    return c.execute(query, parameters).fetchall()


def _count(c: sqlite3.Connection, query: str, parameters: dict[str, str]) -> int:
    return int(c.execute(query, parameters).fetchone()[0])
