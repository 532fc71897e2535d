"""Which sighting of an earlier poll an entry is, whatever has changed about it. Pure: the archive's part is passed in.

In this order: the same key with the same link (or one of them has none); the same link; the same key under another
link that looks like the same article renamed; the same words where neither has a link, or where only the host is
another one. The last two hold only if the document no longer lists the old link, for then both exist.

What this cannot decide, the article's aliases do (final and declared canonical address). Not joined on purpose: a guid
that names one story today and another tomorrow, and a headline that returns every day (`Weather`) under a new link.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from urllib.parse import urlsplit

from storage.model import Entry, KnownEntry

_NUMBER = re.compile(r"\d{5,}")  # of an article rather than a date or a page
_DATED_FOLDER = re.compile(r"/(?:19|20)\d\d[/-]?(?:0?[1-9]|1[0-2])\b")
_WORD = re.compile(r"[^\W\d_]{3,}")
SAME_WORDS = 1 / 3  # of two slugs' words together


class Sightings:
    """The sightings of one feed that may be meant by a document: those that bear a key, link or content hash of it."""

    def __init__(self, known: Iterable[KnownEntry], listed_urls: Iterable[str | None]) -> None:
        """`listed_urls`: the canonical URLs of all entries of the document at hand."""
        self._by_key = {sighting.key: sighting for sighting in known}
        sightings = self._by_key.values()
        self._by_url = {sighting.canonical_url: sighting for sighting in sightings if sighting.canonical_url}
        self._by_hash: defaultdict[str, list[KnownEntry]] = defaultdict(list)
        for sighting in sightings:
            self._by_hash[sighting.content_hash].append(sighting)
        self._listed = set(listed_urls)

    def find(self, entry: Entry, url: str | None) -> KnownEntry | None:
        """The sighting that `entry`, of canonical URL `url`, is; None if it was never seen."""
        same_key = self._by_key.get(entry.key)
        if same_key is not None and (url is None or same_key.canonical_url in (None, url)):
            return same_key
        if url is not None and url in self._by_url:
            return self._by_url[url]
        if same_key is not None and self._is_gone(same_key) and is_renamed(same_key.canonical_url, url):
            return same_key
        same_words = (sighting for sighting in self._by_hash.get(entry.content_hash, ()) if self._is_gone(sighting))
        return next((sighting for sighting in same_words if is_moved(sighting.canonical_url, url)), None)

    def new_key(self, entry: Entry, url: str | None) -> str:
        """The key of an entry that was never seen: its own, told apart where a sighting of another link has it."""
        return f"{entry.key} {url}" if entry.key in self._by_key and url else entry.key

    def _is_gone(self, sighting: KnownEntry) -> bool:
        return sighting.canonical_url is None or sighting.canonical_url not in self._listed


def same_content(one: str, other: str) -> bool:
    """Whether two content hashes tell of no change: they are equal, or of versions that cannot be compared."""
    return one == other or one.partition(":")[0] != other.partition(":")[0]


def is_renamed(old: str | None, new: str | None) -> bool:
    """Whether two canonical URLs under one guid look like one article whose address follows its headline.

    >>> is_renamed("https://e.com/news/12345/old-words", "https://e.com/news/12345/new-headline")
    True
    >>> is_renamed("https://e.com/news/steel-mill-closes", "https://e.com/news/minister-resigns")
    False
    """
    if old is None or new is None:
        return False
    if is_moved(old, new):
        return True
    one, two = urlsplit(old).path, urlsplit(new).path
    if set(_NUMBER.findall(old)) & set(_NUMBER.findall(new)):
        return True
    folder, other_folder = one.rpartition("/")[0], two.rpartition("/")[0]
    if folder == other_folder and _DATED_FOLDER.search(folder):
        return True
    words, others = set(_WORD.findall(one.rpartition("/")[2])), set(_WORD.findall(two.rpartition("/")[2]))
    return bool(words) and len(words & others) > SAME_WORDS * len(words | others)


def is_moved(old: str | None, new: str | None) -> bool:
    """Whether two canonical URLs differ in nothing but the host; two missing ones do not differ.

    >>> is_moved("https://old.example/a?b=1", "https://new.example/a?b=1")
    True
    """
    if old is None or new is None:
        return old is new
    one, two = urlsplit(old), urlsplit(new)
    return one.path != "/" and (one.path, one.query) == (two.path, two.query)
