"""Which entry is which: within a document, and from one poll to the next.

Within a document an entry is known by its guid; else its link; else title and date; else its text. The whole document
decides what counts: a guid (or link) that several different entries bear names none of them. Across polls guids churn,
links change scheme and host; what joins an entry to its sighting then is the canonical URL (`ingest.planning`), and
behind it the aliases of the article.
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from ingest.feeds.markup import text_of
from ingest.urls import canonical_url
from storage.model import Entry

MAX_KEY = 2048  # bytes; what is longer is hashed
HASH_VERSION = 1

_SPACED = bytes(code if code > 0x7F or re.match(r"\w", chr(code)) else 0x20 for code in range(256))
_NO_WORD = re.compile(r"[^\x00-\x7f\w]")  # beyond ASCII; that range first is twice as fast
_WEB_ADDRESS = re.compile(r"\b(?:https?://|www\.)\S+")
_COUNTED = ("comments", "views", "likes", "shares", "votes", "score", "points")
_DATED = ("updated", "modified", "refreshed", "generated")


def _begun(*words: str) -> str:
    r"""A pattern like `\b(?:...)` of these words, found by their first letters: in half the time."""
    return "(?:" + "|".join(rf"{word[0]}(?<!\w{word[0]}){word[1:]}" for word in words) + ")"


# What counts or tells the time, and so differs at every poll without any news in it: words that must occur in a (lower
# case) text, and what goes if they do.
CHURN = (
    (
        (
            "comment",
            "view",
            "read",
            "like",
            "share",
            "vote",
            "point",
            "repl",
            "reaction",
            "komment",
            "коммент",
            "просмотр",
        ),
        r"\d(?<!\w\d)[\d.,]*\s*(?:k\b\s*)?(?:comments?|views?|reads?|likes?|shares?|votes?|points?|replies|reactions?"
        r"|commentaires?|kommentare?|комментари\w*|просмотр\w*)\b",
    ),
    (_COUNTED, _begun(*_COUNTED) + r"\s*[:(]\s*\d[\d.,]*\)?"),
    (
        (" ago",),
        r"[a\d](?<!\w[a\d])(?:(?<=a)n?|(?<=\d)\d*)\s+"
        r"(?:seconds?|minutes?|mins?|hours?|hrs?|days?|weeks?)\s+ago\b",
    ),
    (_DATED, _begun(*_DATED) + r"(?:\s+(?:on|at))?\s*:?\s*[^.!?\n]{0,20}\d[^.!?\n]{0,30}"),
)
_CHURN = tuple((words, re.compile(pattern)) for words, pattern in CHURN)


def shorten_key(text: str) -> str:
    """A guid or link as a key: as it is, or its hash where it is longer than 2 KiB."""
    encoded = text.encode("utf-8", "replace")
    return text if len(encoded) <= MAX_KEY else "sha256:" + hashlib.sha256(encoded).hexdigest()


def content_hash(title: str, content: str) -> str:
    """What an entry says, as a versioned hash: the words of title and text, without markup, addresses, dates, counters.

    `content` is safe HTML or plain text. Two entries with one hash say the same; see `same_content`.
    """
    text = f"{title}\n{text_of(content)}".lower()
    if "://" in text or "www." in text:
        text = _WEB_ADDRESS.sub(" ", text)
    for words, pattern in _CHURN:
        if _has_one(text, words):
            text = pattern.sub(" ", text)
    return f"{HASH_VERSION}:{hashlib.blake2b(_words(text), digest_size=16).hexdigest()}"


def _words(text: str) -> bytes:
    r"""The words of a text (`\w+`), with a space between them; by way of bytes, in a third of the time."""
    spaced = text if text.isascii() else _NO_WORD.sub(" ", text)
    return b" ".join(spaced.encode("utf-8", "replace").translate(_SPACED).split())


def _has_one(text: str, words: Iterable[str]) -> bool:
    for word in words:  # noqa: SIM110  several times as fast as `any`, and asked for every entry
        if word in text:
            return True
    return False


def identify(entries: Sequence[Entry]) -> tuple[tuple[Entry, ...], tuple[str | None, ...], tuple[str, ...]]:
    """The entries with their keys, each listed once, their canonical URLs, and what was wrong with their names."""
    urls = [canonical_url(entry.url) if entry.url else None for entry in entries]
    shared_guids = _ambiguous((entry.guid, f"{url} {entry.title}") for entry, url in zip(entries, urls, strict=True))
    shared_urls = _ambiguous((url, entry.title) for entry, url in zip(entries, urls, strict=True))
    listed: dict[str, tuple[Entry, str | None]] = {}
    places: dict[tuple[str, str], str] = {}
    for entry, url in zip(entries, urls, strict=True):
        key = _key(entry, None if entry.guid in shared_guids else entry.guid, None if url in shared_urls else entry.url)
        if url and entry.title:
            key = places.setdefault((url, entry.title), key)  # listed twice, under two guids
        if key not in listed or _is_newer(entry, listed[key][0]):
            listed[key] = replace(entry, key=key), url
    problems = (
        (f"guids that several entries bear do not count: {len(shared_guids)}", shared_guids),
        (f"entries that are listed more than once: {len(entries) - len(listed)}", len(listed) < len(entries)),
    )
    kept, kept_urls = zip(*listed.values(), strict=True) if listed else ((), ())
    return kept, kept_urls, tuple(what for what, happened in problems if happened)


def _ambiguous(names: Iterable[tuple[str | None, str]]) -> set[str]:
    """The names that stand for more than one subject."""
    subjects: defaultdict[str, set[str]] = defaultdict(set)
    for name, subject in names:
        if name:
            subjects[name].add(subject)
    return {name for name, found in subjects.items() if len(found) > 1}


def _key(entry: Entry, guid: str | None, url: str | None) -> str:
    if guid or url:
        return shorten_key(guid or url or "")
    if entry.title and entry.published_at:
        named = f"{entry.title}\n{entry.published_at.isoformat()}"
        return "title:" + hashlib.sha256(named.encode("utf-8", "replace")).hexdigest()
    return "text:" + entry.content_hash


def is_made_up(key: str) -> bool:
    """Whether a key was made of what the entry says, for it bears neither a guid nor a link that counts: then it cannot be
    made again without reading the entry.
    """
    return key.startswith(("title:", "text:"))


def _is_newer(entry: Entry, listed: Entry) -> bool:
    one, other = entry.updated_at or entry.published_at, listed.updated_at or listed.published_at
    return one is not None and other is not None and one > other
