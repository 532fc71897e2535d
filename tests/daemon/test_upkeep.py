from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from storage import Archive, feeds, requests, upkeep
from storage.errors import ArchiveUnavailable
from storage.feeds import PollRecord
from storage.model import HostState, Outlet, PollOutcome, RobotsFile
from storage.requests import Wanted
from tests.daemon.conftest import change_config
from tests.daemon.inside import running
from tests.pipeline.papers import Papers

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    """One outlet with two feeds; each was polled every six hours for 40 days, failing at every fourth poll."""
    with Archive.open(f"sqlite:///{tmp_path / 'archive.db'}", write=True) as archive:
        with archive.transaction() as t:
            feeds.sync(t, {Outlet("dawn", "Dawn"): ["https://dawn.example/1", "https://dawn.example/2"]})
            for number in range(160):
                outcome = PollOutcome.FAILED if number % 4 == 3 else PollOutcome.CHANGED
                for feed_id in (1, 2):
                    at = NOW - timedelta(hours=6 * number)
                    feeds.record_poll(
                        t, PollRecord(feed_id, at, outcome, "…", bytes=100, seconds=0.5, entries=10, new=1)
                    )
        yield archive


def sums(archive: Archive) -> list[tuple[int, ...]]:
    """Polls, failures, bytes, entries, new ones: those kept one by one and those kept as sums."""
    with archive.reading() as t:
        kept = "select count(*), sum(outcome = 'failed'), sum(bytes), sum(entries), sum(new), sum(seconds) from poll"
        by_day = (
            "select sum(changed + failed), sum(failed), sum(bytes), sum(entries), sum(new), sum(seconds) from poll_day"
        )
        return [tuple(t.run(query).fetchone()) for query in (kept, by_day)]


@pytest.mark.parametrize("most", [7, 5_000])
def test_old_polls_become_daily_sums_and_nothing_is_lost(archive: Archive, most: int) -> None:
    before = sums(archive)[0]
    while True:
        with archive.transaction() as t:
            if not upkeep.sum_polls(t, NOW - timedelta(days=30), most):
                break
    kept, by_day = sums(archive)
    assert kept[0] == 2 * (30 * 4 + 1)
    assert tuple(a + b for a, b in zip(kept, by_day, strict=True)) == before
    with archive.reading() as t:
        days = t.run("select count(*), count(distinct day), max(day) from poll_day").fetchone()
    assert tuple(days) == (2 * 11, 11, "2026-10-24")


def test_due_feeds(archive: Archive) -> None:
    urls = [f"https://dusk.example/{number}" for number in range(6)]
    with archive.transaction() as t:
        feeds.sync(t, {Outlet("dusk", "Dusk"): urls})
        ids = [feeds.configured_ids(t)[url] for url in urls]
        hours = [None, -1, 1, -5, 24 * 400, -3]
        for feed_id, offset in zip(ids, hours, strict=True):
            at = None if offset is None else f"{NOW + timedelta(hours=offset):%Y-%m-%dT%H:%M:%SZ}"
            t.run("update feed set next_poll_at = ? where id = ?", (at, feed_id))

        def due(*without: int, most: int = 10) -> list[int]:
            return [ids.index(feed.id) for feed in feeds.due(t, NOW, without=without, most=most)]

        assert due() == [0, 3, 5, 1]  # new, then the longest overdue first
        assert due(most=2) == [0, 3]
        assert due(ids[3], ids[0]) == [5, 1]
        strange = feeds.due_times(t, until=NOW - timedelta(hours=2), since=NOW + timedelta(days=2))
        assert sorted(ids.index(time.feed_id) for time in strange) == [3, 4, 5]
        feeds.set_due(t, {ids[4]: NOW, ids[3]: NOW + timedelta(hours=1)})
        assert due() == [0, 5, 1, 4]


def test_the_question_for_due_feeds_walks_an_index(archive: Archive) -> None:
    with archive.reading() as t:
        values = {"now": "2026", "without": "[]", "most": 5}
        plan = [str(row["detail"]) for row in t.rows(f"EXPLAIN QUERY PLAN {feeds._DUE}", values)]
    assert sum("feed_due" in line for line in plan) == 2, plan
    assert not any(line.startswith("SCAN feed") for line in plan), plan


