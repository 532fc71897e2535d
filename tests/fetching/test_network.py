"""The connection under HTTP, where a test has to hold it in its hands."""

from __future__ import annotations

import asyncio
import contextlib
import ssl

import httpx
import pytest

from ingest.fetching.conversation import Conversation
from ingest.fetching.messages import Stopped
from ingest.fetching.network import Backend, Progress, Stream
from storage.model import FailureKind
from tests.fetching.site import at_loopback


def test_plain_bytes_before_tls_do_not_count_as_encrypted() -> None:
    """Bytes that someone on the way puts before the handshake would otherwise be read as the site's own."""

    async def run() -> None:
        async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            with contextlib.suppress(ConnectionError), contextlib.closing(writer):
                writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
                await reader.read()

        server = await asyncio.start_server(speak, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        async with server:
            backend = Backend(None, at_loopback, Progress())
            stream = await backend.connect("news.test", port)
            assert await stream.read(1) == b"H"  # so the rest is there
            with pytest.raises(Stopped) as stopped:
                await asyncio.wait_for(stream.start_tls(ssl.create_default_context(), "news.test"), 5)
            assert stopped.value.failure.kind is FailureKind.TLS
            backend.abort()
            await asyncio.sleep(0.05)

    asyncio.run(run())


def test_a_peer_that_sends_faster_than_it_is_read_has_to_wait() -> None:
    """What is received and not yet read stays within some hundred kilobytes."""

    async def run() -> None:
        sent = 0

        async def flood(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            nonlocal sent
            with contextlib.suppress(ConnectionError), contextlib.closing(writer):
                while sent < 200_000_000:
                    writer.write(bytes(65_536))
                    await writer.drain()
                    sent += 65_536

        server = await asyncio.start_server(flood, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        async with server:
            progress = Progress(answered=True)
            backend = Backend(None, at_loopback, progress)
            stream = await backend.connect("news.test", port)
            for _ in range(200):
                await asyncio.sleep(0.001)
            held = len(stream._buffer)
            assert 0 < held < 600_000
            total = 0
            while total < 5_000_000:
                total += len(await stream.read(65_536))
            assert progress.received == total
            backend.abort()
            await asyncio.sleep(0.05)

    asyncio.run(run())


@pytest.mark.parametrize(
    ("target", "name", "value"),
    [
        (b"/", b"X-Key", b"one\r\nX-Other: two"),
        (b"/", b"X-Key: one\r\nX-Other", b"two"),
        (b"/", b"X-Key", b"nul\0"),
        (b"/", b"", b"nameless"),
        (b"/a b", b"X-Key", b"one"),
        (b"/\r\nX-Key: one", b"X-Key", b"one"),
        (b"/ HTTP/1.1\r\nX-Other: two", b"X-Key", b"one"),
        (b"", b"X-Key", b"one"),
    ],
)
def test_what_cannot_stand_in_a_request_is_not_sent(target: bytes, name: bytes, value: bytes) -> None:
    unopened = Stream(Progress())
    with pytest.raises(httpx.LocalProtocolError):
        asyncio.run(Conversation(unopened).ask(target, [(b"Host", b"news.test"), (name, value)]))
