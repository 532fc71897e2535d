"""A server for measuring: 100 ports on loopback, everything in memory, in a process of its own.

It prepares its documents, prints its ports as one JSON line, and then obeys its standard input: each line is a JSON
object of settings (`Behaviour`), answered by the counts since the last one.
"""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import json
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from types import TracebackType
from typing import Any, Self

from benchmarks.whole.workload import ENTRIES, NEWS, feed_body, feed_path, page_body, page_path

PORTS = 100


@dataclass(frozen=True, slots=True)
class Behaviour:
    """How the origin answers from now on. `latency`: seconds before each answer; `faults`: one feed in so many answers
    503, one hangs up in the middle (0: none)."""

    edition: int = 1
    validators: bool = True
    latency: float = 0.0
    faults: int = 0


@dataclass(slots=True)
class Counts:
    """What was asked. `first_at`: the system's monotonic clock at the first request."""

    requests: int = 0
    bytes: int = 0
    not_modified: int = 0
    first_at: float | None = None


class Origin:
    """The origin as seen by who runs it: starts the process, tells it how to behave, ends it."""

    def __init__(self, feeds: int, *, pages: bool) -> None:
        command = [sys.executable, "-m", "benchmarks.whole.origin", str(feeds), str(int(pages))]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.ports: list[int] = self._answer()
        self.feeds = [f"http://127.0.0.1:{self.ports[n % PORTS]}{feed_path(n)}" for n in range(feeds)]

    def behave(self, behaviour: Behaviour) -> Counts:
        """Answer so from now on; returns what was asked since the last call."""
        assert self._process.stdin is not None
        print(json.dumps(asdict(behaviour)), file=self._process.stdin, flush=True)
        return Counts(**self._answer())

    def _answer(self) -> Any:
        assert self._process.stdout is not None
        return json.loads(self._process.stdout.readline())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.terminate()
        self._process.communicate()


@dataclass(frozen=True, slots=True)
class Document:
    """Kept compressed: 5,000 feeds are 250 MB of text."""

    packed: bytes
    media_type: str
    etag: str

    @classmethod
    def of(cls, body: bytes, media_type: str) -> Document:
        return cls(gzip.compress(body, 4, mtime=0), media_type, f'"{hashlib.blake2b(body, digest_size=8).hexdigest()}"')


class Site:
    """All documents by (edition, path); a path without a second edition stays as it is."""

    def __init__(self, ports: list[int], feeds: int, *, pages: bool) -> None:
        self.behaviour, self.counts = Behaviour(), Counts()
        self._documents: dict[tuple[int, str], Document] = {}
        for feed in range(feeds):
            origin = f"http://127.0.0.1:{ports[feed % PORTS]}"
            self._documents[1, feed_path(feed)] = first = Document.of(*feed_body(feed, origin, 1))
            second = Document.of(*feed_body(feed, origin, 2))
            if second.etag != first.etag:
                self._documents[2, feed_path(feed)] = second
            for entry in range(-NEWS, ENTRIES) if pages else ():
                page = Document.of(page_body(feed, entry, origin), "text/html; charset=utf-8")
                self._documents[1, page_path(feed, entry)] = page

    def answer(self, path: str, headers: bytes) -> bytes:
        """The whole answer to one request."""
        path = path.partition("?")[0]
        document = self._documents.get((self.behaviour.edition, path)) or self._documents.get((1, path))
        if document is None:
            return self._sent(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
        etag = f"ETag: {document.etag}\r\n" if self.behaviour.validators else ""
        if self.behaviour.validators and document.etag.encode() in headers:
            self.counts.not_modified += 1
            return self._sent(f"HTTP/1.1 304 Not Modified\r\n{etag}\r\n".encode())
        packed = b"gzip" in headers.lower()
        body = document.packed if packed else gzip.decompress(document.packed)
        encoding = "Content-Encoding: gzip\r\n" if packed else ""
        head = (
            f"HTTP/1.1 200 OK\r\nContent-Type: {document.media_type}\r\nContent-Length: {len(body)}\r\n{encoding}{etag}"
        )
        return self._sent(head.encode() + b"Vary: Accept-Encoding\r\n\r\n" + body)

    def _sent(self, answer: bytes) -> bytes:
        self.counts.requests += 1
        self.counts.bytes += len(answer)
        return answer

    def fault(self, path: str) -> str | None:
        """`refuse` or `hang up`, for the feeds that have a fault."""
        every, number = self.behaviour.faults, path.rpartition("/")[2]
        if not every or not number.isdigit():
            return None
        return {0: "refuse", 1: "hang up"}.get(int(number) % every)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, until the client has had enough."""
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                if self.counts.first_at is None:
                    self.counts.first_at = time.monotonic()
                if self.behaviour.latency:
                    await asyncio.sleep(self.behaviour.latency)
                path, fault = head.split(b" ", 2)[1].decode(), None
                answer, fault = self.answer(path, head), self.fault(path)
                if fault == "refuse":
                    answer = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n"
                writer.write(answer[: len(answer) // 2] if fault == "hang up" else answer)
                await writer.drain()
                if fault == "hang up" or b"connection: close" in head.lower():
                    return
        except (OSError, asyncio.IncompleteReadError):
            return
        finally:
            writer.close()


async def main(feeds: int, *, pages: bool) -> None:
    site: Site

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await site.serve(reader, writer)

    servers = [await asyncio.start_server(serve, "127.0.0.1", 0, backlog=256) for _ in range(PORTS)]
    ports = [server.sockets[0].getsockname()[1] for server in servers]
    site = Site(ports, feeds, pages=pages)
    print(json.dumps(ports), flush=True)
    while line := await asyncio.to_thread(sys.stdin.readline):
        counts, site.counts, site.behaviour = site.counts, Counts(), Behaviour(**json.loads(line))
        print(json.dumps(asdict(counts)), flush=True)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), pages=sys.argv[2] == "1"))
