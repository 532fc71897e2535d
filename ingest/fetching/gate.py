"""Whose turn it is: so many at once and so far apart for each domain, and so many fetches in all.

A fetch that waits here holds nothing but its task, so a slow domain fills no one's place but its own.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Final

_PATIENCE: Final = 0.1  # seconds after which a fetch makes room for another
_OVERFLOW: Final = 4  # times the limit: how many may be open in all, the patient and the slow ones
_MANY_LANES: Final = 2_000


class Places:
    """`limit` fetches at once, those apart that have been waiting on their server for over .1 s; 4 x `limit` in all.

    A plain limit of 48 lets 48 hanging servers stop every other feed until their deadline.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._counted: dict[object, float] = {}  # by start, so the slowest comes first
        self._open = 0
        self._door = asyncio.Lock()
        self._left = asyncio.Event()

    async def take(self) -> object:
        """Waits for a place; what it gives has to be given back to `leave`."""
        async with self._door:  # in the order of arrival
            while (patience := self._wait()) is not None:
                self._left.clear()
                with suppress(TimeoutError):
                    async with asyncio.timeout(patience):
                        await self._left.wait()
            taken = object()
            self._counted[taken] = asyncio.get_running_loop().time()
            self._open += 1
            return taken

    def leave(self, taken: object) -> None:
        self._open -= 1
        self._counted.pop(taken, None)
        self._left.set()

    def _wait(self) -> float | None:
        """Seconds until there may be a place, None if there is one."""
        if len(self._counted) < self._limit:
            return None if self._open < self._limit * _OVERFLOW else 60.0
        if self._open >= self._limit * _OVERFLOW:
            return 60.0
        slowest = next(iter(self._counted))
        left = self._counted[slowest] + _PATIENCE - asyncio.get_running_loop().time()
        if left > 0:
            return left
        del self._counted[slowest]
        return None


@dataclass(slots=True)
class _Lane:
    """One domain's turn."""

    slots: asyncio.Semaphore
    turn: asyncio.Lock
    next_start: float = 0.0  # the loop's clock: jumps of the system's do not matter
    users: int = 0


class Gate:
    """At most `per_domain` at once and `delay` seconds between two starts for each domain, within `places`."""

    def __init__(self, per_domain: int, delay: float, places: Places) -> None:
        self._per_domain = per_domain
        self._delay = delay
        self._places = places
        self._lanes: dict[str, _Lane] = {}
        self._sweep_at = _MANY_LANES

    @asynccontextmanager
    async def turn(self, domain: str, delay: float, admit: Callable[[], None]) -> AsyncIterator[None]:
        """Waits for the turn. `delay`: the domain's own, if longer; `admit` is asked when it comes, and may raise."""
        lane = self._lane(domain)
        lane.users += 1
        try:
            async with lane.slots:
                async with lane.turn:
                    admit()
                    if (wait := lane.next_start - _time()) > 0:
                        await asyncio.sleep(wait)
                    place = await self._places.take()
                    lane.next_start = _time() + max(self._delay, delay)
                try:
                    admit()  # a pause may have begun meanwhile
                    yield
                finally:
                    self._places.leave(place)
        finally:
            lane.users -= 1

    def _lane(self, domain: str) -> _Lane:
        if domain not in self._lanes:
            if len(self._lanes) >= self._sweep_at:
                self._forget_idle()
            self._lanes[domain] = _Lane(asyncio.Semaphore(self._per_domain), asyncio.Lock())
        return self._lanes[domain]

    def _forget_idle(self) -> None:
        now = _time()
        self._lanes = {name: lane for name, lane in self._lanes.items() if lane.users or lane.next_start > now}
        self._sweep_at = max(_MANY_LANES, 2 * len(self._lanes))  # seldom, however many there are


def _time() -> float:
    return asyncio.get_running_loop().time()
