"""One session: everything open, work looked for every second, until the daemon stops or needs other connections.

The timers ring; each duty is a task that waits for its bell, so that a duty never runs twice at once and what it
raises ends the session. Due times and requests are looked up in the archive, which alone knows them.
"""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import anyio
from anyio.abc import TaskGroup

from ingest.config import ConfigError, Settings
from ingest.daemon import wanted
from ingest.daemon.dispatcher import Dispatcher
from ingest.daemon.journal import Journal, problems
from ingest.daemon.observers import Observers
from ingest.daemon.spreading import spread
from ingest.daemon.surroundings import Surroundings
from ingest.daemon.timers import Timers
from ingest.daemon.upkeep import keep_up
from ingest.pipeline.context import ConfiguredFeeds, Run
from ingest.pipeline.lanes import Lanes
from ingest.pipeline.once import one_archive_error, opened, sync
from storage import entries, feeds, rechecks, requests, search, upkeep
from storage.feeds import DueFeed
from storage.file import ArchiveFile
from storage.model import PendingRef
from storage.requests import Wanted

if TYPE_CHECKING:
    from storage.transaction import Transaction

MOST_FEEDS = 1_000  # begun in one round
MOST_ENTRIES = 10_000  # under way at a time
RECHECKS_OF_FEED = 4  # under way at a time: what is due, the longest due first, stays due until it is done
LONGEST_WAIT = timedelta(days=2)  # of an entry for its next attempt; a later time was written by a wrong clock


async def hold_session(around: Surroundings, archive: ArchiveFile, settings: Settings) -> Settings | None:
    """Do the daemon's work. Returns None when it was told to stop, else the settings with which to go on.

    Raises an ArchiveError when the archive cannot be used any more.
    """
    observer = Observers(Journal(around.log), around.figures)
    with one_archive_error():
        async with opened(archive, settings, observer, now=around.now) as run:
            ids = await run.writer.read(feeds.configured_ids)
            async with anyio.create_task_group() as group:
                session = Session(around, archive, run, ids, group)
                await session.hold()
                group.cancel_scope.cancel()
            await session.flush()
    return session.successor


