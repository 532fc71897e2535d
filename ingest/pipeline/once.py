"""One run: the chosen feeds polled, everything pending worked off, one report."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import anyio

from ingest.config import FeedSettings, OutletSettings, Settings
from ingest.fetching import Fetcher, politeness_key
from ingest.jobs import PRELOAD
from ingest.keeping import new_counters
from ingest.pipeline.context import Configured, Observer, Run, utc_now
from ingest.pipeline.entry_step import work_off
from ingest.pipeline.feed_step import poll_feed
from ingest.pipeline.lanes import Lanes
from ingest.pipeline.report import Report
from ingest.pipeline.writer import Writer
from ingest.workers import Workers
from storage import entries, feeds, search
from storage.archive import Archive
from storage.errors import ArchiveError
from storage.lock import FetchLock
from storage.model import FeedState, FeedStatus, HostState, Outlet, PendingRef

if TYPE_CHECKING:
    from sqlalchemy import Connection

WORKERS = 2
HOST_NOTES_EVERY = 0.5  # seconds
LOCK_LOOK = 0.5  # seconds between two looks at a lock that another process holds


@dataclass(frozen=True, slots=True)
class Selection:
    """Which feeds a run is about."""

    feeds: tuple[tuple[OutletSettings, FeedSettings], ...]
    everything: bool = True  # also entries left pending by feeds that are polled no longer
    due_only: bool = False


async def run_once(
    archive: Archive,
    settings: Settings,
    selection: Selection,
    observer: Observer,
    *,
    tell: Callable[[str], None],
) -> Report:
    """Poll the selected feeds and work off what is pending. Waits its turn while another process fetches."""
    started = time.monotonic()
    with FetchLock(archive.path, "once") as lock:
        await _acquire(lock, tell)
        async with opened(archive, settings, observer) as run:
            await _work(run, selection)
            report = run.report
            while await run.writer.write(search.flush):
                pass
            report.articles["pending"] = await run.writer.write(entries.pending_count)
            report.requests, report.bytes = run.fetcher.requests, run.fetcher.bytes
    report.seconds = time.monotonic() - started
    return report


async def _acquire(lock: FetchLock, tell: Callable[[str], None]) -> None:
    told = False
    while not lock.try_acquire():
        if not told:
            tell(f"waiting for {lock.holder() or 'another process'}, which is fetching into this archive")
            told = True
        await anyio.sleep(LOCK_LOOK)


@asynccontextmanager
async def opened(archive: Archive, settings: Settings, observer: Observer) -> AsyncIterator[Run]:
    """Everything a run needs, open; closed in the right order whatever happens."""
    configured = {feed.url: Configured.of(outlet, feed) for outlet, feed in settings.feeds()}
    async with AsyncExitStack() as stack:
        writer = await stack.enter_async_context(Writer(archive))
        workers = await stack.enter_async_context(Workers(WORKERS, preload=PRELOAD))
        await writer.write(_sync, settings)
        remembered = await writer.write(feeds.hosts)
        notes = await stack.enter_async_context(_HostNotes(writer))
        fetcher = await stack.enter_async_context(
            Fetcher(settings.fetching, contact=settings.contact, hosts=remembered, remember=notes.put, now=utc_now)
        )
        yield Run(settings, writer, fetcher, workers, new_counters(), observer, configured)


def _sync(t: Connection, settings: Settings) -> None:
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
        await self._flush()

    async def _flush(self) -> None:
        latest, self._latest = self._latest, {}
        if latest:
            await self._writer.write(_save_hosts, list(latest.values()))

    async def __aenter__(self) -> _HostNotes:
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._flushing is not None:
            self._flushing.cancel()
        with anyio.CancelScope(shield=True):
            await self._flush()


def _save_hosts(t: Connection, states: Iterable[HostState]) -> None:
    for state in states:
        feeds.save_host(t, state)


async def _work(run: Run, selection: Selection) -> None:
    states = await run.writer.write(feeds.states)
    chosen = _chosen(run, states, selection)
    run.observer.feeds_chosen(len(chosen))
    left = await run.writer.write(_left_over, run, selection, chosen)
    run.observer.entries_found("", len(left))
    try:
        async with anyio.create_task_group() as group:
            settings = run.settings.fetching
            lanes = Lanes(group, per_lane=settings.per_host.concurrency, limit=4 * settings.concurrency)
            for state in chosen:
                lanes.put(_lane(state.moved_to or state.url), partial(_poll_and_queue, run, lanes, state))
            _queue(run, lanes, left)
    except BaseExceptionGroup as group_error:
        unusable = group_error.subgroup(ArchiveError)
        if unusable is None:
            raise
        raise _first(unusable) from None


def _first(group: BaseExceptionGroup[ArchiveError]) -> ArchiveError:
    """Many tasks meet the same full disk: one line says so."""
    error = group.exceptions[0]
    return _first(error) if isinstance(error, BaseExceptionGroup) else error


def _chosen(run: Run, states: Iterable[FeedState], selection: Selection) -> list[FeedState]:
    wanted = {feed.url for _, feed in selection.feeds}
    now = run.now()
    return [
        state
        for state in states
        if state.url in wanted
        and (state.next_poll_at is None or state.next_poll_at <= now or not _waits(state, selection))
    ]


def _waits(state: FeedState, selection: Selection) -> bool:
    """Whether the feed's due time counts: always with --due, and for a feed that said it is gone."""
    return selection.due_only or state.status is FeedStatus.GONE


def _left_over(t: Connection, run: Run, selection: Selection, chosen: list[FeedState]) -> list[PendingRef]:
    """What earlier runs could not finish, of feeds that are still configured."""
    due = run.now() if selection.due_only else None
    enabled = {state.id for state in feeds.states(t) if state.url in run.feeds}
    wanted = enabled if selection.everything else {state.id for state in chosen}
    return [ref for ref in entries.pending_refs(t, due=due) if ref.feed_id in wanted]


async def _poll_and_queue(run: Run, lanes: Lanes, state: FeedState) -> None:
    _queue(run, lanes, await poll_feed(run, state))


def _queue(run: Run, lanes: Lanes, refs: Iterable[PendingRef]) -> None:
    for ref in refs:
        lanes.put(_lane(ref.url), partial(work_off, run, ref))


def _lane(url: str | None) -> str:
    return (politeness_key(url) if url else None) or ""