def test_a_copy_is_whole_and_there_only_then(archive: Archive, tmp_path: Path) -> None:
    target = tmp_path / "copies" / "copy.db"
    with archive.transaction() as t:  # in the middle of a write
        t.run("update outlet set title = 'Half'")
        upkeep.back_up(archive.path, target)
    with Archive.open(f"sqlite:///{target}") as copy:
        assert [outlet.title for outlet in copy.outlets()] == ["Dawn"]
    assert [path.name for path in target.parent.iterdir()] == ["copy.db"]
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ArchiveUnavailable, match="cannot write the copy"):
        upkeep.back_up(archive.path, tmp_path / "file" / "copy.db")


def test_a_copy_may_be_given_up(archive: Archive, tmp_path: Path) -> None:
    with pytest.raises(ArchiveUnavailable, match="given up"):
        upkeep.back_up(archive.path, tmp_path / "copy.db", lambda: False)
    assert list(tmp_path.glob("copy*")) == []


def test_tidying_stands_back_from_readers_and_writers(archive: Archive) -> None:
    wal = archive.path.with_name("archive.db-wal")
    with archive.transaction() as t:
        t.run("update outlet set title = 'Dusk'")
        upkeep.tidy(archive.path)
    assert wal.stat().st_size > 0
    upkeep.tidy(archive.path)
    assert wal.stat().st_size == 0


def test_hosts_are_forgotten_when_nothing_is_to_be_remembered_of_them(archive: Archive) -> None:
    old, young = NOW - timedelta(days=8), NOW - timedelta(days=1)
    kept = (
        HostState("paused.example", NOW + timedelta(hours=1), "busy", 1),
        HostState("was-paused.example", young, "busy", 1),
        HostState("read.example", robots=(RobotsFile("https://read.example", young, "x"),)),
        HostState("still.example", old, "busy", 1, (RobotsFile("https://still.example", young, "x"),)),
    )
    dropped = (
        HostState("long-ago.example", old, "busy", 1),
        HostState("read-once.example", robots=(RobotsFile("https://read-once.example", old, "x"),)),
    )
    with archive.transaction() as t:
        for state in (*kept, *dropped):
            feeds.save_host(t, state)
        feeds.forget_hosts(t, NOW - timedelta(days=7))
        assert {state.domain for state in feeds.hosts(t)} == {state.domain for state in kept}


def test_requests_are_forgotten_after_a_day(archive: Archive) -> None:
    with archive.transaction() as t:
        number = requests.post(t, Wanted(("https://dawn.example/1",), everything=True, due_only=False))
        assert requests.unanswered(t) == {number: Wanted(("https://dawn.example/1",), True, False)}
        requests.forget(t, datetime.now(UTC) - timedelta(days=1))
        assert number in requests.unanswered(t)
        requests.forget(t, datetime.now(UTC) + timedelta(days=1))
        assert requests.unanswered(t) == {}


def test_the_daemon_makes_copies_and_keeps_the_newest(papers: Papers, tmp_path: Path) -> None:
    config = papers.write_config(tmp_path)
    change_config(config, lambda v: v.update(backup={"folder": str(tmp_path / "copies"), "interval": "1s", "keep": 2}))
    (tmp_path / "copies").mkdir()
    (tmp_path / "copies" / "archive-my-own.db").write_text("not one of the daemon's")

    async def scenario() -> None:
        async with running(config) as daemon:
            await daemon.log.wait_for("backup_made", times=4)

    asyncio.run(scenario())
    copies = sorted((tmp_path / "copies").glob("archive-2*.db"))
    assert len(copies) == 2
    assert (tmp_path / "copies" / "archive-my-own.db").exists()
    connection = sqlite3.connect(copies[-1])
    assert connection.execute("pragma integrity_check").fetchall() == [("ok",)]
    connection.close()
