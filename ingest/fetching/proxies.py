"""Requests through a proxy that the user named: httpcore's, over our connections."""

from __future__ import annotations

import logging
import ssl
from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import httpcore
import httpx

from ingest.fetching.network import Backend, Stream
from ingest.fetching.targets import DEFAULT_PORTS, parse_target
from ingest.fetching.transport import Outgoing, Response
from storage.model import Failure

# At DEBUG httpcore logs all headers of an answer, where a redirect may repeat the key to a private feed.
logging.getLogger("httpcore").setLevel(logging.INFO)


async def ask_through(
    outgoing: Outgoing, backend: Backend, tls: ssl.SSLContext | None, proxy_tls: ssl.SSLContext
) -> Response:
    """Send a request by way of its proxy. `tls` is for the server, `proxy_tls` for a proxy that wants it.

    Raises `Stopped`, `httpx.NetworkError`, `ProtocolError` and `ProxyError`, while the body is read as well.
    """
    proxy = parse_target(outgoing.proxy or "")
    if isinstance(proxy, Failure):
        raise ValueError("not the address of a proxy")  # the configuration lets none through
    user, _, password = (proxy.login or "").partition(":")
    connection = httpcore.AsyncHTTPProxy(
        proxy.origin,
        proxy_auth=(user, password) if proxy.login else None,
        ssl_context=tls,
        proxy_ssl_context=proxy_tls if proxy.scheme == "https" else None,
        max_connections=1,
        max_keepalive_connections=0,
        network_backend=_Backend(backend),
    )
    asked = outgoing.target
    url = httpcore.URL(
        scheme=asked.scheme,
        host=asked.host.strip("[]"),
        port=None if asked.port == DEFAULT_PORTS[asked.scheme] else asked.port,
        target=asked.path,
    )
    with _as_httpx():
        answer = await connection.handle_async_request(httpcore.Request("GET", url, headers=outgoing.headers))
    return Response(answer.status, answer.headers, _body(answer), backend.abort)


async def _body(answer: httpcore.Response) -> AsyncIterator[bytes]:
    assert isinstance(answer.stream, AsyncIterable)
    with _as_httpx():
        async for piece in answer.stream:
            yield piece


@contextmanager
def _as_httpx() -> Iterator[None]:
    """httpx has an error of the same name for each of httpcore's; the cause stays h11's, if it was that."""
    try:
        yield
    except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.ProxyError) as error:
        raise getattr(httpx, type(error).__name__)(str(error)) from (error.__cause__ or error.__context__)


class _Backend(httpcore.AsyncNetworkBackend):
    """Time-outs for single operations go unused, here and below: one deadline stands over everything."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        return _Stream(await self._backend.connect(host, port))


class _Stream(httpcore.AsyncNetworkStream):
    def __init__(self, stream: Stream) -> None:
        self._stream = stream

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109
        return await self._stream.read(max_bytes)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109
        try:
            self._stream.write(buffer)
        except httpx.WriteError as error:
            raise httpcore.WriteError(str(error)) from error  # which httpcore bears

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109
    ) -> httpcore.AsyncNetworkStream:
        await self._stream.start_tls(ssl_context, server_hostname or "")
        return self

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)

    async def aclose(self) -> None:
        self._stream.abort()
