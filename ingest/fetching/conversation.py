"""Requests and their answers in HTTP/1.1, one after the other on one connection.

h11 reads the answer, unless it is the usual "not modified". The request it would check and write header by header,
which costs as much as all the reading: ours is checked by one pattern and written at once, and h11 is told of one like
it. httpcore's connection has locks, states and time-outs that nothing here needs: one deadline stands over everything
(`docs/decisions.md`).
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterable
from contextlib import suppress
from functools import cached_property
from typing import Final

import h11
import httpx

from ingest.fetching.head import Head, read_not_modified
from ingest.fetching.network import Stream

_READ: Final = 64 * 1024
_LARGEST_LINE: Final = 100 * 1024  # bytes of a head or of a chunk's that does not end

_REQUEST: Final = re.compile(  # RFC 9112, 3; RFC 9110, 5
    rb"GET [\x21-\x7e]+ HTTP/1\.1\r\n(?:[!#$%&'*+.^_`|~0-9A-Za-z-]+: [\t\x20-\x7e\x80-\xff]*\r\n)+\r\n"
)
_ONE_LIKE_IT: Final = h11.Request(method="GET", target="/", headers=[("Host", "example.org")])
_END: Final = h11.EndOfMessage()
_TWO_LENGTHS: Final = frozenset({b"content-length", b"transfer-encoding"})  # of one answer: RFC 9112, 6.3


class Conversation:
    """Raises `httpx.ProtocolError` and, from the stream, `httpx.NetworkError`."""

    def __init__(self, stream: Stream) -> None:
        self.stream = stream
        self._is_over = False  # the last answer, and the connection stays open
        self._doubtful = False  # where the last answer ended

    @cached_property
    def _http(self) -> h11.Connection:
        return h11.Connection(h11.CLIENT, max_incomplete_event_size=_LARGEST_LINE)

    async def ask(self, target: bytes, headers: Iterable[tuple[bytes, bytes]]) -> Head:
        """Send a GET for `target`, path and query; the head of the answer, of which `body` reads the rest."""
        lines = [b"%b: %b\r\n" % header for header in headers]
        request = b"GET %b HTTP/1.1\r\n%b\r\n" % (target, b"".join(lines))
        sound = _REQUEST.fullmatch(request) and request.count(b"\n") == len(lines) + 2  # a line more is smuggled in
        if not sound:
            raise httpx.LocalProtocolError("what the request would carry cannot stand in one")
        with suppress(httpx.WriteError):  # a server may refuse, and say so, before it has read all
            self.stream.write(request)
        first = await self.stream.read(_READ)
        not_modified = read_not_modified(first)
        self._is_over = not_modified is not None
        return not_modified or await self._head(first)

    async def _head(self, first: bytes) -> Head:
        self._http.send(_ONE_LIKE_IT)
        self._http.send(_END)
        self._receive(first)
        while not isinstance(event := await self._event(), h11.Response):
            if isinstance(event, h11.InformationalResponse) and event.status_code == 101:
                break  # what follows would be another protocol
        self._doubtful = {name for name, _ in event.headers} >= _TWO_LENGTHS
        return Head(event.status_code, event.headers.raw_items())

    async def body(self) -> AsyncIterator[bytes]:
        while isinstance(event := await self._event(), h11.Data):
            yield bytes(event.data)

    def may_go_on(self) -> bool:
        """Whether the last answer has come to its end, nothing lies behind it, and another request may follow."""
        if self._is_over:
            return self.stream.is_silent
        http = self._http
        if http.their_state is h11.SEND_BODY and self.stream.is_silent:
            with suppress(h11.RemoteProtocolError):
                http.next_event()  # the end of an answer without a body, which nobody has asked for
        if self._doubtful or not (
            http.our_state is http.their_state is h11.DONE and http.trailing_data == (b"", False)
        ):
            return False
        http.start_next_cycle()
        return self.stream.is_silent

    async def _event(self) -> h11.Event | type[h11.NEED_DATA | h11.PAUSED]:
        try:
            while (event := self._http.next_event()) is h11.NEED_DATA:
                self._receive(await self.stream.read(_READ))
        except h11.RemoteProtocolError as error:
            raise httpx.RemoteProtocolError(str(error)) from error
        return event

    def _receive(self, data: bytes) -> None:
        if not data and self._http.their_state is h11.SEND_RESPONSE:
            raise httpx.RemoteProtocolError("Server disconnected without sending a response.")
        self._http.receive_data(data)
