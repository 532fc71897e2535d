"""The pages over the sample newsroom, served on loopback for the whole session."""

from __future__ import annotations

import http.client
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from storage import Archive
from tests.storage import sample
from tests.web import browser as chromium
from tests.web import hostile


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    text: str


@dataclass(frozen=True)
class Served:
    """A running site; `get("/feeds")` asks it as a browser would."""

    port: int
    path: Path  # of the archive

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def get(self, path: str, *, method: str = "GET", host: str | None = None) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request(method, path, headers={"Host": host or f"127.0.0.1:{self.port}"})
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        return Answer(answer.status, {name.lower(): value for name, value in answer.getheaders()}, text)


@contextmanager
def serving(path: Path) -> Iterator[Served]:
    from ingest.web.server import listen, server

    with Archive.open(f"sqlite:///{path}") as archive, listen("127.0.0.1", 0) as listening:
        site = server(archive, "127.0.0.1")
        thread = threading.Thread(target=site.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            while not site.started:
                assert thread.is_alive()
                time.sleep(0.01)
            yield Served(listening.getsockname()[1], path)
        finally:
            site.should_exit = True
            thread.join()


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    path = tmp_path_factory.mktemp("web") / "archive.db"
    sample.newsroom(path)
    hostile.add(path)
    with serving(path) as served:
        yield served


@pytest.fixture(scope="session")
def browser() -> Iterator[chromium.Browser]:
    if chromium.PROGRAM is None:
        pytest.skip("no Chromium on this machine")
    opened = chromium.Browser()
    yield opened
    opened.close()
