"""`ingest feeds import` and `ingest feeds export`: lists of feeds as OPML."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ingest.cli import output
from ingest.cli.frame import NOTHING_DONE, WRONG_USAGE
from ingest.cli.options import Config, Json, NoDatabase

if TYPE_CHECKING:
    from ingest.config.editing import Addition
    from ingest.feeds.opml import Opml

TITLE = "Feeds of ingest"
SHOWN_OUTLETS = 20


def import_feeds(
    file: Annotated[Path, typer.Argument(metavar="FILE.opml", help="The list; - for standard input.")],
    json: Json = False,
    config: Config = None,
    database: NoDatabase = None,
) -> None:
    """Add the feeds of an OPML file to the settings; feeds of one site become one outlet. Asks no server."""
    from ingest.config import Settings, config_path, load_settings
    from ingest.config.editing import add_outlets, without_known
    from ingest.config.outlines import outlets_of

    path = config_path(config)
    settings = load_settings(path) if path.exists() else Settings(outlets=())
    opml = _read(file)
    found = outlets_of(opml.outlines, settings)
    new, known = without_known(settings, found.outlets)
    problems = [*opml.problems, *found.problems]
    added = add_outlets(path, new, create=True) if new else ()
    if json:
        output.json_document({"file": path, "added": added, "known": known, "problems": problems})
    else:
        _show(path, added, known)
        for problem in problems:
            output.complain(f"{file}: {problem}")
    if not (added or known):
        if not json:
            output.complain(f"{file}: no feeds found in it")
        raise typer.Exit(NOTHING_DONE)


def export_feeds(
    to: Annotated[
        Path | None, typer.Option("--output", metavar="FILE", help="Where to; standard output without it.")
    ] = None,
    config: Config = None,
    database: NoDatabase = None,
) -> None:
    """Write all feeds as OPML, which other readers understand. Secrets stay here."""
    from ingest.config import find_settings
    from ingest.config.outlines import outlines_of
    from ingest.feeds.opml import write_opml

    written = write_opml(outlines_of(find_settings(config)), title=TITLE)
    if to is None:
        output.line(written.decode().rstrip("\n"))
        return
    try:
        to.write_bytes(written)
    except OSError as error:
        output.complain(f"--output: {to} cannot be written: {error.strerror}")
        raise typer.Exit(NOTHING_DONE) from None


def _read(file: Path) -> Opml:
    from ingest.feeds.opml import MAX_SIZE
    from ingest.pipeline.discovery import read_outlines
    from storage.model import Failure

    try:
        if str(file) == "-":
            body = sys.stdin.buffer.read(MAX_SIZE + 1)
        else:
            with file.open("rb") as opened:
                body = opened.read(MAX_SIZE + 1)
    except OSError as error:
        output.complain(f"{file}: cannot be read: {error.strerror}")
        raise typer.Exit(WRONG_USAGE) from None
    opml = asyncio.run(read_outlines(body))
    if isinstance(opml, Failure):
        output.complain(f"{file}: {opml.detail}")
        raise typer.Exit(NOTHING_DONE)
    return opml


def _show(path: Path, added: Iterable[Addition], known: list[str]) -> None:
    additions = list(added)
    feeds = sum(len(addition.feeds) for addition in additions)
    fresh = sum(1 for addition in additions if addition.created)
    already = f"; {len(known)} listed already" if known else ""
    output.line(f"{feeds} feeds of {len(additions)} outlets ({fresh} new) added to {path}{already}")
    if additions:
        rows = [(a.outlet, "new" if a.created else "", len(a.feeds)) for a in additions[:SHOWN_OUTLETS]]
        output.line()
        output.table(("outlet", "", "feeds"), rows, right=("feeds",))
        if len(additions) > SHOWN_OUTLETS:
            output.line(f"… and {len(additions) - SHOWN_OUTLETS} more outlets")
