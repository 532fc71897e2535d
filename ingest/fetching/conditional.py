"""Validators by the book (RFC 9110, 8.8 and 13.1): opaque, replayed to the letter, to the URL that gave them alone."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from storage.model import Validators

_LONGEST: Final = 1_000  # characters of a validator; a longer one is not kept, so the next poll is unconditional
_SENDABLE: Final = re.compile(r"[\t\x20-\x7e\x80-\xff]+")  # what can stand in a header; the archive may hold anything


def conditions(validators: Validators | None, requested: str, asked: str) -> tuple[tuple[bytes, bytes], ...]:
    """The headers for one hop to `asked` of a fetch of `requested`.

    Validators that do not say which URL gave them belong to the requested one.
    """
    if validators is None or (validators.url or requested) != asked:
        return ()
    pairs = ((b"If-None-Match", validators.etag), (b"If-Modified-Since", validators.last_modified))
    return tuple((name, value.encode("latin-1")) for name, value in pairs if value and _SENDABLE.fullmatch(value))


def validators_of(headers: Mapping[str, str], url: str, now: datetime) -> Validators:
    """Of a full answer: exactly what it carries. One that the server stopped sending is dropped."""
    return Validators(_kept(headers.get("etag")), _kept(headers.get("last-modified")), full_answer_at=now, url=url)


def refreshed(sent: Validators, headers: Mapping[str, str], url: str, now: datetime) -> Validators:
    """After a 304: each is replaced by the one the server sent; it need not repeat them (RFC 9110, 15.4.5).

    Where it is not known when they came, their 8 days begin now.
    """
    return Validators(
        _kept(headers.get("etag")) or sent.etag,
        _kept(headers.get("last-modified")) or sent.last_modified,
        full_answer_at=sent.full_answer_at or now,
        url=url,
    )


def _kept(value: str | None) -> str | None:
    return value if value and len(value) <= _LONGEST else None
