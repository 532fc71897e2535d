"""Under HTTP: names resolved, addresses checked, connections opened to exactly what was checked.

Between check and connection nothing is resolved again, so a name that changes its mind (DNS rebinding) gains nothing.
A connection carries one exchange at a time, and closing it is a plain function call: no cancellation can get in between.
"""

from __future__ import annotations

import asyncio
import os
import socket
import ssl
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_address
from threading import Thread
from typing import Any, Final

import httpx

from ingest.fetching.addresses import is_allowed, refusal
from ingest.fetching.messages import Stopped
from storage.model import Failure, FailureKind

Resolver = Callable[[str, int], Awaitable[Sequence[str]]]  # host, port -> IP addresses; raises OSError

_LARGEST_HEAD: Final = 64 * 1024  # bytes before the answer's body, 1xx answers included
_HEAD_READ: Final = 16 * 1024
_BUFFER: Final = 128 * 1024  # received and not yet read; beyond, the peer has to wait
_ADDRESSES: Final = 4  # of one name, tried in the resolver's order (RFC 6724)
_ADDRESS_PATIENCE: Final = 5.0  # seconds for each but the last
_LOCAL_NAMES: Final = (".localhost", ".local", ".internal", ".home.arpa")  # RFC 6761, 6762, 8375


@dataclass(frozen=True, slots=True)
class Guard:
    """Which addresses and ports may be connected to. `networks` are open on every port."""

    networks: tuple[IPv4Network | IPv6Network, ...] = ()
    ports: tuple[int, ...] = (80, 443)

    def check(self, host: str, port: int, addresses: Iterable[str]) -> None:
        """Raises `Stopped` unless every address of `host` may be connected to."""
        for address in addresses:
            if what := refusal(address, self.networks):
                raise _refused(host, f"{address} is {what}; fetching.allow_networks can open it")
            if port not in self.ports and not is_allowed(address, self.networks):
                raise _refused(host, f"port {port} is not among fetching.ports")

    def check_unresolved(self, host: str, port: int) -> None:
        """The same for a host that a proxy will resolve: addresses are checked, and names that never leave the site."""
        if literal := _literal(host.strip("[]")):
            return self.check(host, port, (literal,))
        if f".{host.strip('.')}".endswith(_LOCAL_NAMES):
            raise _refused(host, "a name of the local network")
        if port not in self.ports:
            raise _refused(host, f"port {port} is not among fetching.ports")
        return None


class Stage(StrEnum):
    """What an exchange is doing, in the words of a time-out."""

    RESOLVING = "resolving the host name"
    CONNECTING = "connecting"
    TLS = "agreeing on TLS"
    WAITING = "waiting for the answer"
    BODY = "reading the body"


@dataclass(slots=True)
class Progress:
    """How far one exchange has come: for the limits, the count of bytes, and the words of a time-out."""

    stage: Stage = Stage.RESOLVING
    received: int = 0
    answered: bool = False  # the final answer's headers are complete


class Backend:
    """Opens the connection of one exchange. Without a guard: to a proxy that the user named."""

    def __init__(self, guard: Guard | None, resolver: Resolver, progress: Progress) -> None:
        self._guard = guard
        self._resolver = resolver
        self.progress = progress
        self._stream: Stream | None = None

    async def connect(self, host: str, port: int) -> Stream:
        """Raises `Stopped`."""
        self.progress.stage = Stage.RESOLVING
        addresses = await self._addresses(host.strip("[]"), port)
        if self._guard:
            self._guard.check(host, port, addresses)
        self.progress.stage = Stage.CONNECTING
        try:
            self._stream = await self._connect(addresses[:_ADDRESSES], port)
        except OSError as error:
            raise Stopped(Failure(FailureKind.CONNECT, f"{host}: {_words(error)}")) from error
        self.progress.stage = Stage.WAITING
        return self._stream

    def adopt(self, stream: Stream) -> None:
        """Go on with a connection that an earlier exchange has opened to the same place."""
        self._stream = stream
        stream.progress = self.progress
        self.progress.stage = Stage.WAITING

    def abort(self) -> None:
        """Closes whatever was opened, at once and without waiting. May be called twice."""
        if self._stream:
            self._stream.abort()

    async def _addresses(self, host: str, port: int) -> Sequence[str]:
        if literal := _literal(host):
            return (literal,)
        try:
            addresses = await self._resolver(host, port)
        except (OSError, UnicodeError) as error:  # UnicodeError: a label that cannot be a host name
            raise Stopped(Failure(FailureKind.DNS, f"{host[:100]}: {_words(error)}")) from error
        if not addresses:
            raise Stopped(Failure(FailureKind.DNS, f"{host[:100]}: has no address"))
        return addresses

    async def _connect(self, addresses: Sequence[str], port: int) -> Stream:
        for address in addresses[:-1]:
            with suppress(OSError):  # TimeoutError is one
                async with asyncio.timeout(_ADDRESS_PATIENCE):
                    return await self._open(address, port)
        return await self._open(addresses[-1], port)

    async def _open(self, address: str, port: int) -> Stream:
        loop = asyncio.get_running_loop()
        _, stream = await loop.create_connection(lambda: Stream(self.progress), address, port)
        return stream


