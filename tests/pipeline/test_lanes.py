from __future__ import annotations

from collections import Counter

import anyio

from ingest.pipeline.lanes import Lanes


class Jobs:
    """Jobs that note how many of a lane, and how many in all, were under way at once."""

    def __init__(self) -> None:
        self.running: Counter[str] = Counter()
        self.most: Counter[str] = Counter()
        self.most_in_all = 0
        self.done: list[str] = []

    async def job(self, lane: str) -> None:
        self.running[lane] += 1
        self.most[lane] = max(self.most[lane], self.running[lane])
        self.most_in_all = max(self.most_in_all, self.running.total())
        await anyio.lowlevel.checkpoint()
        self.running[lane] -= 1
        self.done.append(lane)


def test_lanes_keep_their_limits_and_take_turns() -> None:
    jobs = Jobs()

    async def main() -> None:
        async with anyio.create_task_group() as group:
            lanes = Lanes(group, per_lane=2, limit=5)
            for lane, count in {"slow": 40, "a": 3, "b": 1, "c": 6}.items():
                for _ in range(count):
                    lanes.put(lane, lambda lane=lane: jobs.job(lane))
            await lanes.drained()

    anyio.run(main)
    assert Counter(jobs.done) == {"slow": 40, "a": 3, "b": 1, "c": 6}
    assert jobs.most == {"slow": 2, "a": 2, "b": 1, "c": 2}
    assert jobs.most_in_all == 5
    assert set(jobs.done[:15]) == {"slow", "a", "b", "c"}  # forty jobs of one host hold nobody else up


def test_a_job_may_queue_more() -> None:
    done: list[int] = []

    async def main() -> None:
        async with anyio.create_task_group() as group:
            lanes = Lanes(group, per_lane=1, limit=2)

            async def step(number: int) -> None:
                done.append(number)
                if number < 5:
                    lanes.put("x", lambda: step(number + 1))

            lanes.put("x", lambda: step(1))
            await lanes.drained()

    anyio.run(main)
    assert done == [1, 2, 3, 4, 5]
