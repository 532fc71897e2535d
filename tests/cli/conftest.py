"""The command line as a test calls it: in this process, with both streams apart, in the zone of Karachi."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest
from typer.testing import CliRunner, Result

from ingest.cli.frame import application
from tests.storage import sample

Run = Callable[..., Result]


@pytest.fixture(scope="session")
def newsroom_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    return sample.newsroom(tmp_path_factory.mktemp("newsroom") / "archive.db")


@pytest.fixture(autouse=True)
def surroundings(monkeypatch: pytest.MonkeyPatch, tmp_path) -> Iterator[None]:
    """An empty folder, no settings, 80 columns, a zone that is not UTC."""
    monkeypatch.chdir(tmp_path)
    for name in ("INGEST_CONFIG", "INGEST_DATABASE", "COLUMNS", "NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TZ", "Asia/Karachi")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.fixture
def ingest() -> Run:
    """`ingest("list", "--json")` -> a result with `exit_code`, `stdout`, `stderr`."""

    def run(*arguments: object) -> Result:
        return CliRunner().invoke(
            application(), [str(argument) for argument in arguments], prog_name="ingest", catch_exceptions=False
        )

    return run


@pytest.fixture
def read(ingest: Run, newsroom_url: str) -> Run:
    """The same on the sample newsroom."""

    def run(*arguments: object) -> Result:
        return ingest(*arguments, "--database", newsroom_url)

    return run
