"""The machine's own trouble: a full disk, an archive that somebody else holds, a file that must not be written.

One plain line, exit code 1, nothing damaged; the next run goes on.
"""

from __future__ import annotations

import asyncio
import gc
import os
import resource
import shutil
import signal
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from ingest.pipeline import once as once_module
from ingest.pipeline.once import _HostNotes as HostNotes
from ingest.pipeline.writer import Writer
from storage import Archive, connect, feeds
from storage.model import HostState
from tests.pipeline.papers import Papers, serving

Once = Callable[..., dict[str, Any]]


@pytest.fixture
def papers() -> Iterator[Papers]:
    """Two outlets with five articles each."""
    with serving(2, 5) as served:
        yield served


def failing_once(
    config: Path, *, file_size: int | None = None, patience: float | None = None, prefix: tuple[str, ...] = ()
) -> str:
    """The complaint of a run that cannot do anything. `file_size`: no file may grow beyond it, as on a full disk."""

    def limit() -> None:
        assert file_size is not None
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (file_size, file_size))

    program = "" if patience is None else f"import storage.connect; storage.connect.BUSY_SECONDS = {patience}\n"
    code = f"{program}from ingest.cli import main; main()"
    command = [*prefix, sys.executable, "-c", code, "once", "--config", str(config)]
    result = subprocess.run(
        command,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        preexec_fn=limit if file_size is not None else None,
    )
    assert result.returncode == 1, result.stderr
    assert result.stdout == ""
    assert "Traceback" not in result.stderr
    lines = result.stderr.splitlines()
    assert len(lines) == 1, result.stderr
    return lines[0]


def whole(archive: Path) -> None:
    connection = sqlite3.connect(archive)
    assert connection.execute("pragma integrity_check").fetchall() == [("ok",)]
    assert connection.execute("pragma foreign_key_check").fetchall() == []
    connection.close()


def test_a_full_disk(papers: Papers, once: Once, tmp_path: Path) -> None:
    config, archive = papers.write_config(tmp_path), tmp_path / "archive.db"
    once(config, "--outlet", "paper-0")
    line = failing_once(config, file_size=4_096)  # not even a page of the log fits
    assert line.startswith(f"ingest: {archive} cannot be written: ")
    assert "space" in line
    whole(archive)
    report = once(config)
    kept = sqlite3.connect(archive).execute("select count(*), count(distinct url) from articles").fetchone()
    assert kept == (10, 10)
    assert report["articles"]["failed"] == 0


def test_a_disk_that_was_full_from_the_start(papers: Papers, once: Once, tmp_path: Path) -> None:
    config = papers.write_config(tmp_path)
    assert "cannot be written" in failing_once(config, file_size=20_000)
    assert once(config)["articles"]["stored"] == 10


@contextmanager
def holding(archive: Path, statement: str) -> Iterator[None]:
    """Another program that is in the middle of something and does not come to an end."""
    connection = sqlite3.connect(archive, isolation_level=None)
    try:
        connection.execute(statement)
        connection.execute("select count(*) from article").fetchall()
        yield
    finally:
        connection.close()


def test_an_archive_that_another_program_holds(papers: Papers, once: Once, tmp_path: Path) -> None:
    config, archive = papers.write_config(tmp_path), tmp_path / "archive.db"
    once(config, "--outlet", "paper-0")
    with holding(archive, "begin exclusive"):
        line = failing_once(config, patience=0.5)
    assert line == f"ingest: {archive} has been locked by another program for 0 seconds"
    whole(archive)
    with holding(archive, "begin"):  # a reader that never ends holds nobody up
        assert once(config)["articles"]["stored"] == 5
    whole(archive)


ORDINARY = () if os.geteuid() else ("setpriv", "--bounding-set", "-all", "--inh-caps", "-all")  # root may write all
CANNOT_BE_ORDINARY = bool(ORDINARY) and shutil.which("setpriv") is None


@pytest.mark.skipif(CANNOT_BE_ORDINARY, reason="root, and no setpriv to become less")
def test_a_read_only_file(papers: Papers, once: Once, tmp_path: Path) -> None:
    config, archive = papers.write_config(tmp_path), tmp_path / "archive.db"
    once(config, "--outlet", "paper-0")
    archive.chmod(stat.S_IRUSR)
    line = failing_once(config, prefix=ORDINARY)
    archive.chmod(stat.S_IRUSR | stat.S_IWUSR)
    assert line == f"ingest: {archive} cannot be written: the file or its folder is read-only"
    assert once(config)["articles"]["stored"] == 5


def test_what_politeness_noted_outlasts_a_lock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(connect, "BUSY_SECONDS", 0.05)
    monkeypatch.setattr(once_module, "HOST_NOTES_EVERY", 0.01)
    pause = HostState("dawn.example", datetime(2026, 11, 24, tzinfo=UTC), "it answered 429")

    async def scenario(archive: Archive) -> None:
        async with Writer(archive) as writer, HostNotes(writer) as notes:
            with holding(archive.path, "begin exclusive"):
                notes.put(pause)
                assert notes._flushing is not None
                await notes._flushing

    with Archive.open(f"sqlite:///{tmp_path / 'archive.db'}", write=True) as archive:
        asyncio.run(scenario(archive))
        with archive.reading() as t:
            assert feeds.hosts(t) == [pause]
    gc.collect()
    assert caplog.records == []  # such as asyncio's "exception was never retrieved"
