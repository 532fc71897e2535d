"""`ingest list` and `ingest search`: many articles."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import fields
from itertools import islice
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ingest.cli import output
from ingest.cli.filters import (
    Across,
    Author,
    Category,
    Feed,
    Language,
    Outlet,
    Revised,
    SeenSince,
    SeenUntil,
    Since,
    Title,
    Unique,
    Until,
    conditions,
)
from ingest.cli.frame import NOTHING_DONE, command_group
from ingest.cli.options import Config, Csv, Database, Json, Limit, open_archive
from ingest.cli.showing import Open, found, open_page

if TYPE_CHECKING:
    from rich.console import RenderableType

    from storage.records import Article
    from storage.results import Results

app = command_group()

After = Annotated[int | None, typer.Option(metavar="ID", help="Go on below this article of the list.")]

SHOWN = 50  # in a table, unless --limit says otherwise
FOUND = 20  # likewise of a search


@app.command("list")
def list_articles(
    outlet: Outlet = None,
    feed: Feed = None,
    language: Language = None,
    since: Since = None,
    until: Until = None,
    seen_since: SeenSince = None,
    seen_until: SeenUntil = None,
    title: Title = None,
    author: Author = None,
    category: Category = None,
    unique: Unique = False,
    revised: Revised = False,
    across: Across = False,
    limit: Limit = None,
    after: After = None,
    open: Open = False,
    json: Json = False,
    csv: Csv = False,
    config: Config = None,
    database: Database = None,
) -> None:
    """List articles, newest first. A table shows the 50 newest, --json and --csv give all."""
    with open_archive(config, database) as archive:
        wanted = conditions(
            archive, outlet=outlet, feed=feed, language=language, since=since, until=until, seen_since=seen_since,
            seen_until=seen_until, title=title, author=author, category=category, unique=unique, revised=revised,
            across=across,
        )  # fmt: skip
        if after is not None:
            found(archive, after)
        if open:
            _open_first(archive.articles(limit=1, after=after, **wanted))
        elif json or csv:
            _print_all(archive.articles(limit=limit or None, after=after, **wanted), json=json)
        else:
            _print_table(Cut(archive.articles(after=after, **wanted), SHOWN if limit is None else limit))


@app.command("search")
def search(
    query: Annotated[str, typer.Argument(metavar="QUERY", help="What to look for.")],
    outlet: Outlet = None,
    feed: Feed = None,
    language: Language = None,
    since: Since = None,
    until: Until = None,
    seen_since: SeenSince = None,
    seen_until: SeenUntil = None,
    title: Title = None,
    author: Author = None,
    category: Category = None,
    unique: Unique = False,
    revised: Revised = False,
    across: Across = False,
    limit: Limit = None,
    after: After = None,
    open: Open = False,
    json: Json = False,
    csv: Csv = False,
    config: Config = None,
    database: Database = None,
) -> None:
    """Find articles by their words, the best match first.

    QUERY: words that must all be there; "a phrase"; inflat* for beginnings; OR, NOT or -word; title:, author:,
    category:; brackets. Case, accents and spelling variants do not matter.
    """
    with open_archive(config, database) as archive:
        wanted = conditions(
            archive, outlet=outlet, feed=feed, language=language, since=since, until=until, seen_since=seen_since,
            seen_until=seen_until, title=title, author=author, category=category, unique=unique, revised=revised,
            across=across,
        )  # fmt: skip
        if after is not None:
            found(archive, after)
        if open:
            _open_first(archive.search(query, limit=1, after=after, **wanted))
        elif json or csv:
            _print_all(archive.search(query, limit=limit or None, after=after, **wanted), json=json, found=True)
        else:
            _print_found(Cut(archive.search(query, after=after, **wanted), FOUND if limit is None else limit))


def _open_first(articles: Results[Article]) -> None:
    first = articles.first()
    if first is None:
        output.complain("there is no such article")
        raise typer.Exit(NOTHING_DONE)
    open_page(first)


class Cut:
    """The first items, and whether there were more. A limit of 0 cuts nothing."""

    def __init__(self, items: Iterable[Article], limit: int) -> None:
        self._items = iter(items)
        self._limit = limit
        self._last: Article | None = None

    def __iter__(self) -> Iterator[Article]:
        for article in islice(self._items, self._limit or None):
            self._last = article
            yield article

    def note_rest(self) -> None:
        if self._last is not None and next(self._items, None) is not None:
            more = f"--after {self._last.id} goes on, --limit 0 shows all"
            output.only(self._limit, more)


def _print_all(articles: Iterable[Article], *, json: bool, found: bool = False) -> None:
    from storage.query import SEARCH_FIELDS
    from storage.records import Article

    names = [field.name for field in fields(Article) if found or field.name not in SEARCH_FIELDS]
    rows = ([getattr(article, name) for name in names] for article in articles)
    if json:
        output.json_lines(dict(zip(names, row, strict=True)) for row in rows)
    else:
        output.csv_rows(names, rows)


def _print_table(articles: Cut) -> None:
    rows = [_row(article) for article in articles]
    if not rows:
        output.note("No articles.")
        return
    columns = ("id", f"published ({output.zone_name()})", "outlet", "copy of", "rev", "title")
    used = [number for number in range(6) if number not in (3, 4) or any(row[number] for row in rows)]
    output.table(
        [columns[number] for number in used],
        [[row[number] for number in used] for row in rows],
        right=("id", "copy of", "rev"),
        cut=("title",),
    )
    articles.note_rest()


def _row(article: Article) -> tuple[Any, ...]:
    copy_of = "" if article.duplicate_of is None else str(article.duplicate_of)
    revisions = str(article.revision_count) if article.revision_count > 1 else ""
    return (str(article.id), published(article), article.outlet, copy_of, revisions, article.title)


def published(article: Article) -> str:
    """When it was published; `~` marks the time of first sight, where no date is to be believed."""
    doubtful = article.published_at != article.sort_at
    return ("~" if doubtful else "") + output.cell(article.sort_at)


def _print_found(articles: Cut) -> None:
    screen, shown = output.console(), 0
    for shown, article in enumerate(articles, start=1):  # noqa: B007
        output.show(*_lines(article), onto=screen)
    if not shown:
        output.note("Nothing found.")
    articles.note_rest()


def _lines(article: Article) -> Iterator[RenderableType]:
    from rich.padding import Padding
    from rich.text import Text

    yield Text(f"{article.id}  {published(article)}  ").append(output.clean_line(article.outlet), style="cyan")
    yield Padding(Text(output.clean_line(article.title), style="bold"), (0, 0, 0, 4))
    if article.snippet is not None:
        yield Padding(output.marked(article.snippet.text, article.snippet.marks), (0, 0, 1, 4))
