"""CPU work in killable processes: parsing and extraction, one document a job.

Small hostile documents can hold a parser for minutes inside one C call or one regular expression, where neither a
thread nor a time-out of the event loop can stop it (98 KB of newlines: 53 s in feedparser). So each job has a wall
clock, each process a memory limit, and a process that exceeds either is killed and replaced; other jobs never notice.
"""

from __future__ import annotations

import asyncio
import gc
import multiprocessing
import os
import resource
import sys
from collections.abc import Callable, Iterable
from concurrent.futures import TimeoutError as JobTimeout
from multiprocessing import resource_tracker
from types import TracebackType
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from storage.model import Failure, FailureKind

if TYPE_CHECKING:
    from pebble import ProcessPool

P = ParamSpec("P")
R = TypeVar("R")

MEMORY_LIMIT = 1 << 30  # bytes of address space beyond what the imports took
JOBS_PER_PROCESS = 500  # then it is replaced: the caches of the parsers only grow
COLLECT_AFTER = (7_000, 20, 20)  # new objects: a document makes thousands, and few cycles


class Workers:
    """A few processes that run pure functions. Starts lazily: a run in which nothing changed pays nothing."""

    def __init__(self, count: int, *, preload: Iterable[str] = ()) -> None:
        self._count = count
        self._preload = ["ingest.muted", *preload]
        self._pool: ProcessPool | None = None

    async def __aenter__(self) -> Workers:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._pool is not None:
            self._pool.stop()  # type: ignore[no-untyped-call]
            await asyncio.to_thread(self._pool.join, 5)

    async def run(self, seconds: float, job: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R | Failure:
        """The job's result; a Failure if it took longer than `seconds`, died, or ran out of memory."""
        from pebble import ProcessExpired

        future = self._started().schedule(job, args=list(args), kwargs=dict(kwargs), timeout=seconds)
        try:
            result: R = await asyncio.wrap_future(future)
        except JobTimeout:
            return Failure(FailureKind.TOO_SLOW, f"reading it took longer than {seconds:.0f} s")
        except ProcessExpired as error:
            return Failure(FailureKind.CRASHED, f"the process that read it died (exit code {error.exitcode})")
        except MemoryError:
            return Failure(FailureKind.CRASHED, "reading it took more memory than allowed")
        except OSError as error:  # the machine's trouble, such as no space for a library's temporary file
            return Failure(FailureKind.CRASHED, f"reading it failed: {error.strerror or type(error).__name__}")
        return result

    def _started(self) -> ProcessPool:
        if self._pool is None:
            from pebble import ProcessPool

            _start_quiet_tracker()
            context = multiprocessing.get_context("forkserver")
            context.set_forkserver_preload(self._preload)
            self._pool = ProcessPool(
                self._count, max_tasks=JOBS_PER_PROCESS, initializer=_prepare_process, context=context
            )
        return self._pool


def _start_quiet_tracker() -> None:
    """Start the process of `multiprocessing` that clears away our semaphores, should we be killed, without its warning.

    It writes to our standard error, where a log of JSON lines or a person's terminal is. It takes its filters from the
    options of the interpreter that starts it.
    """
    quiet = "ignore:resource_tracker:UserWarning"
    sys.warnoptions.append(quiet)
    try:
        resource_tracker.ensure_running()
    finally:
        sys.warnoptions.remove(quiet)


def _prepare_process() -> None:
    """In the new process: a memory limit above what the imports hold, and low priority for the machine's owner."""
    gc.freeze()
    gc.set_threshold(*COLLECT_AFTER)
    gc.enable()
    held = _address_space()
    if held is not None:
        limit = held + MEMORY_LIMIT
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


def _address_space() -> int | None:
    """Bytes of address space in use; None where /proc does not tell (macOS does not enforce the limit either)."""
    try:
        with open("/proc/self/statm", encoding="ascii") as statm:  # noqa: PTH123
            return int(statm.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return None
