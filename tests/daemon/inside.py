"""A daemon in the test's own process: quicker to start, its log lines caught as values, its clock in our hands."""

from __future__ import annotations

import asyncio
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from ingest.config import load_settings
from ingest.daemon.figures import Figures
from ingest.daemon.health import Health
from ingest.daemon.service import run_service
from ingest.daemon.surroundings import Rhythm, Surroundings
from ingest.daemon.systemd import Notifier
from ingest.daemon.watched import WatchedFile
from ingest.pipeline.context import utc_now

PATIENCE = 120.0
QUICK = Rhythm(tick=0.05, recheck=0.1, flush=0.1, statistics=0.1, upkeep=0.2, drain=5)


@dataclass
class Lines:
    """A logger that keeps what it is told, and lets a test wait for it."""

    said: list[dict[str, Any]] = field(default_factory=list)
    bound: dict[str, Any] = field(default_factory=dict)
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def bind(self, **values: object) -> Lines:
        return Lines(self.said, {**self.bound, **values}, self.changed)

    def _say(self, event: str, **values: object) -> None:
        self.said.append({"event": event, **self.bound, **values})
        self.changed.set()

    debug = info = warning = error = _say

    def all(self, event: str, **values: object) -> list[dict[str, Any]]:
        return [line for line in self.said if line["event"] == event and values.items() <= line.items()]

    async def wait_for(self, event: str, *, times: int = 1, **values: object) -> dict[str, Any]:
        """The `times`-th line of this event with these values, whenever it came or comes."""
        try:
            async with asyncio.timeout(PATIENCE):
                while len(found := self.all(event, **values)) < times:
                    self.changed.clear()
                    await self.changed.wait()
        except TimeoutError:
            told = Counter(line["event"] for line in self.said)
            raise AssertionError(f"no {event} {values} within {PATIENCE:.0f} s: {told}, {self.said[-3:]}") from None
        return found[times - 1]


@dataclass
class Inside:
    around: Surroundings
    log: Lines
    service: asyncio.Task[None]
    folder: Path

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        connection = sqlite3.connect(f"file:{self.folder / 'archive.db'}?mode=ro", uri=True)
        try:
            return connection.execute(query).fetchall()
        finally:
            connection.close()

    def execute(self, statement: str) -> None:
        connection = sqlite3.connect(self.folder / "archive.db")
        with connection:
            connection.execute(statement)
        connection.close()


@asynccontextmanager
async def running(
    config: Path, *, rhythm: Rhythm = QUICK, now: Callable[[], datetime] = utc_now
) -> AsyncIterator[Inside]:
    """A daemon that is ready; it drains and ends with the block, well."""
    log, health = Lines(), Health()
    file = WatchedFile(config)
    around = Surroundings(file, Notifier({}), log, Figures(health), health, rhythm, now)
    settings = file.read()
    service = asyncio.create_task(run_service(around, settings, load_settings(config).database))
    try:
        ready = asyncio.create_task(log.wait_for("ready"))
        await asyncio.wait({service, ready}, return_when=asyncio.FIRST_COMPLETED)
        if service.done():
            service.result()
        yield Inside(around, log, service, config.parent)
    finally:
        around.stop.set()
        await service


async def ticks(daemon: Inside, count: int) -> None:
    """Wait until the daemon has looked for work so many times more."""
    wanted = daemon.around.health.beats + count
    async with asyncio.timeout(PATIENCE):
        while daemon.around.health.beats < wanted:
            await asyncio.sleep(0.01)


async def poll_at_once(daemon: Inside) -> None:
    """Every feed becomes due."""
    await asyncio.to_thread(daemon.execute, "update feed set next_poll_at = '2020-01-01T00:00:00Z'")
