"""httpx's transport: a connection for each exchange, or one that waits for another request to the same place.

httpx's own pool costs time quadratic in the connections kept (1.2 ms a request at 50, 6.3 ms at 200). Here a connection
is kept when its answer came to its end, with nothing behind it: what is left over is never read as the next answer.
"""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Callable
from functools import cached_property

import httpx

from ingest.fetching.conversation import Conversation
from ingest.fetching.kept import Kept, Place
from ingest.fetching.network import Backend, Guard, Progress, Resolver, Stage
from ingest.fetching.targets import DEFAULT_PORTS


class GuardedTransport(httpx.AsyncBaseTransport):
    """Sends one GET, refusing addresses the guard refuses.

    Extensions of a request: `progress` (required; filled while it runs), `target` (path and query as sent),
    `insecure_tls`, `proxy` (its URL). Raises `Stopped`, `httpx.NetworkError`, `ProtocolError` and `ProxyError`. The
    response has to be closed; closing does not wait.
    """

    def __init__(self, guard: Guard, resolver: Resolver) -> None:
        self._guard = guard
        self._resolver = resolver
        self._kept = Kept()

    def close(self) -> None:
        """Close what waits for another request."""
        self._kept.close()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        progress: Progress = request.extensions["progress"]
        proxy: str | None = request.extensions.get("proxy")
        backend = Backend(None if proxy else self._guard, self._resolver, progress)
        try:
            response = await (self._through(proxy, request, backend) if proxy else self._direct(request, backend))
        except BaseException:
            backend.abort()
            raise
        progress.answered = True
        progress.stage = Stage.BODY
        return response

    async def _direct(self, request: httpx.Request, backend: Backend) -> httpx.Response:
        place = Place(str(request.url), bool(request.extensions.get("insecure_tls")))
        if conversation := self._kept.take(place):
            backend.adopt(conversation.stream)
            try:
                return await self._ask(conversation, place, request, backend)
            except (httpx.NetworkError, httpx.RemoteProtocolError):
                progress: Progress = request.extensions["progress"]
                if progress.received:
                    raise
                backend.abort()  # the server had closed it; a GET may be sent again (RFC 9110, 9.2.2)
        return await self._ask(await self._open(request, backend), place, request, backend)

    async def _open(self, request: httpx.Request, backend: Backend) -> Conversation:
        url = request.url
        host = url.raw_host.decode("ascii")
        stream = await backend.connect(host, url.port or DEFAULT_PORTS[url.scheme])
        if url.scheme == "https":
            await stream.start_tls(self._tls(request), host)
        return Conversation(stream)

    async def _ask(
        self, conversation: Conversation, place: Place, request: httpx.Request, backend: Backend
    ) -> httpx.Response:
        head = await conversation.ask(request.extensions["target"], request.headers.raw)

        def let_go() -> None:
            if conversation.may_go_on():
                self._kept.put(place, conversation)
            else:
                backend.abort()

        return _response(head.status_code, head.headers.raw_items(), conversation.body(), let_go)

    async def _through(self, proxy: str, request: httpx.Request, backend: Backend) -> httpx.Response:
        from ingest.fetching.proxies import ask_through  # few use one, and httpcore takes its time to load

        url = request.url
        self._guard.check_unresolved(url.raw_host.decode("ascii"), url.port or DEFAULT_PORTS[url.scheme])
        tls = self._tls(request) if url.scheme == "https" else None
        answer = await ask_through(proxy, request, backend, tls, self._verified)
        return _response(answer.status, answer.headers, answer.body, backend.abort)

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


def _response(
    status: int, headers: list[tuple[bytes, bytes]], body: AsyncIterator[bytes], let_go: Callable[[], None]
) -> httpx.Response:
    return httpx.Response(status, headers=headers, stream=_Body(body, let_go))


class _Body(httpx.AsyncByteStream):
    def __init__(self, body: AsyncIterator[bytes], let_go: Callable[[], None]) -> None:
        self._body = body
        self._let_go = let_go

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self._body

    async def aclose(self) -> None:
        self._let_go()
