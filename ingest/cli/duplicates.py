"""`ingest duplicates`: who repeats whom, why, and what a person says to it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from ingest.cli import output
from ingest.cli.frame import NOTHING_DONE, command_group
from ingest.cli.options import Config, Csv, Database, Json, Limit, open_archive

if TYPE_CHECKING:
    from pathlib import Path

    from storage.archive import Archive
    from storage.model import DuplicateEdge
    from storage.records import Duplicate

app = command_group("duplicates", "Why articles count as copies of others.")

SHOWN = 50  # in a table, unless --limit says otherwise

Number = Annotated[int, typer.Argument(metavar="ID", help="The number of an article.")]
Other = Annotated[int | None, typer.Argument(metavar="OTHER", help="The article it was judged to repeat.")]


class Kind(StrEnum):
    SAME_URL = "same_url"
    EXACT = "exact"
    NEAR = "near"
    CONTAINED = "contained"


class Status(StrEnum):
    ACTIVE = "active"
    UNDONE = "undone"
    CONFIRMED = "confirmed"


@app.command("list")
def list_duplicates(
    kind: Annotated[Kind | None, typer.Option(help="Only this kind.")] = None,
    status: Annotated[Status | None, typer.Option(help="Only those that are so.")] = None,
    limit: Limit = None,
    json: Json = False,
    csv: Csv = False,
    config: Config = None,
    database: Database = None,
) -> None:
    """List which article repeats which, those of the newest articles first."""
    with open_archive(config, database) as archive:
        edges = archive.duplicates(kind=kind, status=status, limit=limit or None)
        if json:
            output.json_lines(edges)
        elif csv:
            output.csv_records(edges.columns, edges)
        else:
            most = SHOWN if limit is None else limit
            found = list(archive.duplicates(kind=kind, status=status, limit=most + 1 if most else None))
            _print_table(archive, found[: most or None])
            if most and len(found) > most:
                output.only(most, "--limit 0 shows all")


def _print_table(archive: Archive, edges: list[Duplicate]) -> None:
    if not edges:
        output.note("No duplicates.")
        return
    numbers = [number for edge in edges for number in (edge.article_id, edge.original_id)]
    known = {article.id: article for article in archive.articles(id=numbers)}
    rows = []
    for edge in edges:
        copy, original = known[edge.article_id], known[edge.original_id]
        names = (
            f"{copy.outlet} ← {original.outlet}" if edge.kind != "contained" else f"{copy.outlet} ⊂ {original.outlet}"
        )
        verdict = edge.kind if edge.status == "active" else f"{edge.kind}, {edge.status}"
        rows.append((str(copy.id), str(original.id), verdict, output.score(edge.score), names, copy.title))
    columns = ("id", "repeats", "kind", "score", "outlets", "title")
    output.table(columns, rows, right=("id", "repeats", "score"), cut=("title",))


@app.command("explain")
def explain(
    one: Annotated[int, typer.Argument(metavar="A", help="The number of an article.")],
    other: Annotated[int, typer.Argument(metavar="B", help="The number of another one.")],
    whole: Annotated[bool, typer.Option("--whole", help="Show every common passage, in full.")] = False,
    json: Json = False,
    config: Config = None,
    database: Database = None,
) -> None:
    """Say why two articles count as the same text, or why not: in words, in figures, passage by passage."""
    from ingest.cli import explaining
    from ingest.cli.showing import found
    from ingest.judgements import explain_pair

    with open_archive(config, database) as archive:
        a, b = found(archive, one), found(archive, other)
        explained = explain_pair(archive, a, b)
    if json:
        output.json_document(explaining.document(explained, a, b))
    else:
        explaining.show(explained, a, b, whole=whole)


@app.command("undo")
def undo(
    number: Number, other: Other = None, json: Json = False, config: Config = None, database: Database = None
) -> None:
    """Take an article out of its story, alone and for good: no scheme puts it there again."""
    from ingest import judgements

    with _judging(config, database, number, other) as archive:
        done = judgements.undo(archive, number, other, datetime.now(UTC))
    if json:
        output.json_document(done)
    elif done.story_id is None:
        output.line(f"Articles {number} and {other} are apart, for good. No story has changed.")
    else:
        others = ", ".join(map(str, done.separated_from))
        output.line(
            f"Article {number} left story {done.left_story_id} and is alone in story {done.story_id}, for good."
        )
        output.line(f"Apart from it now: {others}" if others else "It was apart from all others there already.")


@app.command("confirm")
def confirm(
    number: Number, other: Other = None, json: Json = False, config: Config = None, database: Database = None
) -> None:
    """Agree that an article repeats another one: no later scheme changes it. Also brings back what was undone."""
    from ingest import judgements

    with _judging(config, database, number, other) as archive:
        edges = judgements.confirm(archive, number, other, datetime.now(UTC))
        confirmed = [e for e in archive.duplicates(number) if (e.article_id, e.original_id) in _pairs(edges)]
    if json:
        output.json_document({"confirmed": confirmed})
        return
    for edge in confirmed:
        does = "stands inside" if edge.kind == "contained" else "repeats"
        output.line(f"Article {edge.article_id} {does} article {edge.original_id}: confirmed.")


def _pairs(edges: list[DuplicateEdge]) -> set[tuple[int, int]]:
    return {(edge.article_id, edge.original_id) for edge in edges}


@contextmanager
def _judging(config: Path | None, database: str | None, number: int, other: int | None) -> Iterator[Archive]:
    """An archive that is there, to write into; the end of the command where an article is not, or nothing to judge."""
    from ingest.cli.showing import found
    from ingest.judgements import Unjudgeable

    if number == other:
        raise typer.BadParameter(f"{number} is one article; name two", param_hint="OTHER")
    with open_archive(config, database) as archive:
        for named in (number, other):
            if named is not None:
                found(archive, named)
    try:
        with open_archive(config, database, write=True) as archive:
            yield archive
    except Unjudgeable as error:
        output.complain(str(error))
        raise typer.Exit(NOTHING_DONE) from None


@app.command("rebuild")
def rebuild(json: Json = False, config: Config = None, database: Database = None) -> None:
    """Judge everything again by the present scheme, and say what changed. What a person said stays.

    Others may read and write meanwhile; nobody sees half of it. Stopped at any moment, it goes on when run again.
    """
    from ingest.cli import rebuilding

    with open_archive(config, database):
        pass  # only where there is an archive already
    with open_archive(config, database, write=True) as archive:
        rebuilding.run(archive, json=json)
