"""`ingest duplicates list`."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from ingest.cli import output
from ingest.cli.frame import command_group
from ingest.cli.options import Config, Csv, Database, Json, Limit, open_archive

if TYPE_CHECKING:
    from storage.archive import Archive
    from storage.records import Duplicate

app = command_group("duplicates", "Why articles count as copies of others.")

SHOWN = 50  # in a table, unless --limit says otherwise


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
        shown = SHOWN if limit is None and not (json or csv) else limit
        edges = archive.duplicates(kind=kind, status=status, limit=shown or None)
        if json:
            output.json_lines(edges)
        elif csv:
            output.csv_records(edges.columns, edges)
        else:
            _print_table(archive, list(edges))


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
        rows.append((str(copy.id), str(original.id), verdict, f"{edge.score:.2f}", names, copy.title))
    columns = ("id", "repeats", "kind", "score", "outlets", "title")
    output.table(columns, rows, right=("id", "repeats", "score"), cut=("title",))
