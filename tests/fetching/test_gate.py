"""Turns, measured on a clock of their own, so exactly."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from ingest.fetching.gate import Gate, Places
from tests.fetching.virtual_time import run


def anyone() -> None:
    """Admits everybody."""


class Visits:
    """Visitors of a gate, each staying `seconds`; records when each began and how many were in at once."""

    def __init__(self, gate: Gate) -> None:
        self.gate = gate
        self.began: list[float] = []
        self.inside = 0
        self.most = 0

    async def one(self, domain: str, seconds: float, delay: float = 0.0, admit: Callable[[], None] = anyone) -> None:
        async with self.gate.turn(domain, delay, admit):
            self.began.append(asyncio.get_running_loop().time())
            self.inside += 1
            self.most = max(self.most, self.inside)
            await asyncio.sleep(seconds)
            self.inside -= 1


def test_starts_of_one_domain_are_spaced() -> None:
    async def main() -> list[float]:
        visits = Visits(Gate(2, 1.0, Places(48)))
        await asyncio.gather(*(visits.one("a.test", 0.1) for _ in range(4)))
        return visits.began

    assert run(main()) == pytest.approx([0, 1, 2, 3])


def test_at_most_so_many_of_one_domain_at_once() -> None:
    async def main() -> tuple[list[float], int]:
        visits = Visits(Gate(2, 1.0, Places(48)))
        await asyncio.gather(*(visits.one("a.test", 10) for _ in range(4)))
        return visits.began, visits.most

    began, most = run(main())
    assert began == pytest.approx([0, 1, 10, 11])
    assert most == 2


def test_a_domains_own_delay_counts_if_longer() -> None:
    async def main() -> list[float]:
        visits = Visits(Gate(2, 1.0, Places(48)))
        await asyncio.gather(*(visits.one("a.test", 0.1, delay) for delay in (10.0, 10.0, 0.5, 0.5)))
        return visits.began

    assert run(main()) == pytest.approx([0, 10, 20, 21])


def test_domains_do_not_wait_for_each_other() -> None:
    async def main() -> list[float]:
        visits = Visits(Gate(2, 1.0, Places(48)))
        await asyncio.gather(*(visits.one(f"{n}.test", 10) for n in range(40)))
        return visits.began

    assert run(main()) == pytest.approx([0] * 40)


def test_who_is_not_admitted_takes_no_turn() -> None:
    """A pause that begins while others queue lets them go at once, each without a wait of its own."""

    async def main() -> list[float]:
        visits = Visits(Gate(2, 1.0, Places(48)))
        paused: list[bool] = []

        def admit() -> None:
            if paused:
                raise PermissionError

        async def first() -> None:
            await visits.one("a.test", 0.5, admit=admit)
            paused.append(True)

        queue = (visits.one("a.test", 0.5, admit=admit) for _ in range(20))
        outcomes = await asyncio.gather(first(), *queue, return_exceptions=True)
        assert sum(isinstance(outcome, PermissionError) for outcome in outcomes) == 20
        assert asyncio.get_running_loop().time() < 1.1
        return visits.began

    assert len(run(main())) == 1


def test_quick_fetches_keep_to_the_limit() -> None:
    async def main() -> int:
        visits = Visits(Gate(2, 0.0, Places(10)))
        await asyncio.gather(*(visits.one(f"{n}.test", 0.09) for n in range(100)))
        return visits.most

    assert run(main()) == 10


def test_slow_fetches_make_room_up_to_four_times_the_limit() -> None:
    async def main() -> tuple[list[float], int]:
        visits = Visits(Gate(2, 0.0, Places(10)))
        await asyncio.gather(*(visits.one(f"{n}.test", 30) for n in range(50)))
        return visits.began, visits.most

    began, most = run(main())
    assert most == 40
    assert began == pytest.approx([0.0] * 10 + [0.1] * 10 + [0.2] * 10 + [0.3] * 10 + [30.0] * 10, abs=0.01)


def test_cancelled_visitors_leave_no_trace() -> None:
    """Cancelled wherever they wait (slot, turn, place, inside): afterwards the gate is as good as new."""

    async def main() -> list[float]:
        loop = asyncio.get_running_loop()
        visits = Visits(Gate(2, 1.0, Places(1)))
        crowd = [asyncio.create_task(visits.one(f"{n % 3}.test", 100)) for n in range(30)]
        await asyncio.sleep(0.05)
        for task in crowd:
            task.cancel()
        await asyncio.gather(*crowd, return_exceptions=True)
        await asyncio.sleep(5)
        visits.began.clear()
        start = loop.time()
        await asyncio.gather(*(visits.one("0.test", 0.01) for _ in range(3)))
        return [began - start for began in visits.began]

    assert run(main()) == pytest.approx([0, 1, 2])


def test_idle_lanes_are_forgotten() -> None:
    async def main() -> int:
        gate = Gate(2, 1.0, Places(48))
        visits = Visits(gate)
        for n in range(5_000):
            await visits.one(f"{n}.test", 0.01)
        return len(gate._lanes)

    assert run(main()) <= 2_001


def test_half_of_200_hosts_hanging_delay_the_others_by_a_fifth_at_most() -> None:
    """The isolation scenario of `tests/hostile` on the exact clock: four paced fetches of 50 ms for each good host."""

    async def good_hosts(hanging: int) -> float:
        visits = Visits(Gate(2, 1.0, Places(48)))
        slow = [asyncio.create_task(visits.one(f"slow{n}.test", 30)) for n in range(hanging)]
        await asyncio.sleep(0)
        await asyncio.gather(*(visits.one(f"good{n}.test", 0.05) for n in range(100) for _ in range(4)))
        taken = asyncio.get_running_loop().time()
        for task in slow:
            task.cancel()
        return taken

    alone, beside = run(good_hosts(0)), run(good_hosts(100))
    assert beside / alone <= 1.2
