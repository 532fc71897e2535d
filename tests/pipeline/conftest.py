from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.pipeline.papers import Papers, serving


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
def once() -> Callable[..., dict[str, Any]]:
    """Runs `ingest once --json` and returns its document; `code` is the exit code expected."""

    def run(config: Path, *options: str, code: int = 0) -> dict[str, Any]:
        process = start_once(config, "--json", *options)
        out, err = process.communicate(timeout=60)
        assert process.returncode == code, err
        document: dict[str, Any] = json.loads(out)
        return document

    return run
