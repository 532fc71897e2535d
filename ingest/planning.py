"""Which entries of a poll are new, which have changed, which are known. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from ingest.feeds import same_content
from ingest.urls import canonical_url
from storage.model import Entry, Failure, FailureKind, KnownEntry, Novelty, PlannedEntry

MAX_CHANGES = 24  # recorded of one entry: a content that flips at every poll is no news


def plan(
    entries: Sequence[Entry], known: Iterable[KnownEntry], *, not_before: datetime | None = None
) -> list[PlannedEntry]:
    """Compare a feed's entries with its sightings.

    `known`: the sightings of this feed that bear a key or a canonical URL of `entries`. `not_before`, at a feed's first
    poll: older entries become sightings whose page is not fetched.
    """
    by_key = {entry.key: entry for entry in known}
    by_url = {entry.canonical_url: entry for entry in by_key.values() if entry.canonical_url}
    plans: dict[str, PlannedEntry] = {}
    for entry in entries:
        url = canonical_url(entry.url) if entry.url else None
        found = _find(entry.key, url, by_key, by_url)
        key = found.key if found else _key(entry.key, url, by_key)
        planned = PlannedEntry(entry, key, url, _novelty(entry, found), found, _refused(entry, not_before))
        plans.setdefault(key, planned)
    return list(plans.values())


def _find(key: str, url: str | None, by_key: dict[str, KnownEntry], by_url: dict[str, KnownEntry]) -> KnownEntry | None:
    """The sighting of the same key, unless that names another link; else the one of the same link: guids may churn."""
    found = by_key.get(key)
    if found is not None and (url is None or found.canonical_url in (None, url)):
        return found
    return by_url.get(url) if url else None


def _key(key: str, url: str | None, by_key: dict[str, KnownEntry]) -> str:
    """A key that already stands for another link is told apart by the link."""
    return f"{key} {url}" if key in by_key and url else key


def _novelty(entry: Entry, found: KnownEntry | None) -> Novelty:
    if found is None:
        return Novelty.NEW
    changed = not same_content(entry.content_hash, found.content_hash) and found.changes < MAX_CHANGES
    return Novelty.CHANGED if changed else Novelty.KNOWN


def _refused(entry: Entry, not_before: datetime | None) -> Failure | None:
    if entry.url is None and not (entry.content_html or entry.summary):
        return Failure(FailureKind.NO_LINK, "the entry has neither a link nor a text")
    if not_before is not None and entry.published_at is not None and entry.published_at < not_before:
        return Failure(FailureKind.TOO_OLD, "older than polling.max_age at the feed's first poll")
    return None
