"""httpx's transport, one connection an exchange.

There is no pool: httpx's own costs time quadratic in the connections kept (1.2 ms a request at 50, 6.3 ms at 200), and
on a connection of its own nothing left over from one answer can be read as the next. `docs/decisions.md` has figures.
"""

from __future__ import annotations

import logging
import ssl
from collections.abc import AsyncIterable, AsyncIterator
from functools import cached_property
from typing import Protocol

import httpcore
import httpx

from ingest.fetching.conversation import Conversation
from ingest.fetching.network import Backend, Guard, Progress, Resolver, Stage
from ingest.fetching.targets import parse_target
from storage.model import Failure

# At DEBUG httpcore logs all headers of an answer, where a redirect may repeat the key to a private feed.
logging.getLogger("httpcore").setLevel(logging.INFO)


class _Connection(Protocol):
    async def handle_async_request(self, request: httpcore.Request) -> httpcore.Response: ...


class GuardedTransport(httpx.AsyncBaseTransport):
    """Sends one request, refusing addresses the guard refuses.

    Extensions of a request: `progress` (required; filled while it runs), `target` (path and query as sent),
    `insecure_tls`, `proxy` (its URL). Raises `Stopped` and what httpcore raises. The response has to be closed; closing
    does not wait.
    """

    def __init__(self, guard: Guard, resolver: Resolver) -> None:
        self._guard = guard
        self._resolver = resolver

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        progress: Progress = request.extensions["progress"]
        proxy: str | None = request.extensions.get("proxy")
        backend = Backend(None if proxy else self._guard, self._resolver, progress)
        url = httpcore.URL(
            scheme=request.url.raw_scheme,
            host=request.url.raw_host,
            port=request.url.port,
            target=request.extensions["target"],
        )
        tls = self._tls(request) if url.scheme == b"https" else None
        connection: _Connection
        try:
            if proxy:
                connection = self._through(proxy, url, tls, backend)
            else:
                connection = await self._direct(url.origin, tls, backend)
            answer = await connection.handle_async_request(
                httpcore.Request(request.method, url, headers=request.headers.raw)
            )
        except BaseException:
            backend.abort()
            raise
        progress.answered = True
        progress.stage = Stage.BODY
        return httpx.Response(answer.status, headers=answer.headers, stream=_Body(answer, backend))

    async def _direct(self, origin: httpcore.Origin, tls: ssl.SSLContext | None, backend: Backend) -> _Connection:
        host = origin.host.decode("ascii")
        stream: httpcore.AsyncNetworkStream = await backend.connect_tcp(host, origin.port)
        if tls is not None:
            stream = await stream.start_tls(tls, host)
        return Conversation(stream)

    def _through(self, proxy: str, url: httpcore.URL, tls: ssl.SSLContext | None, backend: Backend) -> _Connection:
        self._guard.check_unresolved(url.host.decode("ascii"), url.origin.port)
        target = parse_target(proxy)
        if isinstance(target, Failure):
            raise ValueError("not the address of a proxy")  # the configuration lets none through
        user, _, password = (target.login or "").partition(":")
        return httpcore.AsyncHTTPProxy(
            target.origin,
            proxy_auth=(user, password) if target.login else None,
            ssl_context=tls,
            proxy_ssl_context=self._verified if target.scheme == "https" else None,
            max_connections=1,
            max_keepalive_connections=0,
            network_backend=backend,
        )

    def _tls(self, request: httpx.Request) -> ssl.SSLContext:
        return self._unverified if request.extensions.get("insecure_tls") else self._verified

    @cached_property
    def _verified(self) -> ssl.SSLContext:
        return _tls_context(verify=True)

    @cached_property
    def _unverified(self) -> ssl.SSLContext:
        return _tls_context(verify=False)


def _tls_context(*, verify: bool) -> ssl.SSLContext:
    context = httpx.create_ssl_context(verify=verify, trust_env=False)
    context.set_alpn_protocols(["http/1.1"])
    return context


class _Body(httpx.AsyncByteStream):
    def __init__(self, answer: httpcore.Response, backend: Backend) -> None:
        self._answer = answer
        self._backend = backend

    def __aiter__(self) -> AsyncIterator[bytes]:
        assert isinstance(self._answer.stream, AsyncIterable)
        return aiter(self._answer.stream)

    async def aclose(self) -> None:
        self._backend.abort()
