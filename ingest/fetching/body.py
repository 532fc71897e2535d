"""Bodies decoded under a limit: no input makes it hold more than `limit` bytes, whatever it would expand to.

Only gzip and deflate are decoded, in one layer (RFC 9110, 8.4): brotli and zstd were not offered, and stacked codings
serve bombs alone. A gzip body that is not declared as one is decoded too, as are several gzip members in a row.
"""

from __future__ import annotations

import zlib
from enum import Enum, auto
from typing import Final

from ingest.fetching.messages import Stopped
from storage.model import Failure, FailureKind

_GZIP: Final = 16 + zlib.MAX_WBITS
_MAGIC: Final = b"\x1f\x8b\x08"
_MAX_MEMBERS: Final = 1_000  # bgzip needs 160 for 10 MB; empty members would cost time without output
_MAX_PIECES: Final = 1_000
_LEAST_PIECE: Final = 16  # bytes on average once there are many: a chunk of one byte costs us 10,000 times its work

_NAMES: Final = {"": "", "identity": "", "gzip": "gzip", "x-gzip": "gzip", "deflate": "deflate"}


class _State(Enum):
    UNDECIDED = auto()  # before the body, and between gzip members
    PLAIN = auto()
    INFLATING = auto()
    ENDED = auto()  # what still comes is padding


class BodyReader:
    """Takes the raw body piece by piece, gives the decoded one.

    `limit`: decoded bytes, and raw ones too. More raises `Stopped` (`too_large`), or, with `keep_start`, is left out:
    then `full` tells that reading on is of no use. An undecodable body raises `Stopped` (`bad_encoding`).
    """

    def __init__(self, content_encoding: str, limit: int, *, keep_start: bool = False) -> None:
        name = content_encoding.strip().lower()
        if name not in _NAMES:
            raise _bad_encoding(f"Content-Encoding {name[:40]!r} was not offered")
        self._coding = _NAMES[name]
        self._limit = limit
        self._keep_start = keep_start
        self._state = _State.UNDECIDED
        self._head = b""  # held back until it shows what follows
        self._inflate = zlib.decompressobj()
        self._members = 0
        self._pieces = 0
        self._raw = 0
        self._decoded = bytearray()

    @property
    def full(self) -> bool:
        return self._keep_start and len(self._decoded) >= self._limit

    def feed(self, piece: bytes) -> None:
        self._raw += len(piece)
        self._pieces += 1
        if self._pieces > _MAX_PIECES and self._raw < self._pieces * _LEAST_PIECE:
            raise Stopped(Failure(FailureKind.NETWORK, f"{self._pieces} pieces of a body for {self._raw} bytes"))
        if self._raw > self._limit and not self._keep_start:
            raise self._too_large()
        self._take(piece)

    def finish(self) -> tuple[bytes, bool]:
        """The decoded body, and whether it is whole as far as its coding can tell."""
        if self._head and not self._members:
            self._choose(self._head)
            self._take(self._head)
        if self._members and self._decoded.startswith(_MAGIC):
            raise _bad_encoding("compressed twice")
        return bytes(self._decoded), self._state is not _State.INFLATING and not self.full

    def _take(self, piece: bytes) -> None:
        while piece and not self.full:
            if self._state is _State.PLAIN:
                self._keep(piece)
                return
            if self._state is _State.ENDED:
                return
            if self._state is _State.INFLATING:
                piece = self._decode(piece)
                continue
            piece = self._head + piece
            self._head = b""
            if len(piece) < len(_MAGIC):
                self._head = piece
                return
            self._choose(piece)

    def _choose(self, head: bytes) -> None:
        """What `head` begins: after a gzip member another one or padding (RFC 1952, 2.2), else the body."""
        if self._members:
            self._state = _State.INFLATING if head.startswith(_MAGIC) else _State.ENDED
            self._inflate = zlib.decompressobj(_GZIP)
        elif self._coding == "gzip" or (not self._coding and head.startswith(_MAGIC)):
            self._state = _State.INFLATING
            self._inflate = zlib.decompressobj(_GZIP)
        elif self._coding == "deflate":
            self._state = _State.INFLATING
            self._inflate = zlib.decompressobj(zlib.MAX_WBITS if _has_zlib_header(head) else -zlib.MAX_WBITS)
        else:
            self._state = _State.PLAIN

    def _decode(self, piece: bytes) -> bytes:
        """Decodes `piece`, gives what is left of it: what follows the end of a gzip member."""
        room = self._limit - len(self._decoded) + 1  # one more, so that going over shows
        try:
            self._keep(self._inflate.decompress(piece, room))
        except zlib.error as error:
            raise _bad_encoding(f"not the {self._coding or 'gzip'} it claims to be") from error
        if not self._inflate.eof:
            return self._inflate.unconsumed_tail
        self._members += 1
        if self._members > _MAX_MEMBERS:
            raise _bad_encoding(f"over {_MAX_MEMBERS} gzip members")
        self._state = _State.ENDED if self._coding == "deflate" else _State.UNDECIDED
        return self._inflate.unused_data

    def _keep(self, decoded: bytes) -> None:
        self._decoded += decoded
        if len(self._decoded) <= self._limit:
            return
        if not self._keep_start:
            raise self._too_large()
        del self._decoded[self._limit :]

    def _too_large(self) -> Stopped:
        return Stopped(Failure(FailureKind.TOO_LARGE, f"over {self._limit:,} bytes"))


def _has_zlib_header(head: bytes) -> bool:
    """RFC 1950, 2.2; without it "deflate" is the raw stream that many servers send."""
    return len(head) > 1 and head[0] & 0x0F == 8 and (head[0] * 256 + head[1]) % 31 == 0


def _bad_encoding(detail: str) -> Stopped:
    return Stopped(Failure(FailureKind.BAD_ENCODING, detail))
