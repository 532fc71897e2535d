"""Which entries of a poll are new, which have changed, which are known. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from ingest.feeds.sightings import Sightings, same_content
from ingest.urls import canonical_url
from storage.model import Entry, Failure, FailureKind, KnownEntry, Novelty, PlannedEntry

MAX_CHANGES = 24  # recorded of one entry: a content that flips at every poll is no news

_NO_LINK = Failure(FailureKind.NO_LINK, "the entry has neither a link nor a text")
_TOO_OLD = Failure(FailureKind.TOO_OLD, "older than polling.max_age at the feed's first poll")


def plan(
    entries: Sequence[Entry],
    known: Iterable[KnownEntry],
    *,
    urls: Sequence[str | None] | None = None,
    not_before: datetime | None = None,
) -> list[PlannedEntry]:
    """Compare a feed's entries with its sightings.

    `known`: the sightings of this feed that bear a key, a canonical URL or a content hash of `entries`. `urls`: their
    own canonical URLs, where they are known already. `not_before`, at a feed's first poll: older entries become
    sightings whose page is not fetched.
    """
    urls = _canonical_urls(entries) if urls is None else urls
    sightings = Sightings(known, urls)
    plans: dict[str, PlannedEntry] = {}
    for entry, url in zip(entries, urls, strict=True):
        found = sightings.find(entry, url)
        key = found.key if found else sightings.new_key(entry, url)
        planned = PlannedEntry(entry, key, url, _novelty(entry, found), found, _refused(entry, not_before))
        plans.setdefault(key, planned)
    return list(plans.values())


def _canonical_urls(entries: Iterable[Entry]) -> list[str | None]:
    """The canonical URL of each entry that has a link."""
    return [canonical_url(entry.url) if entry.url else None for entry in entries]


def _novelty(entry: Entry, found: KnownEntry | None) -> Novelty:
    if found is None:
        return Novelty.NEW
    changed = not same_content(entry.content_hash, found.content_hash) and found.changes < MAX_CHANGES
    return Novelty.CHANGED if changed else Novelty.KNOWN


def _refused(entry: Entry, not_before: datetime | None) -> Failure | None:
    if entry.url is None and not (entry.content_html or entry.summary):
        return _NO_LINK
    if not_before is not None and entry.published_at is not None and entry.published_at < not_before:
        return _TOO_OLD
    return None
