"""Small inputs that become two gigabytes, built without ever holding them."""

from __future__ import annotations

import gzip
import struct
import zlib
from functools import cache

SIZE = 2 << 30
_BLOCK = 1 << 24


@cache
def gzip_bomb() -> bytes:
    """About 2 MiB. A full flush resets the compressor, so one compressed block can be repeated."""
    zeros = bytes(_BLOCK)
    deflate = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    block = deflate.compress(zeros) + deflate.flush(zlib.Z_FULL_FLUSH)
    checksum = 0
    for _ in range(SIZE // _BLOCK):
        checksum = zlib.crc32(zeros, checksum)
    header = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff"
    return header + block * (SIZE // _BLOCK) + deflate.flush() + struct.pack("<II", checksum, SIZE & 0xFFFFFFFF)


@cache
def gzip_in_gzip() -> bytes:
    """About 3 KiB; the inner stream is the bomb above."""
    return gzip.compress(gzip_bomb(), 9)


@cache
def zstd_bomb() -> bytes:
    """64 KiB: a frame of blocks that repeat one byte 128 KiB times (RFC 8878, 3.1.1.2)."""
    magic_and_window = b"\x28\xb5\x2f\xfd" + b"\x00" + bytes([7 << 3])  # a window of 128 KiB, no content size
    size, run = 128 << 10, 1
    blocks = SIZE // size
    block = struct.pack("<I", size << 3 | run << 1)[:3] + b"0"
    last = struct.pack("<I", size << 3 | run << 1 | 1)[:3] + b"0"
    return magic_and_window + block * (blocks - 1) + last


@cache
def brotli_bomb() -> bytes:
    """1.8 KiB: one metablock of 16 MiB of zeros (RFC 7932), as the reference encoder writes it, repeated."""
    first = bytes.fromhex("cfffff7f002400e2b14072efff0d")
    further = bytes.fromhex("fcffff074002200e0b40f7fedf00")
    return first + further * (SIZE // _BLOCK - 1) + b"\x03"
