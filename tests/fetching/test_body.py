"""Decoding under a limit, whatever the pieces."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.fetching.body import BodyReader
from ingest.fetching.messages import Stopped
from storage.model import FailureKind as Kind

TEXT = b"<rss><channel><title>News</title></channel></rss>" * 9
GZIP = gzip.compress(TEXT)
RAW_DEFLATE = zlib.compress(TEXT, wbits=-15)
LIMIT = 2_000


def pieces(data: bytes, size: int) -> Iterator[bytes]:
    return (data[at : at + size] for at in range(0, len(data), size))


def read(
    coding: str, data: bytes, size: int, *, limit: int = LIMIT, keep_start: bool = False
) -> tuple[bytes, bool] | Kind:
    try:
        reader = BodyReader(coding, limit, keep_start=keep_start)
        for piece in pieces(data, size):
            reader.feed(piece)
        return reader.finish()
    except Stopped as stopped:
        return stopped.failure.kind


CASES = (
    # coding, raw body, what comes of it
    ("", TEXT, (TEXT, True)),
    ("", b"", (b"", True)),
    ("", b"a", (b"a", True)),
    ("", b"\x1f", (b"\x1f", True)),
    ("", b"\x1f\x8b", (b"\x1f\x8b", True)),
    ("identity", TEXT, (TEXT, True)),
    ("gzip", GZIP, (TEXT, True)),
    ("GZIP ", GZIP, (TEXT, True)),
    ("x-gzip", GZIP, (TEXT, True)),
    ("", GZIP, (TEXT, True)),
    ("gzip", b"", (b"", True)),
    ("gzip", GZIP + GZIP, (TEXT + TEXT, True)),
    ("", GZIP + GZIP + GZIP, (TEXT * 3, True)),
    ("gzip", GZIP + b"\0" * 50, (TEXT, True)),
    ("gzip", GZIP + b"<!-- cached -->", (TEXT, True)),
    ("gzip", GZIP[:-1], (TEXT, False)),
    ("gzip", GZIP[:-9], (TEXT, False)),
    ("gzip", GZIP + GZIP[:10], (TEXT, False)),
    ("gzip", GZIP[:5], (b"", False)),
    ("gzip", GZIP[:-8] + b"\0" * 8, Kind.BAD_ENCODING),  # wrong checksum
    ("gzip", TEXT, Kind.BAD_ENCODING),
    ("gzip", gzip.compress(GZIP), Kind.BAD_ENCODING),
    ("", gzip.compress(GZIP), Kind.BAD_ENCODING),
    ("deflate", zlib.compress(TEXT), (TEXT, True)),
    ("deflate", RAW_DEFLATE, (TEXT, True)),
    ("deflate", RAW_DEFLATE + b"more", (TEXT, True)),
    ("deflate", zlib.compress(TEXT)[:-5], (TEXT, False)),
    ("deflate", b"\xff" * 90, Kind.BAD_ENCODING),
    ("br", TEXT, Kind.BAD_ENCODING),
    ("zstd", TEXT, Kind.BAD_ENCODING),
    ("gzip, gzip", GZIP, Kind.BAD_ENCODING),
    ("gzip,br", GZIP, Kind.BAD_ENCODING),
    ("utf-8", TEXT, Kind.BAD_ENCODING),
    ("gzip", gzip.compress(b"0" * LIMIT), (b"0" * LIMIT, True)),
    ("gzip", gzip.compress(b"0" * (LIMIT + 1)), Kind.TOO_LARGE),
    ("deflate", zlib.compress(b"0" * 9_000_000), Kind.TOO_LARGE),
)


@pytest.mark.parametrize("number", range(len(CASES)))
def test_cases(number: int) -> None:
    coding, raw, expected = CASES[number]
    for size in (1, 2, 3, 7, 1_000, 1_000_000):
        if len(raw) // size <= 1_000:  # more such tiny pieces are refused by themselves
            assert read(coding, raw, size) == expected, size


def test_limits() -> None:
    assert read("", b"1" * LIMIT, 500) == (b"1" * LIMIT, True)
    assert read("", b"1" * (LIMIT + 1), 500) == Kind.TOO_LARGE
    assert read("", b"1" * 9_000, 500, keep_start=True) == (b"1" * LIMIT, False)
    assert read("gzip", gzip.compress(b"1" * 9_000_000), 500, keep_start=True) == (b"1" * LIMIT, False)


def test_tiny_pieces_and_empty_members_are_refused() -> None:
    assert read("", b"1" * 20_000, 1, limit=10**6) == Kind.NETWORK
    assert read("", b"1" * 20_000, 20, limit=10**6) == (b"1" * 20_000, True)
    assert read("gzip", gzip.compress(b"") * 2_000, 10_000, limit=10**6) == Kind.BAD_ENCODING


@given(st.binary(max_size=500), st.sampled_from(["", "gzip", "x-gzip", "deflate"]), st.integers(1, 600))
def test_any_bytes_end_in_a_value_within_the_limit(raw: bytes, coding: str, size: int) -> None:
    result = read(coding, raw, size, limit=300)
    assert isinstance(result, Kind) or len(result[0]) <= 300


@given(st.lists(st.binary(max_size=200), min_size=1, max_size=5), st.integers(1, 300))
def test_pieces_do_not_matter(members: list[bytes], size: int) -> None:
    raw = b"".join(gzip.compress(member) for member in members)
    assert read("gzip", raw, size) == read("gzip", raw, 10**6)
