"""The wall clock may be set by a year in either direction: the daemon neither stops nor floods."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine

from ingest.daemon import timers
from ingest.daemon.session import BURST, SPREAD, round_size
from tests.daemon.inside import Inside, running
from tests.pipeline.papers import Papers

YEAR = timedelta(days=365)


@pytest.mark.parametrize("jump", [YEAR, -YEAR], ids=["forward", "back"])
def test_a_clock_that_is_set_by_a_year(
    papers: Papers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, jump: timedelta
) -> None:
    monkeypatch.setattr(timers, "LOOK", 0.05)
    config = papers.write_config(tmp_path)

    async def scenario(traveller: time_machine.Coordinates) -> None:
        async with running(config) as daemon:
            await daemon.log.wait_for("entry_stored", times=18)
            traveller.move_to(datetime.now(UTC) + jump)
            line = await daemon.log.wait_for("clock_was_set")
            assert abs(line["seconds"] - jump.total_seconds()) < 60
            for paper in papers.all:  # what was due in half an hour is due at once, and then in half an hour again
                await daemon.log.wait_for("feed_polled", outlet=paper.name, times=2)
            await ticks(daemon, 10)
            assert len(daemon.log.all("feed_polled")) == 6

    with time_machine.travel(datetime.now(UTC), tick=True) as traveller:
        asyncio.run(scenario(traveller))


async def ticks(daemon: Inside, count: int) -> None:
    """Wait until the daemon has looked for work so many times more."""
    for _ in range(count):
        before = daemon.around.health.beats
        async with asyncio.timeout(10):
            while daemon.around.health.beats == before:
                await asyncio.sleep(0.01)


def test_timers_go_on_ringing_whatever_the_clock_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timers, "LOOK", 0.02)

    async def scenario(traveller: time_machine.Coordinates) -> list[float]:
        jumps: list[float] = []
        started = time.monotonic()
        with timers.Timers(jumps.append) as clocks:
            heard = clocks.every(0.01)
            for jump in (YEAR, -2 * YEAR, 3 * YEAR):
                await heard()
                traveller.move_to(datetime.now(UTC) + jump)
                await heard()
                await heard()
        assert time.monotonic() - started < 5
        return jumps

    with time_machine.travel(datetime.now(UTC), tick=True) as traveller:
        assert [round(jump / YEAR.total_seconds()) for jump in asyncio.run(scenario(traveller))] == [1, -2, 3]


def test_a_day_of_downtime_is_caught_up_evenly() -> None:
    rounds = []
    overdue = 30_000
    while overdue > 0:
        rounds.append(round_size(overdue))
        overdue -= rounds[-1]
    assert rounds[0] == 30_000 / SPREAD
    assert rounds == sorted(rounds, reverse=True)
    assert rounds[-1] == BURST
    assert [round_size(few) for few in (0, 1, BURST, BURST * SPREAD)] == [BURST] * 4
