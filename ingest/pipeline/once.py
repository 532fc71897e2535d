"""One run: the chosen feeds polled, everything pending worked off, one report."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

import anyio

from ingest.config import Settings
from ingest.fetching import Fetcher, politeness_key
from ingest.jobs import PAGE_MODULES, TEXT_MODULES
from ingest.pipeline.beside import acquire_or_ask
from ingest.pipeline.context import ConfiguredFeeds, Observer, Run, utc_now
from ingest.pipeline.entry_step import work_off
from ingest.pipeline.feed_step import poll_feed
from ingest.pipeline.lanes import Lanes
from ingest.pipeline.recheck_step import recheck
from ingest.pipeline.report import Report
from ingest.pipeline.selection import Selection, choose, choose_rechecks
from ingest.pipeline.writer import Writer
from ingest.workers import Workers
from storage import entries, feeds, search, upkeep
from storage.errors import ArchiveError
from storage.file import ArchiveFile
from storage.lock import FetchLock
from storage.model import FeedState, HostState, Outlet, PendingRef

if TYPE_CHECKING:
    from storage.transaction import Transaction

WORKERS = 2
HOST_NOTES_EVERY = 0.5  # seconds
POLLS_KEPT = timedelta(days=30)  # one by one, then as daily sums
HOSTS_KEPT = timedelta(days=7)  # their robots.txt counts for a day


async def run_once(
    archive: ArchiveFile,
    settings: Settings,
    selection: Selection,
    observer: Observer,
    *,
    tell: Callable[[str], None],
) -> Report:
    """Poll the selected feeds and work off what is pending. Waits its turn while another process fetches."""
    started = time.monotonic()
    with FetchLock(archive.path, "once") as lock:
        report = await acquire_or_ask(lock, archive, selection, tell)
        if report is None:
            async with opened(archive, settings, observer) as run:
                await work(run, selection)
                await put_away(run)
                report = await closing_report(run, run.report)
                report.requests, report.bytes = run.fetcher.requests, run.fetcher.bytes
    report.seconds = time.monotonic() - started
    return report


async def put_away(run: Run) -> int:
    """Daily sums instead of old polls, and no more of hosts not asked for a week; the number of polls.

    In short transactions, so that articles are stored meanwhile.
    """
    await run.writer.write(feeds.forget_hosts, run.now() - HOSTS_KEPT)
    summed = 0
    while count := await run.writer.write(upkeep.sum_polls, run.now() - POLLS_KEPT):
        summed += count
    return summed


async def closing_report(run: Run, report: Report) -> Report:
    """The report, once everything it counts can be searched."""
    while await run.writer.write(search.flush):
        pass
    report.articles["pending"] = await run.writer.write(entries.pending_count)
    return report


@asynccontextmanager
async def opened(
    archive: ArchiveFile, settings: Settings, observer: Observer, *, now: Callable[[], datetime] = utc_now
) -> AsyncIterator[Run]:
    """Everything a run needs, open; closed in the right order whatever happens."""
    async with AsyncExitStack() as stack:
        writer = await stack.enter_async_context(Writer(archive))
        workers = await stack.enter_async_context(Workers(WORKERS, preload=_preload(settings)))
        await writer.write(sync, settings)
        remembered = await writer.write(feeds.hosts)
        notes = await stack.enter_async_context(_HostNotes(writer))
        fetcher = await stack.enter_async_context(
            Fetcher(settings.fetching, contact=settings.contact, hosts=remembered, remember=notes.put, now=now)
        )
        feeds_by_url = ConfiguredFeeds(settings)
        yield Run(settings, writer, fetcher, workers, observer, feeds_by_url, now=now)


def _preload(settings: Settings) -> tuple[str, ...]:
    return PAGE_MODULES if any(outlet.pages for outlet, _ in settings.feeds()) else TEXT_MODULES


def sync(t: Transaction, settings: Settings) -> None:
    """Make the archive's outlets and feeds those of the settings."""
    outlets = {
        Outlet(o.name, o.title or o.name, o.home, o.language, tuple(o.formerly)): [feed.url for feed in o.feeds]
        for o in settings.outlets
    }
    feeds.sync(t, outlets)


class _HostNotes:
    """Writes down what politeness must remember, soon after it came up in the middle of fetching."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self._latest: dict[str, HostState] = {}
        self._flushing: asyncio.Task[None] | None = None

    def put(self, state: HostState) -> None:
        self._latest[state.domain] = state
        if self._flushing is None or self._flushing.done():
            self._flushing = asyncio.create_task(self._flush_soon())

    async def _flush_soon(self) -> None:
        await asyncio.sleep(HOST_NOTES_EVERY)
        with suppress(ArchiveError):  # the notes stay; whatever is written next meets the same trouble and says so
            await self._flush()

    async def _flush(self) -> None:
        latest, self._latest = self._latest, {}
        if not latest:
            return
        try:
            await self._writer.write(_save_hosts, list(latest.values()))
        except ArchiveError:
            self._latest = latest | self._latest
            raise

    async def __aenter__(self) -> _HostNotes:
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._flushing is not None:
            self._flushing.cancel()
        with anyio.CancelScope(shield=True):
            await self._flush()


def _save_hosts(t: Transaction, states: Iterable[HostState]) -> None:
    for state in states:
        feeds.save_host(t, state)


async def work(run: Run, selection: Selection) -> None:
    """Poll, work off what that brings and what was left, and then, so that news comes first, look again."""
    chosen, left = await run.writer.read(choose, run, selection)
    run.observer.feeds_chosen(len(chosen))
    run.observer.entries_found("", len(left))
    with one_archive_error():
        async with anyio.create_task_group() as group:
            settings = run.settings.fetching
            lanes = Lanes(group, per_lane=settings.per_host.concurrency, limit=4 * settings.concurrency)
            for state in chosen:
                lanes.put(lane(state.moved_to or state.url), partial(_poll_and_queue, run, lanes, state))
            _queue(run, lanes, left)
            await lanes.drained()
            for ref in await run.writer.read(choose_rechecks, run, selection):
                lanes.put(lane(ref.url), partial(recheck, run, ref))


@contextmanager
def one_archive_error() -> Iterator[None]:
    """Around a task group: many tasks meet the same full disk; one error says so."""
    try:
        yield
    except BaseExceptionGroup as group_error:
        unusable = group_error.subgroup(ArchiveError)
        if unusable is None:
            raise
        raise _first(unusable) from None


def _first(group: BaseExceptionGroup[ArchiveError]) -> ArchiveError:
    error = group.exceptions[0]
    return _first(error) if isinstance(error, BaseExceptionGroup) else error


async def _poll_and_queue(run: Run, lanes: Lanes, state: FeedState) -> None:
    _queue(run, lanes, await poll_feed(run, state))


def _queue(run: Run, lanes: Lanes, refs: Iterable[PendingRef]) -> None:
    for ref in refs:
        lanes.put(lane(ref.url), partial(work_off, run, ref))


def lane(url: str | None) -> str:
    """Which lane a job belongs to: the registrable domain that it asks."""
    return (politeness_key(url) if url else None) or ""
