"""The command line: the only place that prints. One module per group of commands, imported when one of them runs."""

from __future__ import annotations

import gc
import os
import sys

# The collector of cycles looks after every 700 new objects by default, and the imports of a run, of which nothing is
# garbage, make 200,000.
COLLECT_AFTER = (20_000, 50, 50)


def main() -> None:
    """The entry point of `ingest`."""
    gc.set_threshold(*COLLECT_AFTER)
    # pydantic would read the metadata of every installed package in search of plugins; we have none.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    try:
        from ingest.cli.frame import run  # typer stays unloaded for who imports a neighbour of this module

        run()
    except KeyboardInterrupt:  # before there is a command whose border could answer, or once more at its end
        sys.exit(130)
    finally:
        gc.freeze()  # or the interpreter searches all of it for cycles, several times, before it ends
