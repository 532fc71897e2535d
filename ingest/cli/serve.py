"""`ingest serve`: pages to look at the archive with a browser."""

from __future__ import annotations

import os
from importlib.util import find_spec
from typing import Annotated

import typer

from ingest.cli import output
from ingest.cli.frame import NOTHING_DONE, command_group
from ingest.cli.options import Config, Database, open_archive

app = command_group()


@app.command("serve")
def serve(
    port: Annotated[int, typer.Option(min=0, max=65_535, help="The port; 0 takes any free one.")] = 8001,
    host: Annotated[
        str, typer.Option(metavar="ADDRESS", help="Other than loopback, anyone who reaches it can read everything.")
    ] = "127.0.0.1",
    open: Annotated[bool, typer.Option("--open", help="Open the page of today in the browser.")] = False,
    config: Config = None,
    database: Database = None,
) -> None:
    """Show the archive as pages: the day's stories, articles with their copies and changes, feeds, figures, all data.

    Only reads, and only this machine can reach it unless --host says otherwise.
    """
    if find_spec("datasette") is None:
        output.complain("the pages need the extra `web`: python -m pip install 'ingest[web]'")
        raise typer.Exit(NOTHING_DONE)
    with open_archive(config, database) as archive:
        from ingest.web.server import is_local, listen, server

        try:
            listening = listen(host, port)
        except OSError as error:
            output.complain(f"cannot listen on {host} port {port}: {_reason(error)}")
            raise typer.Exit(NOTHING_DONE) from None
        with listening:
            address = f"http://{f'[{host}]' if ':' in host else host}:{listening.getsockname()[1]}/"
            output.note(f"The archive is at {address} until you press Ctrl-C.")
            if not is_local(host):
                output.note("Anyone who can reach this address can read all of it; there is no password.")
            if open:
                _open(address)
            server(archive, host).run(sockets=[listening])


def _reason(error: OSError) -> str:
    """The system's own words; Python adds the address, which stands in the line already."""
    return os.strerror(error.errno) if error.errno and error.errno > 0 else str(error.strerror)


def _open(address: str) -> None:
    import webbrowser

    webbrowser.open(address)  # the port listens already: the browser waits for the first answer
