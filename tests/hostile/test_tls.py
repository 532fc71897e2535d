"""TLS is verified, per feed switchable, and always for the name that was asked for."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import Sequence

from ingest.fetching import FetchRequest, Purpose, RequestOptions
from storage.model import Failure, FailureKind
from tests.hostile.cases import WHOLE
from tests.hostile.client import fetcher, outcome, settings
from tests.hostile.server import CERTIFICATE, hostile


async def at_loopback(_host: str, _port: int) -> Sequence[str]:
    return ("127.0.0.1",)


INSECURE = RequestOptions(insecure_tls=True)


def test_a_certificate_nobody_vouches_for_is_refused() -> None:
    async def run() -> None:
        async with hostile(tls=True) as server, fetcher(resolver=at_loopback) as client:
            result = await client.fetch(FetchRequest(f"https://news.test:{server.port}/feed", Purpose.FEED))
            assert isinstance(result, Failure)
            assert (result.kind, result.detail) == (FailureKind.TLS, "news.test: certificate: self-signed certificate")
            assert server.asked == []

    asyncio.run(run())


def test_insecure_tls_is_for_its_feed_alone_and_keeps_the_name() -> None:
    async def run() -> None:
        async with hostile(tls=True) as server, hostile(tls=True) as other, fetcher(resolver=at_loopback) as client:
            url = f"https://news.test:{server.port}"
            result = await client.fetch(FetchRequest(f"{url}/feed", Purpose.FEED, options=INSECURE))
            assert outcome(result) == WHOLE
            assert server.server_names == ["news.test"]
            assert server.asked[0].headers["host"] == f"news.test:{server.port}"
            elsewhere = f"{url}/to?https://news.test:{other.port}/feed"
            result = await client.fetch(FetchRequest(elsewhere, Purpose.FEED, options=INSECURE))
            assert outcome(result) == FailureKind.TLS
            assert other.asked == []

    asyncio.run(run())


def test_the_certificate_has_to_be_for_the_host() -> None:
    async def run() -> None:
        async with hostile(tls=True) as server, fetcher(resolver=at_loopback) as client:
            client._transport._verified = ssl.create_default_context(cafile=str(CERTIFICATE))  # vouched for here
            for host, expected in (
                ("news.test", WHOLE),
                ("other.test", FailureKind.TLS),
                ("127.0.0.1", FailureKind.TLS),
            ):
                result = await client.fetch(FetchRequest(f"https://{host}:{server.port}/feed", Purpose.FEED))
                assert outcome(result) == expected, host

    asyncio.run(run())


def test_what_is_no_tls() -> None:
    """A plain server behind https, one that speaks first, and one that never answers the handshake."""
    cases = ((b"HTTP/1.1 400 Bad Request\r\n\r\n", 1, FailureKind.TLS), (b"220 ESMTP\r\n", 0, FailureKind.TLS))

    async def ends(greeting: bytes, reads: int) -> str:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            with contextlib.suppress(ConnectionResetError), contextlib.closing(writer):
                await reader.read(reads)
                writer.write(greeting)
                await reader.read()

        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        async with server, fetcher() as client:
            return outcome(await client.fetch(FetchRequest(f"https://127.0.0.1:{port}/feed", Purpose.FEED)))

    for greeting, reads, expected in (*cases, (b"", 1, FailureKind.TIMEOUT)):
        assert asyncio.run(ends(greeting, reads)) == expected, greeting


def test_tls_through_a_proxy_is_verified_as_without_one() -> None:
    """The proxy only passes bytes on; certificate and name are the site's."""

    async def tunnel(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        port = int(head.split()[1].rpartition(b":")[2])
        there_reader, there_writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"HTTP/1.1 200 Connected\r\n\r\n")
        await asyncio.gather(pass_on(reader, there_writer), pass_on(there_reader, writer))

    async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError), contextlib.closing(writer):
            while piece := await reader.read(65_536):
                writer.write(piece)

    async def run() -> None:
        proxy = await asyncio.start_server(tunnel, "127.0.0.1", 0)
        address = f"http://127.0.0.1:{proxy.sockets[0].getsockname()[1]}"
        async with proxy, hostile(tls=True) as server:
            ports = settings().model_copy(update={"ports": (server.port,)})
            async with fetcher(ports, resolver=at_loopback) as client:
                url = f"https://news.test:{server.port}/feed"
                for insecure, expected in ((False, FailureKind.TLS), (True, WHOLE)):
                    options = RequestOptions(proxy=address, insecure_tls=insecure)
                    assert outcome(await client.fetch(FetchRequest(url, Purpose.FEED, options=options))) == expected
                assert set(server.server_names) == {"news.test"}
                await asyncio.wait_for(server.idle.wait(), 2)

    asyncio.run(run())
