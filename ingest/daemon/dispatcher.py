"""What is under way: each feed, each entry and each article at most once, whoever asked for it.

A job has a report of its own. Whoever wants to know what came of it (a request of `ingest once`) waits for the job and
adds its report to his.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial

from ingest.pipeline.context import Run
from ingest.pipeline.entry_step import work_off
from ingest.pipeline.feed_step import poll_feed
from ingest.pipeline.lanes import Lanes
from ingest.pipeline.once import lane
from ingest.pipeline.recheck_step import recheck
from ingest.pipeline.report import Report
from storage import feeds
from storage.model import PendingRef, RecheckRef


@dataclass(slots=True, eq=False)
class Job:
    """One feed's poll, one entry's work or one look at an article. `found`: the jobs of the entries that a poll brought."""

    report: Report = field(default_factory=Report)
    begun: bool = False
    done: asyncio.Event = field(default_factory=asyncio.Event)
    found: list[Job] = field(default_factory=list)


class Dispatcher:
    """Queues jobs in lanes. `adopt` replaces the run: jobs that begin later use the new one."""

    def __init__(self, run: Run, ids: Mapping[str, int], lanes: Lanes) -> None:
        self._lanes = lanes
        self.feeds: dict[int, Job] = {}
        self.entries: dict[int, Job] = {}
        self.rechecks: dict[int, Job] = {}
        self.adopt(run, ids)

    def adopt(self, run: Run, ids: Mapping[str, int]) -> None:
        """`ids`: the number of every feed of the settings; those that the run does not know are disabled."""
        self.run = run
        self.disabled = frozenset(number for url, number in ids.items() if url not in run.feeds)

    def poll(self, feed_id: int, fetched: str) -> Job:
        """Poll a feed, if that is not under way already. `fetched`: the address that will be asked."""
        return self._queue(self.feeds, feed_id, fetched, partial(self._poll, feed_id))

    def work_off(self, ref: PendingRef) -> Job:
        """Work off an entry, if that is not under way already."""
        return self._queue(self.entries, ref.sighting_id, ref.url, partial(self._work_off, ref))

    def recheck(self, ref: RecheckRef) -> Job:
        """Look at an article again, if that is not under way already."""
        return self._queue(self.rechecks, ref.article_id, ref.url, partial(self._recheck, ref))

    def _queue(
        self, under_way: dict[int, Job], number: int, url: str | None, work: Callable[[Run, Job], Awaitable[None]]
    ) -> Job:
        if number in under_way:
            return under_way[number]
        job = under_way[number] = Job()
        self._lanes.put(lane(url), partial(self._do, under_way, number, job, work))
        return job

    async def _do(
        self, under_way: dict[int, Job], number: int, job: Job, work: Callable[[Run, Job], Awaitable[None]]
    ) -> None:
        job.begun = True
        try:
            await work(replace(self.run, report=job.report), job)
        finally:
            del under_way[number]
            job.done.set()

    async def _poll(self, feed_id: int, run: Run, job: Job) -> None:
        state = await run.writer.read(feeds.load, feed_id)
        if state is not None and state.url in run.feeds:
            job.found = [self.work_off(ref) for ref in await poll_feed(run, state)]

    async def _work_off(self, ref: PendingRef, run: Run, job: Job) -> None:
        if ref.feed_id not in self.disabled:
            await work_off(run, ref)

    async def _recheck(self, ref: RecheckRef, run: Run, job: Job) -> None:
        await recheck(run, ref)
