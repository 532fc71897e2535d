"""One request, one answer: headers and body under all limits. Redirects, turns and pauses are the fetcher's."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

import httpx

from ingest.fetching.body import BodyReader
from ingest.fetching.messages import Stopped
from ingest.fetching.network import Progress
from ingest.fetching.transport import GuardedTransport, Outgoing, Response
from storage.model import Failure, FailureKind

_ERROR_BODY: Final = 64 * 1024  # of an error page: enough to tell a challenge
_COOKIES: Final = frozenset({"set-cookie", "set-cookie2"})  # never kept
_SINGLE: Final = frozenset(  # of which a second one is a mistake: joined they would be a value that nobody sent
    {"age", "content-type", "date", "etag", "expires", "last-modified", "location", "retry-after"}
)
_HEADERS_TOO_LARGE: Final = 431  # h11's hint when a header line does not end


class Answer(NamedTuple):
    """`headers`: lower-cased names without cookies; Latin-1, so that bytes survive. Of a repeated one the values are
    joined, or the first counts where there can be only one.

    `truncated`: the body is usable, but not all of it came.
    """

    status: int
    headers: dict[str, str]
    body: bytes = b""
    truncated: bool = False


async def exchange(transport: GuardedTransport, outgoing: Outgoing, progress: Progress) -> Answer:
    """Sends one GET and reads the answer. Raises `Stopped`; lets go of the connection, however it ends."""
    try:
        response = await transport.send(outgoing, progress)
    except (httpx.NetworkError, httpx.ProtocolError, httpx.ProxyError) as error:
        raise Stopped(_failure(error)) from error
    try:
        return await _read(response, outgoing)
    finally:
        response.let_go()


async def _read(response: Response, outgoing: Outgoing) -> Answer:
    status = response.status
    headers = _headers(response.headers)
    if status < 200:
        raise Stopped(Failure(FailureKind.NETWORK, f"answered {status}, which is no answer", status))
    if status in (204, 205) or 300 <= status < 400:
        return Answer(status, headers)
    if status >= 400:
        return Answer(status, headers, await _error_body(response, headers))
    if what := _media(headers):
        raise Stopped(Failure(FailureKind.WRONG_TYPE, f"{what}, which is neither a feed nor a page", status))
    if not outgoing.keep_start and _announced(headers) > outgoing.limit:
        raise Stopped(Failure(FailureKind.TOO_LARGE, f"announces over {outgoing.limit:,} bytes", status))
    reader = BodyReader(headers.get("content-encoding", ""), outgoing.limit, keep_start=outgoing.keep_start)
    came_whole = await _fill(reader, response)
    body, decoded_whole = reader.finish()
    truncated = not (came_whole and decoded_whole) or status == 206
    if truncated and not body:
        raise Stopped(Failure(FailureKind.TRUNCATED, "the connection broke before the first byte of the body", status))
    return Answer(status, headers, body, truncated)


async def _fill(reader: BodyReader, response: Response) -> bool:
    """Reads the body; whether it came as whole as its framing said."""
    try:
        async for piece in response.body:
            reader.feed(piece)
            if reader.full:
                return False
    except (httpx.NetworkError, httpx.ProtocolError):
        return False
    return True


async def _error_body(response: Response, headers: dict[str, str]) -> bytes:
    """The start of an error page; it only serves to tell what kind of error it is, so nothing about it is an error."""
    try:
        reader = BodyReader(headers.get("content-encoding", ""), _ERROR_BODY, keep_start=True)
        await _fill(reader, response)
        return reader.finish()[0]
    except Stopped:
        return b""


def _headers(raw: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    headers: dict[str, str] = {}
    for raw_name, raw_value in raw:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        if name in _COOKIES or (name in headers and name in _SINGLE):
            continue
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return headers


def _media(headers: dict[str, str]) -> str | None:
    """The type of an answer that is not worth reading, such as a video an entry links to."""
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    return kind[:60] if kind.startswith(("image/", "audio/", "video/", "font/")) else None


def _announced(headers: dict[str, str]) -> int:
    length = headers.get("content-length", "")
    return int(length) if length.isascii() and length.isdigit() and len(length) < 20 else 0


def _failure(error: Exception) -> Failure:
    cause = error.__cause__ or error.__context__
    if getattr(cause, "error_status_hint", None) == _HEADERS_TOO_LARGE:
        return Failure(FailureKind.TOO_LARGE, "headers without end")
    if isinstance(error, httpx.ProxyError):
        return Failure(FailureKind.CONNECT, _proxys_refusal(str(error)))
    return Failure(FailureKind.NETWORK, _one_line(error))


def _proxys_refusal(words: str) -> str:
    """Of "407 and what the proxy has to say" the status alone: it has been told a password and may say it back."""
    status = words.partition(" ")[0]
    return f"the proxy answered {status}" if status.isascii() and status.isdigit() else "the proxy failed"


def _one_line(error: Exception) -> str:
    """h11's words up to where they quote the server, which has been told secrets and may say them back."""
    return " ".join(str(error).partition(":")[0].split())[:200]
