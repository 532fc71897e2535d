"""The head of an answer; and the head that a poller meets most often, read at once."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

# RFC 9112, 4 and 5. It has no body (RFC 9112, 6.3).
_NOT_MODIFIED: Final = re.compile(
    rb"HTTP/1\.1 304(?: [\t\x20-\x7e\x80-\xff]*)?\r\n"
    rb"((?:[!#$%&'*+.^_`|~0-9A-Za-z-]+:[\t\x20-\x7e\x80-\xff]*\r\n)*)\r\n"
)
_MATTERS: Final = frozenset({b"connection", b"content-length", b"transfer-encoding"})  # to what may follow


class Head(NamedTuple):
    status: int
    headers: list[tuple[bytes, bytes]]  # names as they were sent


def read_not_modified(received: bytes) -> Head | None:
    """The whole answer "304 Not Modified" on a connection that stays open; None for anything else, which is h11's."""
    found = _NOT_MODIFIED.fullmatch(received)
    if found is None:
        return None
    lines = [line.partition(b":") for line in found[1].split(b"\r\n")[:-1]]
    headers = [(name, value.strip(b" \t")) for name, _, value in lines]
    return Head(304, headers) if _MATTERS.isdisjoint([name.lower() for name, _ in headers]) else None
