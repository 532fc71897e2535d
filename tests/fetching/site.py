"""A well-behaved site on loopback: pages by path, everything asked on record."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Network

from ingest.config import FetchingSettings, PerHostSettings
from ingest.fetching import Fetcher
from ingest.fetching.network import Resolver
from storage.model import HostState

START = datetime(2025, 6, 1, 12, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Asked:
    target: str
    headers: dict[str, str]


Page = bytes | Callable[[Asked], bytes | Awaitable[bytes]]


@dataclass(slots=True)
class Site:
    port: int = 0
    asked: list[Asked] = field(default_factory=list)

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"

    @property
    def targets(self) -> list[str]:
        return [asked.target for asked in self.asked]


def page(body: bytes | str = b"hello", *lines: str, status: str = "200 OK") -> bytes:
    raw = body.encode() if isinstance(body, str) else body
    return "\r\n".join((f"HTTP/1.1 {status}", *lines, f"Content-Length: {len(raw)}", "", "")).encode("latin-1") + raw


def redirect(location: str, status: str = "302 Found") -> bytes:
    return page(b"", f"Location: {location}", status=status)


NOT_FOUND = page(b"", status="404 Not Found")


@contextlib.asynccontextmanager
async def site(pages: Mapping[str, Page]) -> AsyncIterator[Site]:
    """Answers what `pages` holds for a path, 404 for all else, one request a connection."""
    running = Site()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError), contextlib.closing(writer):
            lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").strip().split("\r\n")
            headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
            asked = Asked(lines[0].split(" ")[1], headers)
            running.asked.append(asked)
            found = pages.get(asked.target.partition("?")[0], NOT_FOUND)
            answer = found if isinstance(found, bytes) else found(asked)
            writer.write(answer if isinstance(answer, bytes) else await answer)
            await writer.drain()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    running.port = server.sockets[0].getsockname()[1]
    async with server:
        yield running
        await asyncio.sleep(0)


@dataclass(slots=True)
class Clock:
    """A wall clock that moves when told."""

    at: datetime = START

    def __call__(self) -> datetime:
        return self.at

    def move(self, **by: float) -> None:
        self.at += timedelta(**by)


async def at_loopback(_host: str, _port: int) -> list[str]:
    return ["127.0.0.1"]


@dataclass(slots=True)
class Archive:
    """What a fetcher has said to remember, by domain."""

    hosts: dict[str, HostState] = field(default_factory=dict)
    changes: int = 0

    def remember(self, state: HostState) -> None:
        self.hosts[state.domain] = state
        self.changes += 1


def fetcher(
    archive: Archive | None = None,
    clock: Callable[[], datetime] | None = None,
    *,
    resolver: Resolver | None = at_loopback,
    contact: str | None = "https://example.org/bot",
    delay: float = 0.0,
    robots: bool = True,
    deadline: float = 10.0,
    concurrency: int = 48,
) -> Fetcher:
    """As after a restart: it knows what `archive` holds and nothing else. Names lead to loopback."""
    archive = archive or Archive()
    settings = FetchingSettings(
        concurrency=concurrency,
        robots=robots,
        allow_networks=(IPv4Network("127.0.0.0/8"),),
        per_host=PerHostSettings(concurrency=2, delay=timedelta(seconds=delay)),
    ).model_copy(update={"deadline": timedelta(seconds=deadline)})  # shorter than a user may have it
    known = tuple(archive.hosts.values())
    return Fetcher(
        settings,
        contact=contact,
        hosts=known,
        remember=archive.remember,
        now=clock or Clock(),
        resolver=resolver,
    )
