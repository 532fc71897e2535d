"""The one writer: a thread that owns writing, so that waiting for a lock never stops the event loop."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

from storage.errors import ArchiveError
from storage.file import ArchiveFile

if TYPE_CHECKING:
    from storage.transaction import Transaction

P = ParamSpec("P")
R = TypeVar("R")

QUEUE = 64  # writes that may wait; whoever comes later waits for a place
APART = 0.02  # seconds from the beginning of one transaction of writes to that of the next


@dataclass(frozen=True, slots=True, eq=False)
class _Write:
    """A write that waits for its turn."""

    work: Callable[[Transaction], Any]
    done: asyncio.Future[Any]


class Writer:
    """Runs functions of a transaction one after the other. What waits at one time shares a transaction.

    Waking the thread, beginning and committing cost as much as a small write does, so transactions keep a little apart
    and a few writes come together. When one of them fails, all is rolled back, and each has a transaction of its own:
    none suffers from another, but each may run twice, so it must not change anything beside the archive.
    """

    def __init__(self, archive: ArchiveFile) -> None:
        self._archive = archive
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="writer")
        self._places = asyncio.Semaphore(QUEUE)
        self._waiting: deque[_Write] = deque()
        self._timer: asyncio.TimerHandle | None = None  # set while writes wait that the thread has not been told of
        self._earliest = 0.0  # by the loop's clock
        self._closed = False

    async def __aenter__(self) -> Writer:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closed = True
        self._begin_now()  # for what cancelled callers left
        await asyncio.to_thread(self._thread.shutdown, wait=True)

    async def write(self, work: Callable[Concatenate[Transaction, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        """The result of `work(transaction, …)`, committed. A cancelled caller's write still ends whole."""
        async with self._places:
            if self._closed:
                raise RuntimeError("the writer is closed")
            loop = asyncio.get_running_loop()
            write = _Write(lambda t: work(t, *args, **kwargs), loop.create_future())
            self._waiting.append(write)
            if self._timer is None:
                self._timer = loop.call_at(self._earliest, self._begin, loop)
            result: R = await write.done
            return result

    async def read(self, work: Callable[Concatenate[Transaction, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        """The result of `work(transaction, …)`, after all that was written before; locks nobody out."""

        def look() -> R:
            with self._archive.reading() as t:
                return work(t, *args, **kwargs)

        return await self.run(look)

    async def run(self, work: Callable[[], R]) -> R:
        """The result of something that must not happen beside a write."""
        async with self._places:
            self._begin_now()
            return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def _begin(self, loop: asyncio.AbstractEventLoop) -> None:
        self._timer, self._earliest = None, loop.time() + APART
        self._thread.submit(self._write_waiting, loop)

    def _begin_now(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._begin(asyncio.get_running_loop())

    def _write_waiting(self, loop: asyncio.AbstractEventLoop) -> None:
        """In the thread: all that waits, in their order. Nothing, where a call before this one had its write as well."""
        writes = [self._waiting.popleft() for _ in range(len(self._waiting))]
        if writes:
            ends = self._together(writes)
            loop.call_soon_threadsafe(_tell, writes, ends)

    def _together(self, writes: Sequence[_Write]) -> list[Any]:
        """Their results, or the errors they raised."""
        try:
            with self._archive.transaction() as t:
                return [write.work(t) for write in writes]
        except ArchiveError as error:  # the state of the machine: what comes next meets the same
            return [error] * len(writes)
        except Exception as error:  # noqa: BLE001  raised again where the write came from
            return [error] if len(writes) == 1 else [end for write in writes for end in self._together([write])]


def _tell(writes: Sequence[_Write], ends: Sequence[Any]) -> None:
    for write, end in zip(writes, ends, strict=True):
        if write.done.done():  # whoever waited for it was cancelled
            continue
        if isinstance(end, Exception):
            write.done.set_exception(end)
        else:
            write.done.set_result(end)
