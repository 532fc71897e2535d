from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from ingest.cli.frame import application
from tests.pipeline.papers import Papers, serving

PATIENCE = 120.0  # seconds; a process that takes longer has failed


@pytest.fixture
def papers() -> Iterator[Papers]:
    """Five outlets with 20 articles each."""
    with serving(5, 20) as served:
        yield served


def start_once(config: Path, *options: str) -> subprocess.Popen[str]:
    """`ingest once` as a person starts it, in a process of its own."""
    command = [sys.executable, "-m", "ingest", "once", "--config", str(config), *options]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ, "NO_COLOR": "1"}
    )


@pytest.fixture
def once_apart() -> Callable[..., dict[str, Any]]:
    """Runs `ingest once --json` in a process of its own and returns its document."""

    def run(config: Path, *options: str) -> dict[str, Any]:
        process = start_once(config, "--json", *options)
        out, err = process.communicate(timeout=PATIENCE)
        assert process.returncode == 0, err
        document: dict[str, Any] = json.loads(out)
        return document

    return run


@pytest.fixture
def once() -> Callable[..., dict[str, Any]]:
    """The same here, without the seconds that a process takes to start; `code` is the exit code expected."""

    def run(config: Path, *options: str, code: int = 0) -> dict[str, Any]:
        return invoke("once", "--json", "--config", config, *options, code=code)

    return run


def call(*command: object) -> Result:
    """Run a command of `ingest` in this process."""
    words = [str(word) for word in command]
    return CliRunner().invoke(application(), words, prog_name="ingest", catch_exceptions=False)


def invoke(*command: object, code: int = 0) -> dict[str, Any]:
    """Run a command of `ingest` that prints a JSON document."""
    result = call(*command)
    assert result.exit_code == code, result.stderr
    document: dict[str, Any] = json.loads(result.stdout)
    return document


def export(archive: Path) -> list[str]:
    """The lines of `ingest export`."""
    command = ["export", "--database", f"sqlite:///{archive}"]
    result = CliRunner().invoke(application(), command, prog_name="ingest", catch_exceptions=False)
    return result.stdout.splitlines()


def kept_by_export(archive: Path) -> list[tuple[Any, ...]]:
    """What an archive must have in common with one that imported its export: articles, and who repeats whom."""
    query = """
        select outlet, title, authors, url, canonical_url, published_at, updated_at, language, word_count, summary, text,
               image_url, method, published_flags, extra,
               (select o.url from articles o where o.id = a.duplicate_of) as original
        from articles a order by url"""
    with closing(sqlite3.connect(f"file:{archive}?mode=ro", uri=True)) as connection:
        return connection.execute(query).fetchall()
