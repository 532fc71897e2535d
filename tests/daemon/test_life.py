"""The daemon as a process: it starts, works, drains, ends; there is one per archive."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ingest.demo.site import Resource
from tests.daemon.conftest import PATIENCE, Start, poll_every
from tests.daemon.inside import running
from tests.pipeline.papers import Papers


def rows(folder: Path, query: str) -> list[tuple[Any, ...]]:
    connection = sqlite3.connect(f"file:{folder / 'archive.db'}?mode=ro", uri=True)
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()


class Held(dict[str, Resource]):
    """Resources of which one is answered only when it is let go."""

    def __init__(self, resources: dict[str, Resource], path: str) -> None:
        super().__init__(resources)
        self.path, self.asked, self.let_go = path, threading.Event(), threading.Event()

    def get(self, path: str, default: Any = None) -> Any:
        if path == self.path:
            self.asked.set()
            self.let_go.wait(PATIENCE)
        return super().get(path, default)


@contextmanager
def hold(papers: Papers) -> Iterator[Held]:
    """The server of the first outlet keeps whoever asks for its first article waiting."""
    server = papers.all[0].server
    server.resources = held = Held(dict(server.resources), papers.all[0].stories[0].path)
    try:
        yield held
    finally:
        held.let_go.set()


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

    again = start(config)  # due times live in the archive: a restart polls nothing early
    again.wait_for("ready")
    assert again.stop() == 0
    assert rows(tmp_path, "select count(*) from polls") == [(3,)]


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


def test_a_second_daemon_is_refused_and_names_the_first(papers: Papers, start: Start, tmp_path: Path) -> None:
    config = papers.write_config(tmp_path)
    first = start(config)
    first.wait_for("ready")
    second = run_briefly(config)
    assert second.returncode == 1
    line = second.stderr.splitlines()[-1]
    assert line.startswith("ingest: `ingest run`, process ")
    assert str(first.process.pid) in line
    assert first.stop() == 0


def test_an_archive_that_cannot_be_opened_is_an_error_at_once(papers: Papers, start: Start, tmp_path: Path) -> None:
    (tmp_path / "archive.db").write_bytes(b"This is no database. " * 100)
    config = papers.write_config(tmp_path)
    result = run_briefly(config)
    assert result.returncode == 1
    assert result.stderr.splitlines()[-1] == f"ingest: {tmp_path / 'archive.db'} is not an SQLite file"


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
