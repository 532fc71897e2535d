"""The command line: the only place that prints. One module per group of commands, imported when one of them runs."""

from __future__ import annotations


def main() -> None:
    """The entry point of `ingest`."""
    from ingest.cli.frame import run  # typer stays unloaded for who imports a neighbour of this module

    run()
