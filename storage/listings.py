"""What a feed's document listed when it was read last: which sighting an entry is, by a digest of its markup.

A document that has changed lists mostly what it listed before, word for word. Such an entry need not be read again: what
comparing it takes is in its sighting. Digests are numbers of 64 bits that `ingest.feeds.recall` makes.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping

from storage.model import Entry
from storage.times import parse_if_given
from storage.transaction import Transaction

_PAIR = struct.Struct("<QQ")  # digest, number of the sighting
_SIGHTINGS = """
    SELECT id, entry_key, url, title, published_at, content_hash FROM sighting
    WHERE id IN (SELECT value FROM json_each(?)) AND feed_id = ?
"""
_PUT = "INSERT OR REPLACE INTO listing (feed_id, entries) VALUES (?, ?)"
_FORGET = "DELETE FROM listing WHERE feed_id = ?"


def recall(t: Transaction, feed_id: int) -> dict[int, Entry]:
    """The entries that the last document listed, by digest, as their sightings have them: with neither text nor people."""
    packed = t.value("SELECT entries FROM listing WHERE feed_id = ?", (feed_id,)) or b""
    listed = {number: digest for digest, number in _PAIR.iter_unpack(packed)}
    rows = t.run(_SIGHTINGS, (json.dumps([*listed]), feed_id)) if listed else ()
    return {
        listed[number]: Entry(
            key,
            url,
            title,
            published_at=parse_if_given(published_at),
            content_hash=content_hash,
            guid=key,
        )
        for number, key, url, title, published_at, content_hash in rows
    }


def remember(t: Transaction, feed_id: int, listed: Mapping[int, int]) -> None:
    """Keep what a document listed, digest -> number of the sighting, in place of what the one before did."""
    if listed:
        t.run(_PUT, (feed_id, b"".join([_PAIR.pack(*pair) for pair in listed.items()])))
    else:
        t.run(_FORGET, (feed_id,))