class Session:
    def __init__(
        self, around: Surroundings, archive: ArchiveFile, run: Run, ids: dict[str, int], group: TaskGroup
    ) -> None:
        fetching = run.settings.fetching
        self._around = around
        self._archive = archive
        self._group = group
        self._lanes = Lanes(group, per_lane=fetching.per_host.concurrency, limit=4 * fetching.concurrency)
        self._dispatcher = Dispatcher(run, ids, self._lanes)
        self._clock_is_new = True
        self._serving: set[int] = set()
        self._over = asyncio.Event()
        self._timers = Timers(self._clock_was_set)
        self.successor: Settings | None = None
        around.figures.queues(
            {
                "feeds": lambda: len(self._dispatcher.feeds),
                "entries": lambda: len(self._dispatcher.entries),
                "rechecks": lambda: len(self._dispatcher.rechecks),
            }
        )

    @property
    def _run(self) -> Run:
        return self._dispatcher.run

    async def hold(self) -> None:
        """Work until told otherwise; then finish what is under way, as far as it gets in the time it is given."""
        around, rhythm = self._around, self._around.rhythm
        duties = {
            self.tick: rhythm.tick,
            self.recheck: rhythm.recheck,
            self.flush: rhythm.flush,
            self.note_statistics: rhythm.statistics,
            self.keep_up: rhythm.upkeep,
        }
        self._group.start_soon(self._wait_for_stop)
        with self._timers:
            for duty, seconds in duties.items():
                self._group.start_soon(_whenever, self._timers.every(seconds), duty)
            if not gc.isenabled():  # as `ingest run` starts
                gc.freeze()
                gc.enable()
            around.health.ready = True
            around.notifier.ready()
            around.log.info("ready", feeds=len(self._run.feeds), archive=str(self._archive.path))
            await self._over.wait()
        await self._drain()

    async def _wait_for_stop(self) -> None:
        await self._around.stop.wait()
        self._over.set()

    async def _wait_for_hurry(self, patience: anyio.CancelScope) -> None:
        await self._around.at_once.wait()
        patience.cancel()

    async def _drain(self) -> None:
        around, under_way = self._around, self._dispatcher
        if self.successor is None:
            around.health.ready = False
            around.notifier.stopping()
        self._lanes.close()
        feeds_begun = sum(job.begun for job in under_way.feeds.values())
        entries_begun = sum(job.begun for job in under_way.entries.values())
        around.log.info("draining", feeds=feeds_begun, entries=entries_begun, seconds=around.rhythm.drain)
        with anyio.move_on_after(around.rhythm.drain) as patience:
            self._group.start_soon(self._wait_for_hurry, patience)
            await self._lanes.drained()
        if patience.cancelled_caught:
            around.log.warning("cut_off", feeds=len(under_way.feeds), entries=len(under_way.entries))

    # --- the duties

    async def tick(self) -> None:
        """Look for work."""
        around = self._around
        self._timers.look()
        if self._clock_is_new:
            self._clock_is_new = False
            moved = await self._run.writer.write(spread, self._run)
            around.log.debug("due_times_spread", feeds=moved)
        if around.reload.is_set() or around.file.changed():
            await self._reload()
        begun = self._dispatcher
        asleep = (*begun.disabled, *begun.feeds)
        asked, due, left = await self._run.writer.read(self._look, asleep, tuple(begun.entries))
        for request_id, request in asked.items():
            if request_id not in self._serving:
                self._serving.add(request_id)
                self._group.start_soon(self._serve, request_id, request)
        self._serving &= asked.keys()  # what is answered or withdrawn does not come again
        now = self._run.now()
        for feed in due:
            self._dispatcher.poll(feed.id, feed.fetched)
            around.figures.lagged((now - feed.due_at).total_seconds() if feed.due_at else 0)
        for ref in left:
            self._dispatcher.work_off(ref)
        around.health.beat()
        around.notifier.alive()

    async def recheck(self) -> None:
        """Begin with articles that are to be looked at again; few of each feed at a time, so that news comes first."""
        for ref in await self._run.writer.read(rechecks.due, self._run.now(), of_each=RECHECKS_OF_FEED):
            self._dispatcher.recheck(ref)

    async def flush(self) -> None:
        """Let full-text search know the new articles."""
        writer = self._run.writer
        while await writer.read(search.waiting):
            await writer.write(search.flush)

    async def note_statistics(self) -> None:
        run, figures = self._run, self._around.figures
        statuses, pending, lag = await run.writer.read(self._statistics)
        figures.archive(statuses, pending=pending, size=upkeep.size(self._archive.path), lag=lag)
        self._around.health.behind(lag)
        figures.network(run.fetcher.requests, run.fetcher.bytes)
        under_way = self._dispatcher
        self._around.notifier.status(
            f"{len(run.feeds)} feeds; under way: {len(under_way.feeds)} polls, {len(under_way.entries)} articles; "
            f"{pending} articles still to be had; {lag:.0f} s behind"
        )

    async def keep_up(self) -> None:
        await keep_up(self._run, self._archive, self._around)

    # --- looking into the archive

    def _look(
        self, t: Transaction, asleep: Sequence[int], under_way: Sequence[int]
    ) -> tuple[dict[int, Wanted], list[DueFeed], list[PendingRef]]:
        """In the writer's thread: requests, feeds that are due but those `asleep`, entries but those `under_way`."""
        now = self._run.now()
        due = feeds.due(t, now, without=asleep, most=MOST_FEEDS)
        left = entries.due_refs(
            t,
            now,
            latest=now + LONGEST_WAIT,
            without=self._dispatcher.disabled,
            under_way=under_way,
            most=max(MOST_ENTRIES - len(under_way), 0),
        )
        return requests.unanswered(t), due, left

    def _statistics(self, t: Transaction) -> tuple[dict[str, int], int, float]:
        now = self._run.now()
        without = self._dispatcher.disabled
        overdue = feeds.due(t, now, without=without, most=MOST_FEEDS)
        lag = max(((now - feed.due_at).total_seconds() for feed in overdue if feed.due_at), default=0.0)
        return feeds.status_counts(t), entries.pending_count(t), lag

    async def _serve(self, request_id: int, request: Wanted) -> None:
        log = self._around.log.bind(request=request_id)
        log.info("request_taken", feeds=len(request.feeds))
        report = await wanted.serve(self._dispatcher, request_id, request)
        log.info("request_answered", **report.articles)

    # --- settings and clocks

    async def _reload(self) -> None:
        around = self._around
        around.reload.clear()
        around.notifier.reloading()
        try:
            settings = await asyncio.to_thread(around.file.read)
        except ConfigError as error:
            around.log.error("settings_rejected", problems=problems(error), note="the old settings stay in use")
        else:
            await self._adopt(settings)
        around.notifier.ready()

    async def _adopt(self, settings: Settings) -> None:
        run, log = self._run, self._around.log
        old = run.settings
        if settings.database != old.database or settings.metrics != old.metrics:
            log.warning("settings_need_restart", note="database and metrics are read when the daemon starts")
        if (settings.fetching, settings.contact) != (old.fetching, old.contact):
            log.info("settings_adopted", note="fetching has changed: going on with new connections")
            self.successor = settings
            self._over.set()
            return
        by_url = ConfiguredFeeds(settings)
        await run.writer.write(sync, settings)
        ids = await run.writer.read(feeds.configured_ids)
        self._dispatcher.adopt(replace(run, settings=settings, feeds=by_url), ids)
        added, removed = len(by_url.keys() - run.feeds.keys()), len(run.feeds.keys() - by_url.keys())
        log.info("settings_adopted", feeds=len(by_url), added=added, removed=removed)

    def _clock_was_set(self, seconds: float) -> None:
        self._around.log.warning("clock_was_set", seconds=round(seconds))
        self._clock_is_new = True


async def _whenever(bell: Callable[[], Awaitable[None]], duty: Callable[[], Awaitable[None]]) -> None:
    while True:
        await bell()
        await duty()
