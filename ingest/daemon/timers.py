"""A few timers (APScheduler), each of which only rings a bell; the work happens in the daemon's own tasks.

APScheduler plans by the wall clock. So that a clock set forward does not make it count through a year of missed
seconds, a timer's next time follows from now, not from the last one; and so that a clock set back does not make it
sleep for a year, the two clocks are compared every few seconds and all timers start anew when they have come apart.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Any, Self

from apscheduler.executors.debug import DebugExecutor
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.base import BaseTrigger

LOOK = 5.0  # seconds between two comparisons of the clocks
JUMP = 30.0  # seconds apart: the clock was set, or the machine slept


class _Every(BaseTrigger):  # type: ignore[misc]
    def __init__(self, seconds: float) -> None:
        self._interval = timedelta(seconds=seconds)

    def get_next_fire_time(self, previous: datetime | None, now: datetime) -> datetime:
        return now if previous is None else now + self._interval


class Timers:
    """Rings bells. `jumped` is called with the seconds by which the wall clock was set."""

    def __init__(self, jumped: Callable[[float], None]) -> None:
        self._jumped = jumped
        self._scheduler: Any = AsyncIOScheduler(
            timezone=UTC,
            executors={"default": DebugExecutor()},  # calls the bell where it is, in the event loop
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        )
        self._watching: asyncio.TimerHandle | None = None
        self._apart = 0.0

    def every(self, seconds: float) -> Callable[[], Awaitable[None]]:
        """A bell that rings at once and then every `seconds`: await the result for the next ring."""
        bell = asyncio.Event()

        async def heard() -> None:
            await bell.wait()
            bell.clear()

        self._scheduler.add_job(bell.set, _Every(seconds))
        return heard

    def __enter__(self) -> Self:
        self._scheduler.start()
        self._apart = _apart()
        self._watch()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._watching is not None:
            self._watching.cancel()
        self._scheduler.shutdown(wait=False)

    def look(self) -> None:
        """Compare the clocks now."""
        apart, self._apart = _apart() - self._apart, _apart()
        if abs(apart) > JUMP:
            for job in self._scheduler.get_jobs():
                job.modify(next_run_time=datetime.now(UTC))
            self._jumped(apart)

    def _watch(self) -> None:
        self.look()
        self._watching = asyncio.get_running_loop().call_later(LOOK, self._watch)


def _apart() -> float:
    return time.time() - time.monotonic()
