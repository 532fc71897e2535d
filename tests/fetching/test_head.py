"""The quick reading of "not modified": what h11 reads, or nothing."""

from __future__ import annotations

import h11
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ingest.fetching.head import Head, read_not_modified

USUAL = b"HTTP/1.1 304 Not Modified\r\n"


def by_h11(received: bytes) -> Head | None:
    """The same by h11: the answer, where it is whole and another request may follow."""
    http = h11.Connection(h11.CLIENT)
    http.send(h11.Request(method="GET", target="/", headers=[("Host", "news.test")]))
    http.send(h11.EndOfMessage())
    http.receive_data(received)
    try:
        answer, end = http.next_event(), http.next_event()
    except h11.RemoteProtocolError:
        return None
    if not isinstance(answer, h11.Response) or not isinstance(end, h11.EndOfMessage):
        return None
    apart = http.our_state is http.their_state is h11.DONE and http.trailing_data == (b"", False)
    return Head(answer.status_code, answer.headers.raw_items()) if apart else None


@pytest.mark.parametrize(
    ("received", "headers"),
    [
        (
            USUAL + b'ETag: "a"\r\nDate:x \t\r\nX-Empty:\r\n\r\n',
            [(b"ETag", b'"a"'), (b"Date", b"x"), (b"X-Empty", b"")],
        ),
        (USUAL + b"\r\n", []),
        (b"HTTP/1.1 304\r\n\r\n", []),
        (b"HTTP/1.1 304 \xe9\r\nServer: caf\xe9\r\n\r\n", [(b"Server", b"caf\xe9")]),
    ],
)
def test_the_usual_one(received: bytes, headers: list[tuple[bytes, bytes]]) -> None:
    assert read_not_modified(received) == by_h11(received) == Head(304, headers)


@pytest.mark.parametrize(
    "received",
    [
        b"",
        USUAL,  # not all of it
        USUAL + b'ETag: "a"\r\n',
        USUAL + b"\r\nHTTP/1.1 200 OK\r\n\r\n",  # something behind it
        b"HTTP/1.1 200 OK\r\n\r\n",
        b"HTTP/1.0 304 Not Modified\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\n" + USUAL + b"\r\n",
        USUAL + b"Connection: close\r\n\r\n",
        USUAL + b"connection: Keep-Alive\r\n\r\n",
        USUAL + b"Transfer-Encoding: chunked\r\n\r\n",
        USUAL + b"Content-Length: 5120\r\n\r\n",
        USUAL + b"A: folded\r\n  value\r\n\r\n",
        USUAL + b"A : b\r\n\r\n",
        USUAL + b"A: b\n\r\n",
        USUAL + b"A: \x00\r\n\r\n",
        USUAL.replace(b"\r", b"") + b"\n",
    ],
)
def test_anything_else_is_left_to_h11(received: bytes) -> None:
    assert read_not_modified(received) is None


# Mostly what may stand in a header, or hardly anything would be taken.
NAMES = st.text("abETag-!~*'|^" * 4 + ":( é", min_size=1, max_size=6).map(lambda name: name.encode("latin-1"))
VALUES = st.text(' "ab,:;=\tÿ\x80' * 8 + "\x00\x7f\r\n", max_size=6).map(lambda value: value.encode("latin-1"))
FRAMING = st.sampled_from(
    [
        b"Content-Length: 3\r\n",
        b"Connection: close\r\n",
        b"connection: keep-alive\r\n",
        b"Transfer-Encoding: chunked\r\n",
    ]
)
LINES = st.lists(st.builds(b"%b:%b\r\n".__mod__, st.tuples(NAMES, VALUES)), max_size=3).map(b"".join)


@given(st.sampled_from([USUAL, b"HTTP/1.1 304\r\n", b"HTTP/1.1 304 \xff \r\n"]), LINES)
def test_whatever_is_taken_h11_reads_alike(start: bytes, lines: bytes) -> None:
    received = start + lines + b"\r\n"
    taken = read_not_modified(received)
    assume(taken is not None)  # too few of them would be an error
    assert taken == by_h11(received)


@given(LINES, FRAMING, LINES)
def test_what_frames_an_answer_is_left_to_h11(before: bytes, framing: bytes, after: bytes) -> None:
    assert read_not_modified(USUAL + before + framing + after + b"\r\n") is None
