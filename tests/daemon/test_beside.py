"""`ingest once` beside a running daemon: the daemon does the work, `once` prints the report."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path

from ingest.cli.progress import Quiet
from ingest.config import load_settings, select_feeds
from ingest.pipeline import Report, Selection, run_once
from storage import Archive
from storage.lock import DAEMON, FetchLock
from tests.daemon.conftest import PATIENCE, change_config, hold
from tests.daemon.inside import running
from tests.pipeline.papers import Papers


async def once(config: Path, *outlets: str, told: list[str] | None = None) -> Report:
    settings = load_settings(config)
    selection = Selection(select_feeds(settings, outlets), everything=not outlets)
    with Archive.open(settings.database, write=True) as archive:
        return await run_once(archive, settings, selection, Quiet(), tell=(told if told is not None else []).append)


def test_the_daemon_polls_at_once_and_answers_with_the_report(papers: Papers, tmp_path: Path) -> None:
    config = papers.write_config(tmp_path)

    async def scenario() -> None:
        async with running(config) as daemon:
            await daemon.log.wait_for("entry_stored", times=18)
            papers.all[1].revise(3, title="Corrected")
            asked = papers.journal.count()
            told: list[str] = []
            report = (await once(config, told=told)).document()
            assert report["feeds"] == {"polled": 3, "changed": 1, "unchanged": 2, "failed": 0, "skipped": 0}
            assert report["entries"] == {"seen": 6, "new": 0}
            articles = report["articles"]
            assert isinstance(articles, dict)
            assert (articles["updated"], articles["stored"], articles["pending"]) == (1, 0, 0)
            assert report["http"]["requests"] == papers.journal.count() - asked == 4  # type: ignore[index]
            assert told == [
                f"{FetchLock(tmp_path / 'archive.db', '').holder()} does this at once; waiting for its report"
            ]
            assert daemon.rows("select count(*) from request") == [(0,)]

            one = (await once(config, "paper-2")).document()
            assert one["feeds"]["polled"] == 1  # type: ignore[index]
            other = tmp_path / "other.yaml"
            other.write_text(config.read_text(encoding="utf-8"), encoding="utf-8")
            change_config(config, lambda v: v["outlets"].pop())
            await daemon.log.wait_for("settings_adopted")
            report = (await once(other)).document()
            assert (report["feeds"]["polled"], report["feeds"]["skipped"]) == (2, 1)  # type: ignore[index]
            assert [failure["feed"] for failure in report["failures"]] == [papers.all[2].feed_url]  # type: ignore[attr-defined]

    asyncio.run(scenario())


def test_nothing_is_fetched_twice_when_both_want_it(papers: Papers, tmp_path: Path) -> None:
    config = papers.write_config(tmp_path, per_host={"concurrency": 1, "delay": "20ms"})

    async def scenario() -> None:
        async with running(config) as daemon:
            with hold(papers) as held:  # the daemon is in the middle of its own first round
                report_to_come = asyncio.create_task(once(config))
                await daemon.log.wait_for("request_taken")
                await daemon.log.wait_for("feed_polled", times=3)
                held.let_go.set()
            report = (await report_to_come).document()
            stored = report["articles"]["stored"]  # type: ignore[index]
            assert 0 < stored <= 18
            assert daemon.rows("select count(*), count(distinct url) from articles") == [(18, 18)]
            assert report["articles"]["pending"] == 0  # type: ignore[index]

    asyncio.run(scenario())
    assert papers.journal.count(status=200) == 18 + 3


def test_once_takes_over_when_the_daemon_ends_before_it_has_answered(papers: Papers, tmp_path: Path) -> None:
    config = papers.write_config(tmp_path)

    async def scenario() -> None:
        with FetchLock(tmp_path / "archive.db", DAEMON) as lock:  # a daemon that answers nobody
            assert lock.try_acquire()
            told: list[str] = []
            work = asyncio.create_task(once(config, told=told))
            async with asyncio.timeout(PATIENCE):
                while not told:
                    await asyncio.sleep(0.01)
        assert (await work).articles["stored"] == 18

    asyncio.run(scenario())


def test_the_command_prints_the_same_document(papers: Papers, tmp_path: Path) -> None:
    config = papers.write_config(tmp_path)
    command = [sys.executable, "-m", "ingest", "once", "--config", str(config), "--json"]

    async def scenario() -> subprocess.CompletedProcess[str]:
        async with running(config) as daemon:
            await daemon.log.wait_for("entry_stored", times=18)
            return await asyncio.to_thread(
                subprocess.run, command, capture_output=True, text=True, timeout=PATIENCE, check=False
            )

    result = asyncio.run(scenario())
    assert result.returncode == 0, result.stderr
    report = json.loads(result.stdout)
    assert report["feeds"] == {"polled": 3, "changed": 0, "unchanged": 3, "failed": 0, "skipped": 0}
    assert f"process {os.getpid()}" in result.stderr
