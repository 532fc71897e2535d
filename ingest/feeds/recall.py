"""Entries that are recognized by their markup: what was read before, and is the same once mended, is not read again.

A document that has changed brings one or two new entries among twenty-five, and reading an entry costs most of what a
poll does. What a piece of markup says depends on what stands around it as well (language, namespaces, the address it
came from), so its digest covers that too; but not the feed's own times, nor the list of its entries that RSS 1.0 has there,
which change with every entry.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from hashlib import blake2b
from typing import TypeVar

from ingest.feeds.model import RawEntry
from storage.model import Entry

READING = 1  # raised when entries are read so differently that those of the last polls should be read again

_TIME = re.compile(
    r"(<(?:[\w.-]+:)?(?:lastBuildDate|pubDate|published|updated|modified|date|updateBase)\b[^<>]*>(?:<!\[CDATA\[)?)"
    r"[^<>\]]*",
    re.IGNORECASE,
)
_LISTED = re.compile(r"<rdf:li\b[^<>]*>\s*(?:</rdf:li>\s*)?")  # RSS 1.0 lists its entries there as well

Source = TypeVar("Source")


class ReadWhole(Exception):
    """What was left out of a document matters to the rest of it: read all of it."""


class Recall:
    """What is known of one document: digests of entries, and the entries."""

    def __init__(self, known: Mapping[int, Entry], *, url: str, timezone: str | None) -> None:
        self.known = known
        self._about = f"{READING}\0{url}\0{timezone}"

    def digests(self, outline: str, entries: Iterable[str]) -> tuple[int, ...]:
        """The digest of each entry's markup within this document; `outline` is what stands around all of them."""
        about = "\0".join((self._about, _LISTED.sub("", _TIME.sub(r"\1", outline)), ""))
        begun = blake2b(about.encode("utf-8", "replace"), digest_size=8)
        return tuple([_digest(begun.copy(), entry) for entry in entries])

    def unread(self, digests: Sequence[int], entries: Sequence[Source]) -> Sequence[Source]:
        """The entries that are not known. Without digests: all."""
        if self.known.keys().isdisjoint(digests):
            return entries
        return [entry for digest, entry in zip(digests, entries, strict=True) if digest not in self.known]

    def filled(self, digests: Sequence[int], read: Iterable[RawEntry]) -> tuple[RawEntry | Entry, ...]:
        """All entries in their order: the known ones as they are known, and between them those that were read."""
        rest = iter(read)
        known = (self.known.get(digest) for digest in digests)
        return (*(entry or next(rest) for entry in known), *rest)


def _digest(begun: blake2b, entry: str) -> int:
    begun.update(entry.encode("utf-8", "replace"))
    return int.from_bytes(begun.digest(), "big")
