"""`ingest demo`: the pipeline of `ingest once`, twice, against the sample newsroom; then what a person wants to see."""

from __future__ import annotations

import asyncio
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated

import typer

from ingest.cli import output
from ingest.cli.frame import WRONG_USAGE, command_group
from ingest.cli.options import Json, OwnConfig, OwnDatabase

if TYPE_CHECKING:
    from rich.console import RenderableType

    from ingest.demo.show import CopyLine, OutletLine, StoryLine
    from ingest.pipeline import Report
    from storage import Archive
    from storage.records import Article, Duplicate

app = command_group()


@app.command("demo")
def demo(
    keep: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Keep the archive and its settings in this new or empty folder.")
    ] = None,
    config: OwnConfig = None,
    database: OwnDatabase = None,
    json: Json = False,
) -> None:
    """Try everything out: poll a sample newsroom on this machine twice, and look at what was archived."""
    from ingest.cli.once import show_report
    from ingest.demo import Newsroom
    from storage import Archive

    reports: list[Report] = []
    with _folder(keep) as folder, Newsroom(datetime.now(UTC)) as newsroom:
        settings, archive_url = folder / "feeds.yaml", f"sqlite:///{folder / 'archive.db'}"
        newsroom.write_config(settings, archive_url)
        for edition in ("The first edition", "An hour later, as it were: a correction, a few new articles"):
            reports.append(_poll(settings, archive_url))
            if not json:
                output.show(_heading(edition))
                show_report(reports[-1])
            newsroom.advance()
        if json:
            output.json_document({"polls": [report.document() for report in reports]})
            return
        with Archive.open(archive_url) as archive:
            output.show(*_closing(archive))
            revised = next((article.id for article in archive.articles(revised=True)), 1)
        _try_next(keep, revised)


def _poll(config: Path, database: str) -> Report:
    from ingest.cli.progress import Live, Quiet
    from ingest.config import find_settings, select_feeds
    from ingest.pipeline import Selection, run_once
    from storage import Archive

    settings = find_settings(config)
    with Archive.open(database, write=True) as archive, Live() if sys.stderr.isatty() else Quiet() as observer:
        return asyncio.run(run_once(archive, settings, Selection(select_feeds(settings)), observer, tell=output.note))


@contextmanager
def _folder(keep: Path | None) -> Iterator[Path]:
    if keep is None:
        with TemporaryDirectory(prefix="ingest-demo-") as folder:
            yield Path(folder)
        return
    try:
        keep.mkdir(parents=True, exist_ok=True)
        used = any(keep.iterdir())
    except OSError as error:
        output.complain(f"--keep: cannot use {keep}: {error.strerror}")
        raise typer.Exit(WRONG_USAGE) from None
    if used:
        output.complain(f"--keep: {keep} is not empty; name a new folder")
        raise typer.Exit(WRONG_USAGE)
    yield keep


def _heading(words: str) -> RenderableType:
    from ingest.demo import show

    return show.heading(words)


def _closing(archive: Archive) -> list[RenderableType]:
    from ingest.demo import show

    return [
        show.heading("Outlets"),
        show.outlets_table(_outlets(archive)),
        show.heading("Stories that several articles carry, with the score of each copy"),
        show.stories_table(_stories(archive)),
        show.heading("A revision: what the outlet changed between the two polls"),
        *_revisions(archive),
    ]


def _outlets(archive: Archive) -> Iterator[OutletLine]:
    from ingest.demo.show import OutletLine

    failing = {feed.outlet: feed.last_error or "" for feed in archive.feeds() if feed.status == "failing"}
    copies = Counter(article.outlet for article in archive.articles() if article.duplicate_of is not None)
    for outlet in archive.outlets():
        note = output.clean_line(failing.get(outlet.name, ""))
        yield OutletLine(outlet.title, outlet.language or "", outlet.feeds, outlet.articles, copies[outlet.name], note)


def _stories(archive: Archive) -> Iterator[StoryLine]:
    from ingest.demo.show import StoryLine

    edges = {edge.article_id: edge for edge in archive.duplicates(status="active") if edge.kind != "contained"}
    for story in archive.stories():
        if story.article_count < 2:
            continue
        members = list(archive.articles(story=story.id))
        chosen = next(article for article in members if article.id == story.representative_id)
        copies = tuple(_copy(article, edges.get(article.id)) for article in members if article is not chosen)
        yield StoryLine(chosen.id, chosen.outlet, output.clean_line(chosen.title), copies)


def _copy(article: Article, edge: Duplicate | None) -> CopyLine:
    from ingest.demo.show import CopyLine

    # a story's first article has no edge of its own: the full text came later and was judged to repeat it
    verdict = f"{edge.kind} {output.score(edge.score)}" if edge else "first seen"
    return CopyLine(article.id, article.outlet, output.clean_line(article.title), verdict)


def _revisions(archive: Archive) -> Iterator[RenderableType]:
    from ingest.cli.diff import word_diff
    from ingest.demo.show import revision_panel

    marked = not output.console().is_terminal
    for article in archive.articles(revised=True):
        first, *_, last = archive.revisions(article.id)
        changes = word_diff(f"{first.title}\n{first.text}", f"{last.title}\n{last.text}", whole=False, marked=marked)
        yield revision_panel(article.outlet, output.clean_line(article.title), changes)


def _try_next(keep: Path | None, revised: int) -> None:
    from ingest.demo import show

    if keep is None:
        output.line("\nTo look around in this archive: ingest demo --keep my-demo")
        return
    database = f"--database sqlite:///{keep / 'archive.db'}"
    commands = [
        (f"ingest list --unique {database}", "each text once, newest first"),
        (f"ingest search 'bridge' {database}", "full-text search, in every language"),
        (f"ingest duplicates list {database}", "who repeats whom, and why"),
        (f"ingest revisions {revised} {database}", "every version of an article"),
        (f"sqlite3 {keep / 'archive.db'} .tables", "and any SQL you like"),
    ]
    output.show(show.heading("Try next"))
    output.console().print(show.commands_to_try(commands), crop=False)
