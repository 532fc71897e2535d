"""The command line: the only place that prints. One module per group of commands, imported when one of them runs."""

from __future__ import annotations

import sys


def main() -> None:
    """The entry point of `ingest`."""
    try:
        from ingest.cli.frame import run  # typer stays unloaded for who imports a neighbour of this module

        run()
    except KeyboardInterrupt:  # before there is a command whose border could answer, or once more at its end
        sys.exit(130)
