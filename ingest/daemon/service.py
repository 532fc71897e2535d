"""The process: its lock, its signals, and one session after the other."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from ingest.config import Settings
from ingest.daemon.session import hold_session
from ingest.daemon.surroundings import Surroundings
from storage.connect import archive_path
from storage.errors import ArchiveError, ArchiveUnavailable
from storage.file import ArchiveFile
from storage.lock import DAEMON, FetchLock

LOOK = 0.5  # seconds between two looks at the lock of an `ingest once`
GIVE_UP = 600.0  # seconds without a usable archive
LONGEST_WAIT = 60.0  # seconds between two attempts to open it again
AT_ONCE = 1.5  # seconds that an orderly end may take after the second signal
INTERRUPTED = 130


async def run_service(around: Surroundings, settings: Settings, database: str) -> None:
    """The daemon's life, until a signal ends it. Raises an ArchiveError when there is nothing to be done.

    An archive that cannot be opened at the start is an error at once; one that is lost later (a full disk, somebody
    else's long transaction) is given ten minutes to come back.
    """
    around.log.info("started", pid=os.getpid(), archive=str(archive_path(database)), settings=str(around.file.path))
    with _signals(around), FetchLock(archive_path(database), DAEMON) as lock:
        await _acquire(around, lock)
        await _sessions(around, settings, database)
    around.log.info("stopped")


async def _sessions(around: Surroundings, settings: Settings, database: str) -> None:
    present: Settings | None = settings
    lost_at: float | None = None  # None: the archive has never been usable
    failures = 0
    while present is not None and not around.stop.is_set():
        try:
            with ArchiveFile.open(database, write=True) as archive:
                present = await hold_session(around, archive, present)
        except ArchiveError as error:
            if around.health.ready:
                around.health.ready = False
                lost_at, failures = time.monotonic(), 0
            if lost_at is None or around.stop.is_set() or time.monotonic() - lost_at > GIVE_UP:
                raise
            failures += 1
            wait = min(2.0**failures, LONGEST_WAIT)
            around.log.error("archive_unavailable", detail=str(error), times=failures, next_attempt_in=wait)
            await _rest(around, wait)


async def _acquire(around: Surroundings, lock: FetchLock) -> None:
    """Takes the lock. A second daemon is refused; a running `ingest once` may finish."""
    told = False
    while not lock.try_acquire():
        holder = lock.holder()
        if holder is not None and holder.command == DAEMON:
            raise ArchiveUnavailable(f"{holder} is already fetching into this archive; stop it first")
        if not told:
            around.log.info("waiting", holder=str(holder or "another process"))
            told = True
        around.notifier.waiting(60)
        await _rest(around, LOOK)
        if around.stop.is_set():
            return


async def _rest(around: Surroundings, seconds: float) -> None:
    """Wait, unless the daemon is to stop."""
    try:
        await asyncio.wait_for(around.stop.wait(), seconds)
    except TimeoutError:
        around.notifier.alive()


@contextmanager
def _signals(around: Surroundings) -> Iterator[None]:
    loop = asyncio.get_running_loop()
    handlers = {
        signal.SIGTERM: lambda: _stop(around, "SIGTERM"),
        signal.SIGINT: lambda: _stop(around, "SIGINT"),
        signal.SIGHUP: around.reload.set,
    }
    for number, handler in handlers.items():
        loop.add_signal_handler(number, handler)
    try:
        yield
    finally:
        for number in handlers:
            loop.remove_signal_handler(number)


def _end() -> None:
    for worker in multiprocessing.active_children():  # by themselves they notice up to a minute later
        worker.kill()
    os._exit(INTERRUPTED)


def _stop(around: Surroundings, name: str) -> None:
    """The first signal asks for an end, the second one makes it: what was stored is safe in the archive."""
    if not around.stop.is_set():
        around.log.info("stopping", signal=name)
        around.stop.set()
    elif not around.at_once.is_set():
        around.log.warning("stopping_at_once", signal=name)
        around.at_once.set()
        last_resort = threading.Timer(AT_ONCE, _end)  # should a lock or a worker hold us up
        last_resort.daemon = True
        last_resort.start()
