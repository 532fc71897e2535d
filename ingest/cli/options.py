"""Options that several commands share, and opening what they name."""

from __future__ import annotations

import os
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
Json = Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")]


def database_url(config: Path | None, database: str | None) -> str:  # until the settings land
    """The archive a command works on."""
    return database or os.environ.get("INGEST_DATABASE") or "sqlite:///data/archive.db"


def open_archive(config: Path | None, database: str | None, *, write: bool = False) -> Archive:
    from storage.archive import Archive

    return Archive.open(database_url(config, database), write=write)
