"""A connection for each exchange, or one that waits for another request to the same place.

httpx's own pool costs time quadratic in the connections kept (1.2 ms a request at 50, 6.3 ms at 200). Here a connection
is kept when its answer came to its end, with nothing behind it: what is left over is never read as the next answer.
"""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Callable, Sequence
from functools import cached_property
from typing import Final, NamedTuple

import httpx

from ingest.fetching.conversation import Conversation
from ingest.fetching.kept import Kept, Place
from ingest.fetching.network import Backend, Guard, Progress, Resolver, Stage
from ingest.fetching.targets import Target

# What a server may say as it closes a connection that waits, while our request is on its way.
_WAITED_TOO_LONG: Final = 408


class Outgoing(NamedTuple):
    """What to send where. `limit`: decoded bytes of a good answer's body; with `keep_start` more is cut off."""

    target: Target
    headers: tuple[tuple[bytes, bytes], ...]
    limit: int
    keep_start: bool = False
    proxy: str | None = None
    insecure_tls: bool = False


class Response(NamedTuple):
    """The head of an answer and what follows. `let_go` has to be called at its end, however it ends."""

    status: int
    headers: Sequence[tuple[bytes, bytes]]
    body: AsyncIterator[bytes]
    let_go: Callable[[], None]


class GuardedTransport:
    """Sends one GET at a time on a connection, refusing addresses the guard refuses."""

    def __init__(self, guard: Guard, resolver: Resolver) -> None:
        self._guard = guard
        self._resolver = resolver
        self._kept = Kept()

    def close(self) -> None:
        """Close what waits for another request."""
        self._kept.close()

    async def send(self, outgoing: Outgoing, progress: Progress) -> Response:
        """Raises `Stopped`, `httpx.NetworkError`, `ProtocolError` and `ProxyError`, while the body is read as well.

        `progress` is filled meanwhile.
        """
        backend = Backend(None if outgoing.proxy else self._guard, self._resolver, progress)
        try:
            response = await (self._through(outgoing, backend) if outgoing.proxy else self._direct(outgoing, backend))
        except BaseException:
            backend.abort()
            raise
        progress.answered = True
        progress.stage = Stage.BODY
        return response

    async def _direct(self, outgoing: Outgoing, backend: Backend) -> Response:
        place = Place(outgoing.target.origin, outgoing.insecure_tls)
        if conversation := self._kept.take(place):
            backend.adopt(conversation.stream)
            try:
                response = await self._ask(conversation, place, outgoing, backend)
                if response.status != _WAITED_TOO_LONG:
                    return response
            except (httpx.NetworkError, httpx.RemoteProtocolError):
                if backend.progress.received:
                    raise
            backend.abort()  # the server had done with it; a GET may be sent again (RFC 9110, 9.2.2 and 15.5.9)
        return await self._ask(await self._open(outgoing, backend), place, outgoing, backend)

    async def _open(self, outgoing: Outgoing, backend: Backend) -> Conversation:
        target = outgoing.target
        stream = await backend.connect(target.host, target.port)
        if target.scheme == "https":
            await stream.start_tls(self._tls(outgoing), target.host)
        return Conversation(stream)

    async def _ask(self, conversation: Conversation, place: Place, outgoing: Outgoing, backend: Backend) -> Response:
        head = await conversation.ask(outgoing.target.path.encode("ascii"), outgoing.headers)

        def let_go() -> None:
            if conversation.may_go_on():
                self._kept.put(place, conversation)
            else:
                backend.abort()

        return Response(head.status, head.headers, conversation.body(), let_go)

    async def _through(self, outgoing: Outgoing, backend: Backend) -> Response:
        from ingest.fetching.proxies import ask_through  # few use one, and httpcore takes its time to load

        target = outgoing.target
        self._guard.check_unresolved(target.host, target.port)
        tls = self._tls(outgoing) if target.scheme == "https" else None
        return await ask_through(outgoing, backend, tls, self._verified)

    def _tls(self, outgoing: Outgoing) -> ssl.SSLContext:
        return self._unverified if outgoing.insecure_tls else self._verified

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
