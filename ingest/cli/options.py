"""Options that several commands share, and opening what they name."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from storage.archive import Archive

Config = Annotated[
    Path | None,
    typer.Option("--config", metavar="PATH", help="The settings.  [default: $INGEST_CONFIG, or config/feeds.yaml]"),
]
Database = Annotated[
    str | None,
    typer.Option(
        "--database",
        metavar="URL",
        help="The archive.  [default: $INGEST_DATABASE, or as in the settings, or sqlite:///data/archive.db]",
    ),
]
NoDatabase = Annotated[
    str | None, typer.Option("--database", metavar="URL", help="Taken by every command; this one uses no archive.")
]
OwnConfig = Annotated[
    Path | None, typer.Option("--config", metavar="PATH", help="Taken by every command; this one brings its own.")
]
OwnDatabase = Annotated[
    str | None, typer.Option("--database", metavar="URL", help="Taken by every command; this one brings its own.")
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")]
Csv = Annotated[bool, typer.Option("--csv", help="Print CSV with a header line.")]


def storable(number: int | None) -> int | None:
    """A number that SQLite can hold. As a range of the option it would stand in every help."""
    if number is not None and number >= 2**63 - 1:
        raise typer.BadParameter(f"{number} is too large")
    return number


Limit = Annotated[int | None, typer.Option(metavar="N", min=0, callback=storable, help="At most so many; 0 for all.")]


def archive_url(config: Path | None, database: str | None) -> str:
    """The archive a command works on. Named by option, it needs no settings (and pydantic's time to load)."""
    if database:
        return database
    from ingest.config import find_database

    return find_database(config, database)


def open_archive(config: Path | None, database: str | None, *, write: bool = False) -> Archive:
    from storage.archive import Archive

    return Archive.open(archive_url(config, database), write=write)
