"""`ingest run`: the daemon."""

from __future__ import annotations

import asyncio
import gc
import os
from contextlib import nullcontext
from typing import TYPE_CHECKING, Annotated

import typer

from ingest.cli import output
from ingest.cli.frame import INTERRUPTED, NOTHING_DONE, command_group
from ingest.cli.options import Config, Database

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from ingest.config import MetricsSettings
    from ingest.daemon.surroundings import Surroundings

app = command_group()


@app.command("run")
def run(
    config: Config = None,
    database: Database = None,
    metrics_port: Annotated[
        int | None,
        typer.Option(min=0, max=65_535, help="Serve /metrics, /healthz and /readyz on this port (0: any free one)."),
    ] = None,
    log_json: Annotated[bool, typer.Option("--log-json", help="Log lines as JSON instead of key=value.")] = False,
    log_level: Annotated[str, typer.Option(metavar="LEVEL", help="debug, info, warning or error.")] = "info",
) -> None:
    """Poll every feed when it is due, until told to stop (SIGTERM, Ctrl-C)."""
    gc.disable()  # what is made until all is ready is made to stay: looking through it takes most of a second
    from ingest.cli.logs import Level, configure
    from ingest.config import config_path, database_url
    from ingest.daemon.figures import Figures
    from ingest.daemon.health import Health
    from ingest.daemon.service import run_service
    from ingest.daemon.surroundings import Surroundings
    from ingest.daemon.systemd import Notifier
    from ingest.daemon.watched import WatchedFile

    if log_level not in [*Level]:
        raise typer.BadParameter(f"{log_level!r} is not one of {', '.join(Level)}", param_hint="--log-level")
    file = WatchedFile(config_path(config))
    settings = file.read()
    url = database_url(settings, database)
    health = Health()
    log = configure(Level(log_level), as_json=log_json)
    around = Surroundings(file, Notifier(os.environ), log, Figures(health), health)
    with _web(around, settings.metrics, metrics_port):
        asyncio.run(run_service(around, settings, url))
    if around.at_once.is_set():
        raise typer.Exit(INTERRUPTED)


def _web(around: Surroundings, settings: MetricsSettings, option: int | None) -> AbstractContextManager[object]:
    """The figures over HTTP, if option or settings name a port."""
    from ingest.daemon.web import Web

    port = settings.port if option is None else option
    if port is None:
        return nullcontext()
    try:
        web = Web(settings.address, port, around.figures, around.health)
    except OSError as error:
        output.complain(f"cannot serve metrics at {settings.address} port {port}: {error.strerror}")
        raise typer.Exit(NOTHING_DONE) from None
    around.log.info("metrics_served", address=settings.address, port=web.port)
    return web
