"""`ingest serve` until it listens, and what keeps it from listening. The pages have tests of their own."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from ingest.cli import serve
from tests.cli.conftest import Run


def test_without_the_extra_one_line_says_what_to_install(monkeypatch: pytest.MonkeyPatch, read: Run) -> None:
    monkeypatch.setattr(serve, "find_spec", lambda name: None)
    result = read("serve")
    assert result.exit_code == 1
    assert result.stderr == "ingest: the pages need the extra `web`: python -m pip install 'ingest[web]'\n"


def test_a_port_in_use(read: Run) -> None:
    pytest.importorskip("datasette", reason="the extra `web` is not installed")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = read("serve", "--port", port)
    assert result.exit_code == 1
    assert result.stderr == f"ingest: cannot listen on 127.0.0.1 port {port}: Address already in use\n"


def test_an_address_that_is_none(read: Run) -> None:
    pytest.importorskip("datasette", reason="the extra `web` is not installed")
    result = read("serve", "--host", "not an address", "--port", 0)
    assert result.exit_code == 1
    assert result.stderr.startswith("ingest: cannot listen on not an address port 0: ")
    assert result.stderr.count("\n") == 1


def test_no_archive(ingest: Run) -> None:
    result = ingest("serve")
    assert result.exit_code == 1
    assert "there is no archive" in result.stderr
    assert not Path("data").exists()


def test_it_serves_until_interrupted(newsroom_url: str) -> None:
    pytest.importorskip("datasette", reason="the extra `web` is not installed")
    command = [sys.executable, "-m", "ingest", "serve", "--port", "0", "--database", newsroom_url]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]) as process:
        assert process.stderr is not None
        try:
            words = process.stderr.readline().split()
            address = next(word for word in words if word.startswith("http://127.0.0.1:"))
            with urllib.request.urlopen(address + "article/1") as page:
                assert "Steel mill to reopen" in page.read().decode()
        finally:
            process.send_signal(signal.SIGINT)
        process.wait(timeout=120)
        assert process.stderr.read() == ""
        assert process.returncode == 130
