"""The commands as a test calls them: in this process, 80 columns wide."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from ingest.cli.frame import application
from tests.judging.desk import Desk

Run = Callable[..., Result]


@pytest.fixture(autouse=True)
def surroundings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("INGEST_CONFIG", "INGEST_DATABASE", "COLUMNS", "NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path)
    with made.archive:
        yield made


@pytest.fixture
def duplicates(desk: Desk) -> Run:
    """`duplicates("explain", 1, 2)` -> a result with `exit_code`, `stdout`, `stderr`."""

    def run(*arguments: object) -> Result:
        command = ["duplicates", *map(str, arguments), "--database", desk.url]
        return CliRunner().invoke(application(), command, prog_name="ingest", catch_exceptions=False)

    return run
