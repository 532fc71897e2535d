from __future__ import annotations

import json
import os
import queue
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml

from ingest.demo.site import Resource
from tests.pipeline.papers import Papers, serving

PATIENCE = 120.0  # seconds; a test that waits this long has failed


class Daemon:
    """`ingest run` in a process of its own, its log read as it comes, its notifications received."""

    def __init__(self, config: Path, *options: str, level: str = "info", environ: dict[str, str] | None = None) -> None:
        self.log: list[dict[str, Any]] = []
        self.notes: list[str] = []
        self._lines: queue.Queue[str | None] = queue.Queue()
        self._inbox = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        path = config.parent / f"notify-{time.monotonic_ns()}"
        self._inbox.bind(str(path))
        self._inbox.setblocking(False)
        command = [sys.executable, "-m", "ingest", "run", "--config", str(config), "--log-json", "--log-level", level]
        self.process = subprocess.Popen(
            [*command, *options],
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "NOTIFY_SOCKET": str(path), **(environ or {})},
        )
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self._lines.put(line)
        self._lines.put(None)

    def wait_for(self, event: str, **values: object) -> dict[str, Any]:
        """The next log line of this event with these values."""
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                line = self._lines.get(timeout=max(deadline - time.monotonic(), 0.01))
            except queue.Empty:
                raise AssertionError(f"no {event} {values} within {PATIENCE:.0f} s: {self.log[-5:]}") from None
            assert line is not None, f"ended before {event}: {self.log[-5:]}"
            self.log.append(json.loads(line))
            if self.log[-1]["event"] == event and values.items() <= self.log[-1].items():
                return self.log[-1]

    def signal(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def ended(self) -> int:
        """The exit code, once the process has ended and its last line was read."""
        code = self.process.wait(timeout=PATIENCE)
        self._reader.join(timeout=PATIENCE)
        while (line := self._lines.get_nowait()) is not None:
            if line.endswith("\n"):  # a killed process may leave half a line
                self.log.append(json.loads(line))
        return code

    def stop(self) -> int:
        self.signal(signal.SIGTERM)
        return self.ended()

    def notified(self) -> list[str]:
        """What the service manager was told so far, a line each."""
        while True:
            try:
                self.notes += self._inbox.recv(4096).decode().splitlines()
            except BlockingIOError:
                return self.notes

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait(timeout=PATIENCE)
        self._reader.join(timeout=PATIENCE)
        assert self.process.stderr is not None
        self.process.stderr.close()
        self._inbox.close()


class Held(dict[str, Resource]):
    """Resources of which one is answered only when it is let go."""

    def __init__(self, resources: Mapping[str, Resource], path: str) -> None:
        super().__init__(resources)
        self.path, self.asked, self.let_go = path, threading.Event(), threading.Event()

    def get(self, path: str, default: Any = None) -> Any:
        if path == self.path:
            self.asked.set()
            self.let_go.wait(PATIENCE)
        return super().get(path, default)


@contextmanager
def hold(papers: Papers) -> Iterator[Held]:
    """The server of the first outlet keeps whoever asks for its first article waiting."""
    server = papers.all[0].server
    server.resources = held = Held(server.resources, papers.all[0].stories[0].path)
    try:
        yield held
    finally:
        held.let_go.set()


@pytest.fixture
def papers() -> Iterator[Papers]:
    """Three outlets with six articles each."""
    with serving(3, 6) as served:
        yield served


Start = Callable[..., Daemon]


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts daemons, and ends them with the test."""
    started: list[Daemon] = []

    def begin(config: Path, *options: str, **more: Any) -> Daemon:
        started.append(Daemon(config, *options, **more))
        return started[-1]

    yield begin
    for daemon in started:
        daemon.close()


def change_config(path: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Edit a settings file as an editor does: a whole new file under the old name."""
    values = yaml.safe_load(path.read_text(encoding="utf-8"))
    change(values)
    new = path.with_name("feeds.new")
    new.write_text(yaml.safe_dump(values), encoding="utf-8")
    new.rename(path)


def poll_every(path: Path, interval: str) -> None:
    """Fixed short intervals, so that a test sees several polls."""
    change_config(path, lambda v: v["polling"].update(interval=interval, min_interval=interval, adaptive=False))
