"""What politeness must remember across runs, written down while fetching goes on."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import anyio

from ingest.pipeline.writer import Writer
from storage import feeds
from storage.model import HostState

if TYPE_CHECKING:
    from sqlalchemy import Connection


class HostNotes:
    """Writes down what politeness must remember, as it comes up in the middle of fetching."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self._latest: dict[str, HostState] = {}

    def put(self, state: HostState) -> None:
        self._latest[state.domain] = state

    async def flush(self) -> None:
        """Keep what has come up so far. At the end this happens by itself."""
        latest, self._latest = self._latest, {}
        if latest:
            await self._writer.write(_save_hosts, list(latest.values()))

    async def __aenter__(self) -> HostNotes:
        return self

    async def __aexit__(self, *_: object) -> None:
        with anyio.CancelScope(shield=True):
            await self.flush()


def _save_hosts(t: Connection, states: Iterable[HostState]) -> None:
    for state in states:
        feeds.save_host(t, state)
