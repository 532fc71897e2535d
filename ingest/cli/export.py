"""`ingest export`: articles for other programs, and as a feed for any reader."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO

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
    Unique,
    Until,
    conditions,
)
from ingest.cli.frame import NOTHING_DONE, command_group
from ingest.cli.options import Config, Database, open_archive, storable

if TYPE_CHECKING:
    from storage.archive import Archive
    from storage.filters import Conditions

app = command_group()

FEED_ENTRIES = 100  # of an output feed, unless --limit says otherwise


class Format(StrEnum):
    JSONL = "jsonl"
    CSV = "csv"
    PARQUET = "parquet"
    ATOM = "atom"
    JSONFEED = "jsonfeed"


FEEDS = (Format.ATOM, Format.JSONFEED)


@app.command("export")
def export(
    format: Annotated[Format, typer.Option("--format", help="What to write.")] = Format.JSONL,
    after: Annotated[
        int | None,
        typer.Option(
            metavar="CURSOR", min=0, callback=storable, help="Only what was added or has changed since that export."
        ),
    ] = None,
    target: Annotated[Path | None, typer.Option("--output", metavar="FILE", help="Write a file.")] = None,
    outlet: Outlet = None,
    feed: Feed = None,
    language: Language = None,
    since: Since = None,
    until: Until = None,
    seen_since: SeenSince = None,
    seen_until: SeenUntil = None,
    author: Author = None,
    category: Category = None,
    unique: Unique = False,
    revised: Revised = False,
    across: Across = False,
    limit: Annotated[int | None, typer.Option(metavar="N", min=1, help="Entries of a feed; 100 otherwise.")] = None,
    title: Annotated[str, typer.Option(metavar="TEXT", help="Title of a feed.")] = "News archive",
    url: Annotated[str | None, typer.Option(metavar="URL", help="Where a feed will be served.")] = None,
    config: Config = None,
    database: Database = None,
) -> None:
    """Write articles to standard output or a file, and the cursor to go on from to standard error.

    jsonl, csv and parquet hold every column of `articles`. atom and jsonfeed are feeds of the newest articles, one for
    each story: subscribe to the archive with any reader.
    """
    if format in FEEDS and after is not None:
        raise typer.BadParameter("a feed holds the newest articles and has no cursor", param_hint="--after")
    if format not in FEEDS and limit is not None:
        raise typer.BadParameter("only a feed is cut; everything else is exported whole", param_hint="--limit")
    with open_archive(config, database) as archive:
        wanted = conditions(
            archive, outlet=outlet, feed=feed, language=language, since=since, until=until, seen_since=seen_since,
            seen_until=seen_until, author=author, category=category, unique=unique, revised=revised, across=across,
        )  # fmt: skip
        with _sink(target) as sink:
            if format in FEEDS:
                _write_feed(archive, format, wanted, limit or FEED_ENTRIES, title, url, sink)
            else:
                cursor = _write_rows(archive, format, wanted, after, sink)
                output.note(f"cursor: {cursor}")


def _write_rows(archive: Archive, format: Format, wanted: Conditions, after: int | None, sink: BinaryIO) -> int:
    from storage import export
    from storage.filters import ArticleFilter

    cursor = export.cursor(archive)
    rows = export.changes(archive, ArticleFilter.of(wanted, datetime.now(UTC)), after)
    export.STREAMS[format.value](rows, sink)
    return cursor


def _write_feed(
    archive: Archive, format: Format, wanted: Conditions, limit: int, title: str, url: str | None, sink: BinaryIO
) -> None:
    from storage import syndication

    wanted["unique"] = True
    articles = list(archive.articles(limit=limit, **wanted))
    newest = max((article.changed_at for article in articles), default=datetime.now(UTC))
    write = syndication.write_atom if format is Format.ATOM else syndication.write_jsonfeed
    write(syndication.Head(title, newest, url), articles, sink)


@contextmanager
def _sink(target: Path | None) -> Iterator[BinaryIO]:
    """Standard output; or a file, which stands under its name only once it is whole."""
    if target is None:
        yield sys.stdout.buffer
        return
    unfinished = target.with_name(target.name + ".unfinished")
    try:
        with unfinished.open("wb") as file:
            yield file
        unfinished.replace(target)
    except OSError as error:
        output.complain(f"cannot write {target}: {error.strerror}")
        raise typer.Exit(NOTHING_DONE) from None
    finally:
        unfinished.unlink(missing_ok=True)
