"""`ingest list`, `search`, `show`."""

from __future__ import annotations

from ingest.cli.frame import command_group
from ingest.cli.options import Config, Database

app = command_group()


@app.command("list")
def list_articles(config: Config = None, database: Database = None) -> None:
    """List articles, newest first."""


@app.command("search")
def search(query: str, config: Config = None, database: Database = None) -> None:
    """Find articles by their words."""
