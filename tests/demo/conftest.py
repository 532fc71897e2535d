from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from http.client import HTTPConnection, HTTPMessage
from typing import NamedTuple
from urllib.parse import urlsplit

import pytest

from ingest.demo import Newsroom

NOW = datetime(2026, 5, 20, 9, 30, tzinfo=UTC)


class Answer(NamedTuple):
    status: int
    headers: HTTPMessage
    body: bytes


Get = Callable[..., Answer]


@pytest.fixture(scope="session")
def newsroom() -> Iterator[Newsroom]:
    """In its first edition, shared by all tests."""
    with Newsroom(NOW) as newsroom:
        yield newsroom


@pytest.fixture
def own_newsroom() -> Iterator[Newsroom]:
    """For a test that publishes the second edition or counts requests."""
    with Newsroom(NOW) as newsroom:
        yield newsroom


@pytest.fixture
def get() -> Get:
    """get(url, method="GET", **headers): one request on a connection of its own, redirects not followed."""

    def get(url: str, method: str = "GET", **headers: str) -> Answer:
        parts = urlsplit(url)
        connection = HTTPConnection(parts.netloc, timeout=60)
        try:
            target = parts.path + ("?" + parts.query if parts.query else "")
            connection.request(method, target, headers={name.replace("_", "-"): v for name, v in headers.items()})
            response = connection.getresponse()
            return Answer(response.status, response.headers, response.read())
        finally:
            connection.close()

    return get
