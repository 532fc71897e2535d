"""`ingest import`: take articles that a user already has."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, Annotated

import typer

from ingest.cli import output
from ingest.cli.frame import WRONG_USAGE, command_group
from ingest.cli.options import Config, Database, Json, archive_url

app = command_group()

SHOWN = 10


@app.command("import")
def import_file(
    file: Annotated[str, typer.Argument(metavar="FILE.jsonl", help="One article a line; - reads standard input.")],
    config: Config = None,
    database: Database = None,
    json: Json = False,
) -> None:
    """Take in articles you already have: `url`, `title`, `text` or `html`, `outlet`, `published_at`, `language`."""
    from ingest.pipeline.importing import import_lines
    from storage.connect import IMPORT_MB
    from storage.file import ArchiveFile

    def progress(read: int) -> None:
        if sys.stderr.isatty() and not json:
            sys.stderr.write(f"\r{output.count(read, 'line')} read")

    url = archive_url(config, database)
    with _lines(file) as lines, ArchiveFile.open(url, write=True, megabytes=IMPORT_MB) as archive:
        report = asyncio.run(import_lines(archive, lines, progress=progress))
    if json:
        output.json_document(report.document())
        return
    counts = report.articles
    output.line(
        f"{output.count(report.read, 'line')} read: {output.count(counts['stored'], 'article')} stored "
        f"({counts['duplicates']:,} of them duplicates), {counts['updated']:,} updated, {counts['unchanged']:,} unchanged, "
        f"{output.count(len(report.rejected), 'line')} rejected"
    )
    for rejected in report.rejected[:SHOWN]:
        output.line(f"  line {rejected.line}: {output.clean_line(rejected.reason)}")
    if len(report.rejected) > SHOWN:
        output.line(f"  … and {len(report.rejected) - SHOWN:,} more; --json lists them all")


@contextmanager
def _lines(file: str) -> Iterator[IO[bytes]]:
    if file == "-":
        yield sys.stdin.buffer
        return
    with ExitStack() as stack:
        try:
            opened = stack.enter_context(Path(file).open("rb"))
        except OSError as error:
            output.complain(f"cannot read {file}: {error.strerror}")
            raise typer.Exit(WRONG_USAGE) from None
        yield opened
