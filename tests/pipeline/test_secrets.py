"""No secret of the settings comes out anywhere, whatever servers do that are told them and fail.

The servers here say back what they were told wherever a client could quote them: in the status line, in headers, in
where they redirect, in the body, in garbage instead of an answer.
"""

from __future__ import annotations

import base64
import json
import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from ingest.cli.frame import application
from tests.daemon.conftest import Start, start

__all__ = ["start"]  # a fixture

CANARY = "hush-4711-canary"
LOGIN = base64.b64encode(f"user:{CANARY}".encode()).decode()
SPELLINGS = (CANARY, LOGIN)


def feed_of(link: str) -> bytes:
    return (
        '<?xml version="1.0"?><rss version="2.0"><channel><title>Told</title>'
        f"<item><title>Story</title><link>{link}</link><description>A story.</description></item></channel></rss>"
    ).encode()


def plain(body: bytes, status: str = "200 OK", *lines: str) -> bytes:
    head = (f"HTTP/1.1 {status}", *lines, f"Content-Length: {len(body)}", "Connection: close", "", "")
    return "\r\n".join(head).encode("latin-1") + body


ECHOES: dict[str, Callable[[str, str], bytes]] = {
    # path -> (what it was told in one line, in all lines) -> answer
    "/refused": lambda told, _: plain(b"", f"403 {told}"),
    "/broken": lambda told, _: plain(told.encode(), f"500 {told}", f"X-Told: {told}"),
    "/gone": lambda told, _: plain(told.encode(), f"410 {told}"),
    "/busy": lambda told, _: plain(told.encode(), f"429 {told}", f"Retry-After: {told}"),
    "/page": lambda told, _: plain(f"<html><title>{told}</title><p>{told}</html>".encode(), "200 OK"),
    "/xml": lambda told, _: plain(f"<rss><channel><{told}".encode(), "200 OK", f"Content-Type: text/{told}"),
    "/garbage": lambda _, lines: lines.encode(),
    "/header": lambda told, _: f"HTTP/1.1 200 OK\r\n{told}\r\n\r\n".encode(),
    "/chunks": lambda told, _: f"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{told}\r\n".encode(),
    "/length": lambda told, _: f"HTTP/1.1 200 OK\r\nContent-Length: {told}\r\n\r\n".encode(),
    "/coding": lambda told, _: plain(b"x", "200 OK", f"X-Told: {told}", "Content-Encoding: br"),
    "/away": lambda told, _: plain(b"", "302 Found", f"Location: http://nobody.invalid/?{told}"),
    "/file": lambda told, _: plain(b"", "302 Found", f"Location: file:///{told}"),
    "/circle": lambda told, _: plain(b"", "302 Found", f"Location: /circle?{told}"),
    "/feed": lambda told, _: plain(feed_of("/refused"), "200 OK", f"X-Told: {told}", "ETag: 1"),
}


class _Echo(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        lines = [line.decode("latin-1").strip() for line in iter(self.rfile.readline, b"\r\n")]
        told = " ".join(line.partition(": ")[2] for line in lines if "canary" in line or LOGIN in line)
        path = lines[0].split(" ")[1].partition("?")[0] if lines else ""
        answer = ECHOES.get(path, lambda told, _: plain(told.encode(), f"407 {told}"))
        self.wfile.write(answer(told, "\r\n".join([*lines, "", ""])))


@contextmanager
def echoing() -> Iterator[list[str]]:
    """Origins, one for each way to fail and one for the proxy: one that is paused must not spare us the others."""
    with ExitStack() as stack:
        servers = [stack.enter_context(_serving()) for _ in range(len(ECHOES) + 1)]
        yield [f"127.0.0.1:{server.server_address[1]}" for server in servers]


@contextmanager
def _serving() -> Iterator[socketserver.TCPServer]:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Echo) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        try:
            yield server
        finally:
            server.shutdown()


def write_settings(folder: Path, hosts: list[str]) -> Path:
    """A feed for each way to fail, with secrets of every kind."""
    told = (
        {"headers": {"X-Key": "env:CANARY"}, "cookies": {"sid": CANARY}, "basic_auth": f"user:{CANARY}"},
        {"headers": {"X-Key": CANARY}, "bearer_token": "env:CANARY", "user_agent": "Own/1"},
    )
    *origins, proxy = hosts
    feeds: list[dict[str, object]] = [
        {"url": f"http://{host}{path}", **told[number % 2]}
        for number, (host, path) in enumerate(zip(origins, ECHOES, strict=True))
    ]
    through = f"http://user:{CANARY}@{proxy}"
    feeds += [{"url": f"{scheme}://{scheme}.behind.test/", "proxy": through} for scheme in ("http", "https")]
    feeds.append({"url": "http://nobody.behind.test/", "proxy": f"http://user:{CANARY}@127.0.0.1:1"})
    settings = {
        "database": f"sqlite:///{folder / 'archive.db'}",
        "fetching": {"per_host": {"delay": "0s"}, "allow_networks": ["127.0.0.0/8"], "deadline": "5s"},
        "outlets": [{"name": "told", "feeds": feeds}],
    }
    path = folder / "feeds.yaml"
    path.write_text(yaml.safe_dump(settings), encoding="utf-8")
    return path


FEEDS = len(ECHOES) + 3
COMMANDS = (
    ("once",),
    ("once", "--json"),
    ("feeds", "list"),
    ("feeds", "list", "--json"),
    ("feeds", "check", "--json"),
    ("feeds", "export"),
    ("feeds", "show", "told", "--why"),
    ("list", "--json"),
    ("export", "--format", "jsonl"),
    ("export", "--format", "csv"),
    ("export", "--format", "atom"),
    ("stats",),
)


def test_no_command_shows_a_secret_and_the_archive_holds_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CANARY", CANARY)
    with echoing() as hosts:
        config = write_settings(tmp_path, hosts)
        for command in COMMANDS:
            words = [*command, "--config", str(config)]
            result = CliRunner().invoke(application(), words, prog_name="ingest", catch_exceptions=False)
            assert result.exit_code in (0, 1), (command, result.output)
            assert leaks(result.stdout + result.stderr) == [], command
    for file in tmp_path.glob("archive.db*"):
        assert leaks(file.read_bytes().decode("latin-1")) == []


def leaks(text: str) -> list[str]:
    """Where a secret stands, with what is around it."""
    places = [text.index(spelling) for spelling in SPELLINGS if spelling in text]
    return [text[max(place - 120, 0) : place + 40] for place in places]


def test_the_daemon_logs_none(tmp_path: Path, start: Start) -> None:
    with echoing() as hosts:
        config = write_settings(tmp_path, hosts)
        daemon = start(config, level="debug", environ={"CANARY": CANARY})
        for _ in range(FEEDS - 2):  # all but two, that are read as feeds
            daemon.wait_for("feed_failed")
        assert daemon.stop() == 0
    assert len(daemon.log) > FEEDS
    assert leaks(json.dumps(daemon.log)) == []
