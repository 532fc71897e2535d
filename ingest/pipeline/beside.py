"""`ingest once` while another process fetches: it waits its turn, or hands its work to the running daemon.

The request is a row of the archive. The daemon polls the feeds at once, works off their entries and answers with its
report. Should the daemon end before, the lock is free and the work is done here: a poll more, and nothing lost.
"""

from __future__ import annotations

import json
from collections.abc import Callable

import anyio
from anyio.to_thread import run_sync

from ingest.pipeline.report import Report
from ingest.pipeline.selection import Selection
from storage import requests
from storage.file import ArchiveFile
from storage.lock import DAEMON, FetchLock
from storage.requests import Wanted

LOOK = 0.25  # seconds between two looks


async def acquire_or_ask(
    lock: FetchLock, archive: ArchiveFile, selection: Selection, tell: Callable[[str], None]
) -> Report | None:
    """None once the lock is ours; the daemon's report if it did the work."""
    asked: int | None = None
    told = False
    try:
        while not lock.try_acquire():
            holder = lock.holder()
            by_daemon = holder is not None and holder.command == DAEMON
            if by_daemon and asked is None:
                tell(f"{holder} does this at once; waiting for its report")
                asked = await run_sync(_post, archive, selection)
            elif not (told or by_daemon):
                tell(f"waiting for {holder or 'another process'}, which is fetching into this archive")
                told = True
            answer = None if asked is None else await run_sync(_answer, archive, asked)
            if answer is not None:
                return Report.of(json.loads(answer))
            await anyio.sleep(LOOK)
    finally:
        if asked is not None:
            with anyio.CancelScope(shield=True):
                await run_sync(_withdraw, archive, asked)
    return None


def _post(archive: ArchiveFile, selection: Selection) -> int:
    urls = tuple(feed.url for _, feed in selection.feeds)
    with archive.transaction() as t:
        return requests.post(t, Wanted(urls, selection.everything, selection.due_only))


def _answer(archive: ArchiveFile, request_id: int) -> str | None:
    with archive.reading() as t:
        return requests.answer_to(t, request_id)


def _withdraw(archive: ArchiveFile, request_id: int) -> None:
    with archive.transaction() as t:
        requests.withdraw(t, request_id)
