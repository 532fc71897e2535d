"""The machine's own trouble while the daemon runs: it says so, waits, and goes on when it has passed; nothing is damaged.

What cannot be used from the start is an error at once. The same for `ingest once`: tests/pipeline/test_trouble.py.
"""

from __future__ import annotations

import asyncio
import resource
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from storage import Archive, connect
from storage.errors import ArchiveError, NotAnArchive
from tests.daemon.conftest import PATIENCE, Daemon, Start, poll_every
from tests.daemon.inside import running
from tests.pipeline.papers import Papers, story
from tests.pipeline.test_trouble import CANNOT_BE_ORDINARY, ORDINARY, holding, whole


def articles(archive: Path) -> tuple[int, int]:
    connection = sqlite3.connect(archive)
    try:
        found: tuple[int, int] = connection.execute("select count(*), count(distinct url) from articles").fetchone()
        return found
    finally:
        connection.close()


@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="Linux alone limits another process")
def test_a_disk_that_is_full_for_a_while(papers: Papers, start: Start, tmp_path: Path) -> None:
    config, archive = papers.write_config(tmp_path), tmp_path / "archive.db"
    poll_every(config, "1s")
    daemon: Daemon = start(config)
    for _ in range(18):
        daemon.wait_for("entry_stored")
    resource.prlimit(daemon.process.pid, resource.RLIMIT_FSIZE, (4096, resource.RLIM_INFINITY))
    papers.all[0].stories += [story("paper-0", number) for number in range(6, 10)]
    papers.all[0].publish()
    complaint = daemon.wait_for("archive_unavailable")
    assert complaint["detail"].startswith(f"{archive} cannot be written: ")
    assert "space" in complaint["detail"]
    whole(archive)
    resource.prlimit(daemon.process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    daemon.wait_for("ready")
    while articles(archive) < (22, 22):
        daemon.wait_for("entry_stored")
    assert daemon.stop() == 0
    whole(archive)
    assert articles(archive) == (22, 22)


def test_an_archive_that_another_program_holds_for_a_while(
    papers: Papers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connect, "BUSY_SECONDS", 0.3)
    config, archive = papers.write_config(tmp_path), tmp_path / "archive.db"

    async def scenario() -> None:
        async with running(config) as daemon:
            with holding(archive, "begin exclusive"):
                lost: dict[str, Any] = await daemon.log.wait_for("archive_unavailable")
                assert "has been locked by another program" in lost["detail"]
                assert not daemon.around.health.ready
            await daemon.log.wait_for("ready", times=2)
            with holding(archive, "begin"):  # a reader that never ends holds nobody up
                await daemon.log.wait_for("entry_stored", times=18)

    asyncio.run(scenario())
    whole(archive)
    assert articles(archive) == (18, 18)


@pytest.mark.skipif(CANNOT_BE_ORDINARY, reason="root, and no setpriv to become less")
def test_a_read_only_file_is_an_error_at_once(papers: Papers, tmp_path: Path) -> None:
    config, archive = papers.write_config(tmp_path), tmp_path / "archive.db"
    with Archive.open(f"sqlite:///{archive}", write=True):
        pass
    archive.chmod(0o400)
    command = [*ORDINARY, sys.executable, "-m", "ingest", "run", "--config", str(config)]
    result = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert result.returncode == 1
    assert result.stderr.splitlines()[-1] == f"ingest: {archive} cannot be written: the file or its folder is read-only"


def test_what_is_no_archive_is_an_error_at_once(papers: Papers, tmp_path: Path) -> None:
    (tmp_path / "archive.db").write_bytes(b"This is no database. " * 100)

    async def scenario() -> None:
        async with running(papers.write_config(tmp_path)):
            raise AssertionError("it runs")

    with pytest.raises(ArchiveError, match="is not an SQLite file") as refused:
        asyncio.run(scenario())
    assert isinstance(refused.value, NotAnArchive)
