"""The wall clock may be set by a year in either direction: the daemon neither stops nor floods."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine

from ingest.cli.progress import Quiet
from ingest.config import load_settings
from ingest.daemon import timers
from ingest.daemon.spreading import spread
from ingest.pipeline.once import opened
from storage import Archive
from tests.daemon.conftest import change_config, poll_every
from tests.daemon.inside import poll_at_once, running, ticks
from tests.pipeline.papers import Papers

YEAR = timedelta(days=365)


@pytest.mark.parametrize("jump", [YEAR, -YEAR], ids=["forward", "back"])
def test_a_clock_that_is_set_by_a_year(
    papers: Papers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, jump: timedelta
) -> None:
    monkeypatch.setattr(timers, "LOOK", 0.05)
    config = papers.write_config(tmp_path)
    poll_every(config, "30m")

    async def scenario(traveller: time_machine.Coordinates) -> None:
        async with running(config) as daemon:
            await daemon.log.wait_for("entry_stored", times=18)
            traveller.move_to(datetime.now(UTC) + jump)
            line = await daemon.log.wait_for("clock_was_set")
            assert abs(line["seconds"] - jump.total_seconds()) < 60
            await ticks(daemon, 10)
            now = datetime.now(UTC)
            for (due_at,) in daemon.rows("select next_poll_at from feeds"):
                assert now - timedelta(minutes=1) < datetime.fromisoformat(due_at) < now + timedelta(minutes=40)
            polls = len(daemon.log.all("feed_polled"))
            assert 3 <= polls <= 6
            await poll_at_once(daemon)
            for paper in papers.all:
                await daemon.log.wait_for("feed_polled", outlet=paper.name, times=2)

    with time_machine.travel(datetime.now(UTC), tick=True) as traveller:
        asyncio.run(scenario(traveller))


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
        assert time.monotonic() - started < 60  # of a year of seconds nobody counts any
        return jumps

    with time_machine.travel(datetime.now(UTC), tick=True) as traveller:
        assert [round(jump / YEAR.total_seconds()) for jump in asyncio.run(scenario(traveller))] == [1, -2, 3]


def test_a_day_of_downtime_is_caught_up_evenly(papers: Papers, tmp_path: Path) -> None:
    """Of 3,000 feeds that were due long ago none is left behind, and no second has more than its share."""
    config = papers.write_config(tmp_path)
    urls = [f"{papers.all[0].feed_url}?{number}" for number in range(3_000)]
    change_config(config, lambda v: v.update(outlets=[{"name": "many", "feeds": urls}]))
    settings = load_settings(config)

    async def scenario() -> Counter[str]:
        with Archive.open(settings.database, write=True) as archive:
            async with opened(archive, settings, Quiet()) as run:
                await run.writer.write(spread, run)  # new feeds are due now: nothing is moved
                with archive.transaction() as t:
                    t.run("update feed set next_poll_at = '2026-11-22T00:00:00Z'")
                assert await run.writer.write(spread, run) == 3_000
                with archive.reading() as t:
                    return Counter(due_at for (due_at,) in t.run("select next_poll_at from feed"))

    seconds = asyncio.run(scenario())
    assert max(seconds.values()) <= 2
    assert len(seconds) >= 1_500
    assert datetime.fromisoformat(max(seconds)) <= datetime.now(UTC) + settings.polling.interval
