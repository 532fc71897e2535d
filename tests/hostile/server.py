"""A server that does everything a server should not. One scenario a path; it listens on loopback alone."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import ssl
import sys
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from pathlib import Path

from tests.hostile import bombs

FEED = b"""<?xml version="1.0"?><rss version="2.0"><channel><title>Hostile</title><link>https://news.test/</link>
<description>One story</description><item><title>Story</title><link>https://news.test/1</link></item></channel></rss>
"""
CERTIFICATE = Path(__file__).with_name("news.test.pem")

Scenario = Callable[["Request", asyncio.StreamWriter], Awaitable[None]]
SCENARIOS: dict[str, Scenario] = {}


@dataclass(frozen=True, slots=True)
class Request:
    path: str
    query: str
    headers: dict[str, str]
    port: int


@dataclass(slots=True)
class Hostile:
    """A running server: where it is, what it was asked, and whether a client holds a connection open."""

    host: str
    port: int
    scheme: str = "http"
    asked: list[Request] = field(default_factory=list)
    server_names: list[str | None] = field(default_factory=list)
    busy: asyncio.Event = field(default_factory=asyncio.Event)
    idle: asyncio.Event = field(default_factory=asyncio.Event)

    def url(self, path: str) -> str:
        return f"{self.scheme}://{self.host}:{self.port}/{path.lstrip('/')}"


@contextlib.asynccontextmanager
async def hostile(host: str = "127.0.0.1", *, tls: bool = False) -> AsyncIterator[Hostile]:
    running = Hostile(host, 0, "https" if tls else "http")
    tasks: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        running.busy.set()
        running.idle.clear()
        try:
            await _answer(running, reader, writer)
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass
        except asyncio.CancelledError:
            pass  # the server is being closed
        finally:
            if not writer.is_closing():
                writer.close()
            tasks.discard(task)
            if not tasks:
                running.busy.clear()
                running.idle.set()

    context = _tls(running) if tls else None
    server = await asyncio.start_server(serve, host, 0, ssl=context)
    running.port = server.sockets[0].getsockname()[1]
    try:
        yield running
    finally:
        server.close()
        for task in tuple(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.sleep(0)


def _tls(running: Hostile) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    context.sni_callback = lambda _sock, name, _context: running.server_names.append(name)
    return context


async def _answer(running: Hostile, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    line, *lines = head.strip().split("\r\n")
    target = line.split(" ")[1]
    path, _, query = target.partition("?")
    headers = {name.lower(): value.strip() for name, _, value in (entry.partition(":") for entry in lines)}
    request = Request(path, query, headers, running.port)
    running.asked.append(request)
    await _until_closed(reader, _send(SCENARIOS.get(path, SCENARIOS["/missing"]), request, writer))


async def _send(chosen: Scenario, request: Request, writer: asyncio.StreamWriter) -> None:
    await chosen(request, writer)
    await writer.drain()


async def _until_closed(reader: asyncio.StreamReader, sending: Coroutine[None, None, None]) -> None:
    """Sends until done or until the client has gone, so that `idle` tells of clients that hold something open."""
    both = [asyncio.ensure_future(sending), asyncio.ensure_future(reader.read(1))]
    try:
        await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in both:
            task.cancel()
        await asyncio.gather(*both, return_exceptions=True)


def scenario(path: str) -> Callable[[Scenario], Scenario]:
    def register(function: Scenario) -> Scenario:
        SCENARIOS[path] = function
        return function

    return register


def head(status: str = "200 OK", *lines: str, length: int | None = None, kind: str = "application/rss+xml") -> bytes:
    fields = [f"HTTP/1.1 {status}", "Connection: close", f"Content-Type: {kind}", 'ETag: "v1"', *lines]
    if length is not None:
        fields.append(f"Content-Length: {length}")
    return ("\r\n".join(fields) + "\r\n\r\n").encode("latin-1")


def fixed(path: str, answer: Callable[[], bytes]) -> None:
    """A scenario that sends the same bytes to everybody and closes."""

    async def send(_request: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(answer())

    SCENARIOS[path] = send


def whole(body: bytes, *lines: str, status: str = "200 OK", kind: str = "application/rss+xml") -> bytes:
    return head(status, *lines, length=len(body), kind=kind) + body


def chunked(body: bytes, size: int) -> bytes:
    pieces = (body[at : at + size] for at in range(0, len(body), size))
    return b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces)


# --- slow ----------------------------------------------------------------------------------------------------------


async def _drip(writer: asyncio.StreamWriter, data: bytes, seconds: float) -> None:
    while True:
        for byte in data:
            writer.write(bytes((byte,)))
            await writer.drain()
            await asyncio.sleep(seconds)


@scenario("/drip_headers")
async def _(request: Request, writer: asyncio.StreamWriter) -> None:
    """`/drip_headers?SECONDS` between two bytes."""
    writer.write(b"HTTP/1.1 200 OK\r\n")
    await _drip(writer, b"X-Drop: 1\r\n", float(request.query or 0.05))


@scenario("/drip_body")
async def _(_request: Request, writer: asyncio.StreamWriter) -> None:
    writer.write(head(length=10_000_000))
    await _drip(writer, b"<rss>", 0.05)


@scenario("/silence")
async def _(_request: Request, _writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(3600)


@scenario("/slow_redirects")
async def _(request: Request, writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(0.5)
    writer.write(head("302 Found", f"Location: /slow_redirects?{len(request.query)}{request.query}", length=0))


# --- endless -------------------------------------------------------------------------------------------------------


async def _flood(writer: asyncio.StreamWriter, data: bytes, times: int | None = None) -> None:
    sent = 0
    while times is None or sent < times:
        writer.write(data)
        await writer.drain()
        await asyncio.sleep(0)  # `drain` alone never lets the loop tell that a TLS connection was lost, and floods on
        sent += 1


@scenario("/infinite_body")
async def _(_request: Request, writer: asyncio.StreamWriter) -> None:
    writer.write(head())
    await _flood(writer, b"<item/>" * 9_000)


@scenario("/endless_video")
async def _(_request: Request, writer: asyncio.StreamWriter) -> None:
    writer.write(head(kind="video/mp4"))
    await _flood(writer, bytes(60_000))


@scenario("/infinite_chunks")
async def _(_request: Request, writer: asyncio.StreamWriter) -> None:
    writer.write(head("200 OK", "Transfer-Encoding: chunked"))
    await _flood(writer, chunked(b"<item/>" * 9_000, 32_000))


@scenario("/tiny_chunks")
async def _(_request: Request, writer: asyncio.StreamWriter) -> None:
    writer.write(head("200 OK", "Transfer-Encoding: chunked"))
    await _flood(writer, chunked(b"x" * 10_000, 1))


@scenario("/headers_20mb")
async def _(_request: Request, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\n")
    await _flood(writer, b"X-Filler: " + b"x" * 990 + b"\r\n", 20_000)
    writer.write(b"\r\n")


@scenario("/one_header_20mb")
async def _(_request: Request, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nX-Filler: ")
    await _flood(writer, b"x" * 100_000, 200)
    writer.write(b"\r\n\r\n")


@scenario("/informational_200k")
async def _(_request: Request, writer: asyncio.StreamWriter) -> None:
    await _flood(writer, b"HTTP/1.1 103 Early Hints\r\n\r\n" * 1_000, 200)
    writer.write(whole(FEED))


@scenario("/endless_trailers")
async def _(_request: Request, writer: asyncio.StreamWriter) -> None:
    writer.write(head("200 OK", "Transfer-Encoding: chunked") + chunked(FEED, 1_000) + b"0\r\n")
    await _flood(writer, b"X-Trailer: " + b"x" * 990 + b"\r\n")


# --- wrong lengths, broken off -------------------------------------------------------------------------------------

fixed("/short_body", lambda: head(length=len(FEED) + 5_000) + FEED)
fixed("/long_body", lambda: head(length=len(FEED)) + FEED + b"<script>more</script>")
fixed("/cut_chunks", lambda: head("200 OK", "Transfer-Encoding: chunked") + chunked(FEED, 64)[:-30])
fixed("/bad_chunks", lambda: head("200 OK", "Transfer-Encoding: chunked") + chunked(FEED, 64) + b"zz\r\n")
fixed("/cut_gzip", lambda: whole(gzip.compress(FEED)[:-20], "Content-Encoding: gzip"))
fixed("/cut_gzip_unframed", lambda: head("200 OK", "Content-Encoding: gzip") + gzip.compress(FEED)[:-20])
fixed("/cut_at_once", lambda: head(length=5_000))
fixed("/no_answer", lambda: b"")
fixed("/not_http", lambda: b"SSH-2.0-OpenSSH_9.6\r\n")
fixed("/two_lengths", lambda: head("200 OK", "Content-Length: 10", length=len(FEED)) + FEED)
fixed("/negative_length", lambda: head("200 OK", "Content-Length: -1") + FEED)
fixed("/announced_2gb", lambda: head(length=2 << 30) + FEED)
fixed("/status_101", lambda: head("101 Switching Protocols", "Upgrade: x") + FEED)
fixed("/status_999", lambda: whole(b"denied", status="999 Denied"))


async def _reset(writer: asyncio.StreamWriter, data: bytes) -> None:
    writer.write(data)
    await writer.drain()
    await asyncio.sleep(0.05)
    sock = writer.get_extra_info("socket")
    sock.setsockopt(1, 13, b"\x01\x00\x00\x00\x00\x00\x00\x00")  # SOL_SOCKET, SO_LINGER: close means reset
    writer.transport.abort()


@scenario("/reset_in_body")
async def _(_request: Request, writer: asyncio.StreamWriter) -> None:
    await _reset(writer, head(length=10_000) + FEED)


@scenario("/reset_at_once")
async def _(_request: Request, writer: asyncio.StreamWriter) -> None:
    await _reset(writer, b"")


# --- codings -------------------------------------------------------------------------------------------------------

fixed("/gzip", lambda: whole(gzip.compress(FEED), "Content-Encoding: gzip"))
fixed("/x_gzip", lambda: whole(gzip.compress(FEED), "Content-Encoding: x-gzip"))
fixed("/deflate", lambda: whole(zlib.compress(FEED), "Content-Encoding: deflate"))
fixed("/raw_deflate", lambda: whole(zlib.compress(FEED, wbits=-15), "Content-Encoding: deflate"))
fixed("/gzip_members", lambda: whole(gzip.compress(FEED[:90]) + gzip.compress(FEED[90:]), "Content-Encoding: gzip"))
fixed("/gzip_undeclared", lambda: whole(gzip.compress(FEED), kind="application/gzip"))
fixed("/gzip_claimed", lambda: whole(FEED, "Content-Encoding: gzip"))
fixed("/bomb_gzip", lambda: whole(bombs.gzip_bomb(), "Content-Encoding: gzip"))
fixed("/bomb_gzip_undeclared", lambda: whole(bombs.gzip_bomb()))
fixed("/bomb_brotli", lambda: whole(bombs.brotli_bomb(), "Content-Encoding: br"))
fixed("/bomb_zstd", lambda: whole(bombs.zstd_bomb(), "Content-Encoding: zstd"))
fixed("/bomb_gzip_in_gzip", lambda: whole(bombs.gzip_in_gzip(), "Content-Encoding: gzip, gzip"))
fixed("/bomb_gzip_once_declared", lambda: whole(bombs.gzip_in_gzip(), "Content-Encoding: gzip"))
fixed("/empty_members", lambda: whole(gzip.compress(b"") * 100_000, "Content-Encoding: gzip"))
fixed("/wrong_charset", lambda: whole(FEED, kind="application/rss+xml; charset=utf-16"))

# --- refusals ------------------------------------------------------------------------------------------------------

CHALLENGE = b"<html><title>Just a moment...</title><script>window._cf_chl_opt={}</script></html>"
fixed("/feed", lambda: whole(FEED))
fixed("/missing", lambda: whole(b"not here", status="404 Not Found", kind="text/plain"))
fixed("/gone", lambda: whole(b"", status="410 Gone"))
fixed("/forbidden", lambda: whole(b"", status="403 Forbidden"))
fixed("/broken", lambda: whole(b"", status="500 Internal Server Error"))
fixed("/challenge", lambda: whole(b"", "cf-mitigated: challenge", status="403 Forbidden"))
fixed("/challenge_200", lambda: whole(CHALLENGE, kind="text/html"))
fixed("/busy", lambda: whole(b"", "Retry-After: 120", status="429 Too Many Requests"))
fixed("/down", lambda: whole(b"", "Retry-After: 999999999", status="503 Service Unavailable"))
fixed("/unasked_304", lambda: head("304 Not Modified"))

# --- redirects -----------------------------------------------------------------------------------------------------

fixed("/loop", lambda: head("302 Found", "Location: /loop_back", length=0))
fixed("/loop_back", lambda: head("302 Found", "Location: /loop", length=0))
fixed("/redirect_nowhere", lambda: head("302 Found", length=0))
fixed("/redirect_garbage", lambda: head("302 Found", "Location: http://[", length=0))


@scenario("/chain")
async def _(request: Request, writer: asyncio.StreamWriter) -> None:
    """`/chain?5` redirects five times before the feed."""
    left = int(request.query)
    writer.write(head("301 Moved", f"Location: /chain?{left - 1}", length=0) if left else whole(FEED))


@scenario("/endless_redirects")
async def _(request: Request, writer: asyncio.StreamWriter) -> None:
    writer.write(head("302 Found", f"Location: /endless_redirects?{request.query}1", length=0))


@scenario("/to")
async def _(request: Request, writer: asyncio.StreamWriter) -> None:
    """`/to?URL` redirects to URL."""
    writer.write(head("302 Found", f"Location: {request.query}", length=0))


@scenario("/moved_to")
async def _(request: Request, writer: asyncio.StreamWriter) -> None:
    writer.write(head("301 Moved", f"Location: {request.query}", length=0))


async def _serve_until_told() -> None:
    """For a process of its own: prints the port, serves until standard input ends."""
    bombs.gzip_in_gzip()  # built beforehand
    async with hostile() as running:
        print(running.port, flush=True)
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(_serve_until_told())
