"""One request and its answer in HTTP/1.1, by h11, on a connection that carries nothing else.

`httpcore.AsyncHTTP11Connection` has locks, states and time-outs for the requests that might follow on the same connection.
Here none does, and one deadline stands over everything: a sixteenth less CPU for polls without news (`docs/decisions.md`).
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import suppress

import h11
import httpcore

_READ = 64 * 1024
_LARGEST_LINE = 100 * 1024  # bytes of a head or of a chunk's that does not end


class Conversation:
    """Raises what httpcore raises: `ProtocolError` and, from the stream, `NetworkError`."""

    def __init__(self, stream: httpcore.AsyncNetworkStream) -> None:
        self._stream = stream
        self._http = h11.Connection(h11.CLIENT, max_incomplete_event_size=_LARGEST_LINE)

    async def handle_async_request(self, request: httpcore.Request) -> httpcore.Response:
        """Send a request without a body; the answer's body is read as it is iterated."""
        try:
            head = h11.Request(method=request.method, target=request.url.target, headers=request.headers)
            sent = (self._http.send(head) or b"") + (self._http.send(h11.EndOfMessage()) or b"")
        except h11.LocalProtocolError as error:
            raise httpcore.LocalProtocolError(str(error)) from error
        with suppress(httpcore.WriteError):  # a server may refuse, and say so, before it has read all
            await self._stream.write(sent)
        while not isinstance(event := await self._event(), h11.Response):
            if isinstance(event, h11.InformationalResponse) and event.status_code == 101:
                break  # what follows would be another protocol
        return httpcore.Response(event.status_code, headers=event.headers.raw_items(), content=self._body())

    async def _body(self) -> AsyncIterator[bytes]:
        while isinstance(event := await self._event(), h11.Data):
            yield bytes(event.data)

    async def _event(self) -> h11.Event | type[h11.NEED_DATA | h11.PAUSED]:
        try:
            while (event := self._http.next_event()) is h11.NEED_DATA:
                data = await self._stream.read(_READ)
                if not data and self._http.their_state is h11.SEND_RESPONSE:
                    raise httpcore.RemoteProtocolError("Server disconnected without sending a response.")
                self._http.receive_data(data)
        except h11.RemoteProtocolError as error:
            raise httpcore.RemoteProtocolError(str(error)) from error
        return event
