"""The daemon as a process: it starts, works, drains, ends; there is one per archive."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import time_machine

from ingest.daemon.surroundings import Rhythm
from storage import Archive
from storage.lock import DAEMON, FetchLock
from tests.daemon.conftest import PATIENCE, Start, hold, poll_every
from tests.daemon.inside import running, ticks
from tests.pipeline.papers import Papers


def rows(folder: Path, query: str) -> list[tuple[Any, ...]]:
    connection = sqlite3.connect(f"file:{folder / 'archive.db'}?mode=ro", uri=True)
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()


def run_briefly(config: Path) -> subprocess.CompletedProcess[str]:
    """A daemon that is expected to end by itself."""
    command = [sys.executable, "-m", "ingest", "run", "--config", str(config)]
    return subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)


def test_polls_what_is_due_stores_it_and_ends_with_0(papers: Papers, start: Start, tmp_path: Path) -> None:
    config = papers.write_config(tmp_path)
    daemon = start(config, environ={"WATCHDOG_USEC": "500000"})
    daemon.wait_for("ready", feeds=3)
    for _ in range(18):
        daemon.wait_for("entry_stored")
    assert daemon.stop() == 0
    assert rows(tmp_path, "select count(*) from articles") == [(18,)]
    assert rows(tmp_path, "select count(*) from polls") == [(3,)]
    told = daemon.notified()
    assert told[0] == "READY=1"
    assert "STOPPING=1" in told
    assert told.count("WATCHDOG=1") >= 2
    assert any(note.startswith("STATUS=3 feeds") for note in told)


def test_a_running_fetch_may_finish_and_no_new_work_begins(papers: Papers, start: Start, tmp_path: Path) -> None:
    with hold(papers) as held:
        daemon = start(papers.write_config(tmp_path, per_host={"concurrency": 1, "delay": "0s"}))
        assert held.asked.wait(PATIENCE)
        daemon.signal(signal.SIGTERM)
        assert 0 < daemon.wait_for("draining")["entries"] <= 3  # one of each host
    assert daemon.ended() == 0
    stored = rows(tmp_path, "select count(*) from articles")[0][0]
    assert 0 < stored < 18
    assert rows(tmp_path, "select status from sightings where url like '%/paper-0-0.html'") == [("stored",)]
    assert rows(tmp_path, "select count(*) from sightings where status = 'pending'") == [(18 - stored,)]


def test_a_second_signal_ends_it_at_once(papers: Papers, start: Start, tmp_path: Path) -> None:
    with hold(papers) as held:
        daemon = start(papers.write_config(tmp_path))
        assert held.asked.wait(PATIENCE)
        children = _children(daemon.process.pid)
        daemon.signal(signal.SIGINT)
        daemon.wait_for("draining")
        daemon.signal(signal.SIGINT)
        assert daemon.ended() == 130
    assert rows(tmp_path, "pragma integrity_check") == [("ok",)]
    for child in children:
        _wait_until_gone(child)


def _children(pid: int) -> list[int]:
    found = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=False).stdout
    return [int(child) for child in found.split()]


def _wait_until_gone(pid: int) -> None:
    """Fails by the test's own patience: a process that lingers would be there for ever."""
    ended = threading.Event()
    for _ in range(int(PATIENCE * 20)):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return
        ended.wait(0.05)
    raise AssertionError(f"process {pid} is still there")


def test_a_second_daemon_is_refused_and_names_the_first(papers: Papers, tmp_path: Path) -> None:
    config = papers.write_config(tmp_path)
    with FetchLock(tmp_path / "archive.db", DAEMON) as first:
        assert first.try_acquire()
        second = run_briefly(config)
    assert second.returncode == 1
    line = second.stderr.splitlines()[-1]
    assert line.startswith(f"ingest: `ingest run`, process {os.getpid()} on ")
    assert line.endswith("is already fetching into this archive; stop it first")


def test_polls_again_and_again(papers: Papers, tmp_path: Path) -> None:
    config = papers.write_config(tmp_path)
    poll_every(config, "1s")

    async def scenario() -> None:
        async with running(config) as daemon:
            await daemon.log.wait_for("feed_polled", outlet="paper-1", times=4)
            papers.all[1].revise(2, title="Corrected")
            await daemon.log.wait_for("entry_updated", outlet="paper-1")

    asyncio.run(scenario())
    assert papers.journal.count(status=304) >= 3


def test_a_restart_polls_nothing_early(papers: Papers, tmp_path: Path) -> None:
    """Due times live in the archive."""
    config = papers.write_config(tmp_path)

    async def scenario() -> None:
        async with running(config) as daemon:
            await daemon.log.wait_for("entry_stored", times=18)
        papers.journal.clear()
        async with running(config) as daemon:
            await ticks(daemon, 3)

    asyncio.run(scenario())
    assert papers.journal.count() == 0
    assert rows(tmp_path, "select count(*) from polls") == [(3,)]


def test_new_articles_are_found_while_it_runs(papers: Papers, tmp_path: Path) -> None:
    """As shipped, within five seconds: each round of making articles searchable makes all of them so."""
    assert Rhythm().flush < 5
    config = papers.write_config(tmp_path)

    async def scenario() -> None:
        async with running(config) as daemon:
            await daemon.log.wait_for("entry_stored", times=18)
            async with asyncio.timeout(PATIENCE):
                while daemon.rows("select count(*) from unindexed") != [(0,)]:
                    await asyncio.sleep(0.05)
            with Archive.open(f"sqlite:///{tmp_path}/archive.db") as archive:
                (title,) = archive.sql("select title from articles where id = 1").first()  # type: ignore[misc]
                assert 1 in [article.id for article in archive.search(str(title))]

    asyncio.run(scenario())


def test_articles_are_looked_at_again(papers: Papers, tmp_path: Path) -> None:
    """The re-check's own rules stand in tests/pipeline/test_rechecks.py; here the daemon's timer works them off."""
    begin = datetime.now(UTC)
    papers.all[0].stories = [replace(item, published_at=begin) for item in papers.all[0].stories]
    papers.all[0].publish()
    config = papers.write_config(tmp_path)

    async def scenario(clock: time_machine.Coordinates) -> None:
        async with running(config) as daemon:
            await daemon.log.wait_for("entry_stored", times=18)
            paragraphs = papers.all[0].stories[2].paragraphs
            papers.all[0].revise(2, paragraphs=(*paragraphs, "The minister has resigned, his office said on Monday."))
            clock.move_to(begin + timedelta(minutes=62))
            edited = await daemon.log.wait_for("article_edited")
            assert edited["url"].endswith("/paper-0-2.html")
            await daemon.log.wait_for("article_rechecked", times=5, outcome="not_modified")
        assert daemon.rows("select count(*) from revisions where change = 'edited'") == [(1,)]

    with time_machine.travel(begin, tick=True) as clock:
        asyncio.run(scenario(clock))
