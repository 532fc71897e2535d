"""Jobs in lanes: many hosts side by side, few jobs of one host at a time, each host having its turn."""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable, Hashable

import anyio
from anyio.abc import TaskGroup

Job = Callable[[], Awaitable[None]]


class Lanes:
    """Runs jobs inside a task group: at most `per_lane` of a lane and `limit` in all, the lanes taking turns.

    A job that waits for its host's next turn holds its place meanwhile, so the limit should be a few times the number
    of connections.
    """

    def __init__(self, group: TaskGroup, *, per_lane: int, limit: int) -> None:
        self._group = group
        self._per_lane = per_lane
        self._free = limit
        self._queued: dict[Hashable, deque[Job]] = {}
        self._running: dict[Hashable, int] = {}
        self._ready: dict[Hashable, None] = {}  # lanes with a job queued and a place of their own free, in turn
        self._closed = False
        self._empty = anyio.Event()
        self._empty.set()

    def put(self, lane: Hashable, job: Job) -> None:
        """Queue a job; it starts at once if there is a place. After `close` it is dropped."""
        if self._closed:
            return
        if self._empty.is_set():
            self._empty = anyio.Event()
        self._queued.setdefault(lane, deque()).append(job)
        self._offer(lane)
        self._start()

    async def drained(self) -> None:
        """Wait until no job is queued or under way."""
        await self._empty.wait()

    def close(self) -> None:
        """Drop what is queued and take no more; what is under way goes on."""
        self._closed = True
        self._queued.clear()
        self._ready.clear()

    def _offer(self, lane: Hashable) -> None:
        if self._queued.get(lane) and self._running.get(lane, 0) < self._per_lane:
            self._ready[lane] = None

    def _start(self) -> None:
        while turn := self._take():
            self._group.start_soon(self._run, *turn)

    def _take(self) -> tuple[Hashable, Job] | None:
        """The job whose turn it is, if it has a place."""
        if not (self._free and self._ready):
            return None
        lane = next(iter(self._ready))
        del self._ready[lane]
        job = self._queued[lane].popleft()
        if not self._queued[lane]:
            del self._queued[lane]
        self._free -= 1
        self._running[lane] = self._running.get(lane, 0) + 1
        self._offer(lane)
        return lane, job

    async def _run(self, lane: Hashable, job: Job) -> None:
        """A job, and in the same task, for tasks take their time, those whose turn has come when one has ended."""
        turn: tuple[Hashable, Job] | None = (lane, job)
        while turn:
            lane, job = turn
            try:
                await job()
            finally:
                self._leave(lane)
            turn = self._take()

    def _leave(self, lane: Hashable) -> None:
        self._free += 1
        self._running[lane] -= 1
        if not self._running[lane]:
            del self._running[lane]
        self._offer(lane)
        if not (self._running or self._ready):
            self._empty.set()
