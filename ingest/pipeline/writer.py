"""The one writer: a thread that owns writing, so that waiting for a lock never stops the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import TYPE_CHECKING, Concatenate, ParamSpec, TypeVar

from storage.archive import Archive

if TYPE_CHECKING:
    from sqlalchemy import Connection

P = ParamSpec("P")
R = TypeVar("R")

QUEUE = 64  # writes that may wait; whoever comes later waits for a place


class Writer:
    """Runs functions of a transaction, one after the other, each in a transaction of its own."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="writer")
        self._places = asyncio.Semaphore(QUEUE)

    async def __aenter__(self) -> Writer:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await asyncio.to_thread(self._thread.shutdown, wait=True)

    async def write(self, work: Callable[Concatenate[Connection, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        """The result of `work(transaction, …)`, committed. A cancelled caller's write still ends whole."""

        def transact() -> R:
            with self._archive.transaction() as t:
                return work(t, *args, **kwargs)

        return await self.run(transact)

    async def read(self, work: Callable[Concatenate[Connection, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        """The result of `work(connection, …)`, after all that was written before; locks nobody out."""

        def look() -> R:
            with self._archive.reading() as t:
                return work(t, *args, **kwargs)

        return await self.run(look)

    async def run(self, work: Callable[[], R]) -> R:
        """The result of something that must not happen beside a write."""
        async with self._places:
            return await asyncio.get_running_loop().run_in_executor(self._thread, work)
