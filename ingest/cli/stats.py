"""`ingest stats`: counts over time, by outlet, who repeats whom."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from ingest.cli import output
from ingest.cli.filters import Since, Until, local_moment
from ingest.cli.frame import command_group
from ingest.cli.options import Config, Csv, Database, Json, open_archive

if TYPE_CHECKING:
    from storage.statistics import Count, Statistics

app = command_group()

MOST_DAYS = 62  # in the chart; a longer period is shown by months
BAR = 34  # cells of the longest bar


@app.command("stats")
def stats(
    since: Since = "30d",
    until: Until = None,
    json: Json = False,
    csv: Csv = False,
    config: Config = None,
    database: Database = None,
) -> None:
    """Count what was published: day by day, by outlet and language, and who repeats whom."""
    first = local_moment("since", since or "30d")
    last = local_moment("until", until, end=True) if until else datetime.now().astimezone()
    with open_archive(config, database) as archive:
        counted = archive.statistics(since=first, until=last, local=not (json or csv))
    if json:
        output.json_document(counted)
    elif csv:
        parts = {"day": counted.days, "outlet": counted.outlets, "language": counted.languages}
        rows = [(part, c.name, c.articles, c.copies, c.revised) for part, counts in parts.items() for c in counts]
        output.csv_rows(("part", "name", "articles", "copies", "revised"), rows)
    else:
        _print(counted)


def _print(counted: Statistics) -> None:
    total = counted.total
    output.line(f"{output.cell(counted.since)} to {output.cell(counted.until)} ({output.zone_name()})")
    output.line(
        f"{total.articles:,} articles, {total.copies:,} of them copies; {total.revised:,} revised; "
        f"{counted.shared_stories:,} stories by several outlets"
    )
    output.line(f"{counted.entries_failed:,} entries without an article, {counted.entries_pending:,} still to be had")
    if not total.articles:
        return
    output.line()
    _chart(counted.days)
    output.line()
    _counts("outlet", counted.outlets)
    output.line()
    _counts("language", counted.languages)
    if counted.repeats:
        output.line()
        rows = [(pair.outlet, pair.of, pair.articles) for pair in counted.repeats]
        output.table(("outlet", "repeats", "articles"), rows, right=("articles",))


def _chart(days: Sequence[Count]) -> None:
    """A bar for each day or month; its dark part are copies."""
    shown = days if len(days) <= MOST_DAYS else _by_month(days)
    most = max(day.articles for day in shown)
    for day in shown:
        copies = round(BAR * day.copies / most)
        originals = round(BAR * day.articles / most) - copies
        output.line(f"{day.name:<10}  {'█' * originals}{'▒' * copies} {day.articles:,}")
    output.line(f"{'':<10}  █ originals  ▒ copies")


def _by_month(days: Sequence[Count]) -> list[Count]:
    from storage.statistics import Count

    months: dict[str, Count] = {}
    for day in days:
        name = day.name[:7]
        so_far = months.get(name, Count(name, 0, 0, 0))
        months[name] = Count(
            name, so_far.articles + day.articles, so_far.copies + day.copies, so_far.revised + day.revised
        )
    return list(months.values())


def _counts(name: str, counts: Sequence[Count]) -> None:
    rows = [(count.name, count.articles, count.copies, count.revised) for count in counts]
    output.table((name, "articles", "copies", "revised"), rows, right=("articles", "copies", "revised"))
