"""The command line as a test calls it: in this process, with both streams apart."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from typer.testing import CliRunner, Result

from ingest.cli.frame import application

Run = Callable[..., Result]


@pytest.fixture
def ingest() -> Run:
    """`ingest("list", "--json")` -> a result with `exit_code`, `stdout`, `stderr`."""

    def run(*arguments: object) -> Result:
        return CliRunner().invoke(
            application(), [str(argument) for argument in arguments], prog_name="ingest", catch_exceptions=False
        )

    return run