class Stream(asyncio.Protocol):
    """One connection, plain or TLS. Reading respects the limit on what may come before the answer."""

    def __init__(self, progress: Progress) -> None:
        self.progress = progress  # of the exchange that it carries
        self.unasked: Callable[[], None] | None = None  # told when something comes, or the end, that nobody waits for
        self._transport: asyncio.Transport | None = None
        self._buffer = bytearray()
        self._paused = False
        self._ended = False
        self._error: Exception | None = None
        self._arrival: asyncio.Future[None] | None = None

    # what asyncio calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if len(self._buffer) > _BUFFER and self._transport and not self._paused:
            self._paused = True
            self._transport.pause_reading()
        self._wake()

    def eof_received(self) -> None:
        self._ended = True
        self._wake()

    def connection_lost(self, exc: Exception | None) -> None:
        self._ended = True
        self._error = self._error or exc
        self._wake()

    def _wake(self) -> None:
        if self._arrival and not self._arrival.done():
            self._arrival.set_result(None)
        if self.unasked:
            self.unasked()

    # what a conversation calls

    async def read(self, max_bytes: int) -> bytes:
        """What has come, at most `max_bytes`; nothing at the end. Raises `httpx.ReadError`."""
        while not self._buffer and not self._ended:
            self._arrival = asyncio.get_running_loop().create_future()
            await self._arrival
        if not self._buffer and self._error:
            raise httpx.ReadError(_words(self._error)) from self._error
        return self._take(max_bytes)

    def _take(self, max_bytes: int) -> bytes:
        progress = self.progress
        size = max_bytes if progress.answered else min(max_bytes, _HEAD_READ)
        data = bytes(self._buffer[:size])
        del self._buffer[:size]
        if self._paused and self._transport and len(self._buffer) <= _BUFFER:
            self._paused = False
            self._transport.resume_reading()
        progress.received += len(data)
        if not progress.answered and progress.received > _LARGEST_HEAD:
            raise Stopped(Failure(FailureKind.TOO_LARGE, f"over {_LARGEST_HEAD // 1024} KiB of headers"))
        return data

    @property
    def is_silent(self) -> bool:
        """Open, and nothing has come that was not read."""
        return not (self._ended or self._buffer)

    def write(self, buffer: bytes) -> None:
        """Raises `httpx.WriteError`."""
        if self._transport is None or self._transport.is_closing():
            raise httpx.WriteError("connection closed")
        self._transport.write(buffer)

    async def start_tls(self, context: ssl.SSLContext, host: str) -> None:
        """Raises `Stopped`."""
        host = host.strip("[]")
        stage, self.progress.stage = self.progress.stage, Stage.TLS
        if self._transport is None or self._buffer:  # what came in plain text must not count as encrypted
            raise _no_tls(host, "it speaks before TLS has begun")
        loop = asyncio.get_running_loop()
        try:
            transport = await loop.start_tls(self._transport, self, context, server_hostname=host)
        except ssl.SSLCertVerificationError as error:
            raise _no_tls(host, f"certificate: {error.verify_message}") from error
        except OSError as error:  # ssl.SSLError is one
            raise _no_tls(host, _words(error)) from error
        if transport is None:
            raise _no_tls(host, "the connection was closed")
        self._transport = transport
        self.progress.stage = stage

    def get_extra_info(self, info: str) -> Any:
        return self._transport.get_extra_info(info) if self._transport else None

    def abort(self) -> None:
        if self._transport:
            self._transport.abort()


class SystemResolver:
    """The system's name look-up, in threads that neither a slow server nor the end of the program waits for.

    The loop's own executor has few threads, which slow look-ups of some hosts would take from all others, and Python
    joins them at exit. `limit`: look-ups at once. One that hangs cannot be cancelled, and a fetch waits for a free one in
    its own time, so there have to be more than fetches: else a hostile name server stops all of them.
    """

    def __init__(self, limit: int = 64) -> None:
        self._free = asyncio.Semaphore(limit)

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        await self._free.acquire()
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Sequence[str]] = loop.create_future()
        Thread(target=self._look_up, args=(loop, answer, host, port), daemon=True).start()
        return await answer

    def _look_up(
        self, loop: asyncio.AbstractEventLoop, answer: asyncio.Future[Sequence[str]], host: str, port: int
    ) -> None:
        found: Sequence[str] | OSError | UnicodeError
        try:
            entries = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            found = tuple(dict.fromkeys(str(entry[4][0]) for entry in entries))
        except (OSError, UnicodeError) as error:
            found = error
        with suppress(RuntimeError):  # the loop has ended meanwhile
            loop.call_soon_threadsafe(self._deliver, answer, found)

    def _deliver(self, answer: asyncio.Future[Sequence[str]], found: Sequence[str] | OSError | UnicodeError) -> None:
        self._free.release()
        if answer.done():
            return
        if isinstance(found, Exception):
            answer.set_exception(found)
        else:
            answer.set_result(found)


@lru_cache(maxsize=4_096)  # as many hosts as usual; asked at every fetch
def _literal(host: str) -> str | None:
    """The address that a host is, if it is one."""
    try:
        return str(ip_address(host))
    except ValueError:
        return None


def _refused(host: str, why: str) -> Stopped:
    return Stopped(Failure(FailureKind.REFUSED_ADDRESS, f"{host[:100]}: {why}"))


def _no_tls(host: str, why: str) -> Stopped:
    return Stopped(Failure(FailureKind.TLS, f"{host[:100]}: {why}"))


def _words(error: Exception) -> str:
    """The error in plain words, one line."""
    if isinstance(error, socket.gaierror):
        return error.strerror or "cannot be resolved"
    if isinstance(error, ssl.SSLError):
        return (error.reason or "TLS failed").replace("_", " ").lower()
    if isinstance(error, OSError) and error.errno:
        return os.strerror(error.errno).lower()
    return " ".join(str(error).split())[:200] or type(error).__name__
