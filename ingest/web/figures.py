"""The page of figures: how much, from whom, when, and who repeats whom."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from ingest.web.charts import Bar, bars, share
from storage import Archive
from storage.statistics import Count, Repeats, Statistics

PERIODS = (1, 7, 30, 90, 365, 0)  # days; 0: everything
MOST_OUTLETS = 25
MOST_DAYS = 100  # in a chart
_HOURS = """
    SELECT substr(sort_at, 1, 13), count(*), count(duplicate_of) FROM articles
    WHERE sort_at >= :since AND sort_at < :until GROUP BY 1"""


@dataclass(frozen=True, slots=True)
class Row:
    """An outlet or a language, and the lengths of its bar in percent."""

    count: Count
    length: float
    copies: float


@dataclass(frozen=True, slots=True)
class Cell:
    articles: int
    level: int  # 0 for none, up to 5 for the most


@dataclass(frozen=True, slots=True)
class Matrix:
    """Who repeats (a line each) whom (a column each)."""

    columns: list[str]
    lines: list[tuple[str, list[Cell]]]


@dataclass(frozen=True, slots=True)
class Figures:
    days: int
    counted: Statistics
    by_day: list[Bar]
    monthly: bool  # the bars of `by_day` are months
    by_hour: list[Bar]
    outlets: list[Row]
    languages: list[Row]
    repeats: Matrix


def read_figures(archive: Archive, days: int) -> Figures:
    """Figures of the last so many days, 0 for all there are; in the user's time zone."""
    now = datetime.now(UTC)
    since = now - timedelta(days=days) if days else _beginning(archive, now)
    counted = archive.statistics(since=since, until=now, local=True)
    return Figures(
        days=days,
        counted=counted,
        by_day=_by_day(counted.days, since.astimezone().date(), now.astimezone().date()),
        monthly=(now - since).days > MOST_DAYS,
        by_hour=_by_hour(archive, since, now),
        outlets=_rows(counted.outlets),
        languages=_rows(counted.languages),
        repeats=_matrix(counted.repeats),
    )


def _beginning(archive: Archive, now: datetime) -> datetime:
    ((first,),) = archive.sql("SELECT min(sort_at) FROM articles")
    return now if first is None else datetime.fromisoformat(str(first))


def _by_day(counts: Sequence[Count], first: date, last: date) -> list[Bar]:
    """Every day has its bar, or every month where days would be too narrow."""
    written = "%-d %b" if (last - first).days <= MOST_DAYS else "%b %Y"
    every = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    totals: Counter[str] = Counter()
    copies: Counter[str] = Counter()
    for count in counts:
        name = date.fromisoformat(count.name).strftime(written)
        totals[name] += count.articles
        copies[name] += count.copies
    names = dict.fromkeys(day.strftime(written) for day in every)
    return bars([(name, totals[name], copies[name]) for name in names])


def _by_hour(archive: Archive, since: datetime, until: datetime) -> list[Bar]:
    stamp = "%Y-%m-%dT%H:%M:%SZ"
    totals: Counter[int] = Counter()
    copies: Counter[int] = Counter()
    for hour, articles, repeated in archive.sql(
        _HOURS, {"since": since.strftime(stamp), "until": until.strftime(stamp)}
    ):
        local = datetime.fromisoformat(f"{hour}:00:00Z").astimezone().hour
        totals[local] += int(str(articles))
        copies[local] += int(str(repeated))
    return bars([(f"{hour:02}:00", totals[hour], copies[hour]) for hour in range(24)])


def _rows(counts: Sequence[Count]) -> list[Row]:
    most = max((count.articles for count in counts), default=0)
    return [Row(count, share(count.articles, most), share(count.copies, most)) for count in counts[:MOST_OUTLETS]]


def _matrix(pairs: Sequence[Repeats]) -> Matrix:
    known = {(pair.outlet, pair.of): pair.articles for pair in pairs}
    most = max(known.values(), default=1)

    def cell(outlet: str, of: str) -> Cell:
        articles = known.get((outlet, of), 0)
        return Cell(articles, -(-5 * articles // most))

    columns = sorted({pair.of for pair in pairs})
    return Matrix(
        columns, [(name, [cell(name, of) for of in columns]) for name in sorted({pair.outlet for pair in pairs})]
    )
