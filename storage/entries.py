"""Writing what feeds listed: sightings, and the entries whose article is still to be had.

A sighting ends each round of work in exactly one final status; its row in `pending` leaves in the same transaction.
"""

from __future__ import annotations

import json
import zlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from storage.model import (
    DateEvidence,
    Enclosure,
    Entry,
    EntryStatus,
    Failure,
    FailureKind,
    KnownEntry,
    Novelty,
    PendingEntry,
    PendingRef,
    PlannedEntry,
)
from storage.times import format_if_given, format_time, parse_time
from storage.transaction import Transaction

PRUNED = "pruned"  # the kind of an alias that `storage.pruning` left behind
_PRUNED = Failure(FailureKind.TOO_OLD, "pruned from the archive")

_KNOWN = """
    SELECT id, entry_key, canonical_url, content_hash, changes, status, article_id FROM sighting WHERE id IN (
        SELECT id FROM sighting WHERE feed_id = :feed AND entry_key IN (SELECT value FROM json_each(:keys))
        UNION SELECT id FROM sighting WHERE feed_id = :feed AND canonical_url IN (SELECT value FROM json_each(:urls))
        UNION SELECT id FROM sighting WHERE feed_id = :feed AND content_hash IN (SELECT value FROM json_each(:hashes)))
"""
_NAMED = """
    SELECT value, article_id, kind FROM alias WHERE scope = 0 AND value IN (SELECT value FROM json_each(?))
"""
_ADD = """
    INSERT INTO sighting (id, feed_id, entry_key, article_id, status, kind, detail, first_seen_at, last_seen_at,
        next_attempt_at, url, canonical_url, title, summary, published_at, content_hash)
    VALUES (:id, :feed_id, :entry_key, :article_id, :status, :kind, :detail, :now, :now,
        :next_attempt_at, :url, :canonical_url, :title, :summary, :published_at, :content_hash)
"""
_SEEN_AGAIN = "UPDATE sighting SET last_seen_at = ? WHERE id IN (SELECT value FROM json_each(?))"
_MOVED = "UPDATE sighting SET url = :url, canonical_url = :canonical_url WHERE id = :id"
_CHANGED = """
    UPDATE sighting SET status = 'pending', kind = NULL, detail = NULL, attempts = 0, next_attempt_at = :now,
        changes = changes + 1, url = :url, canonical_url = :canonical_url, title = :title, summary = :summary,
        published_at = :published_at, content_hash = :content_hash
    WHERE id = :id
"""
_PUT_PENDING = """
    INSERT INTO pending (sighting_id, since, due_at, entry) VALUES (?, ?, ?, ?)
    ON CONFLICT (sighting_id) DO UPDATE SET due_at = excluded.due_at, entry = excluded.entry
"""
_MORE_ARTICLES = "UPDATE feed SET articles = articles + :more WHERE id = :of_feed"
_MORE_IF_UNLINKED = f"""{_MORE_ARTICLES}
    AND EXISTS (SELECT 1 FROM sighting WHERE id = :of_sighting AND article_id IS NULL)
"""

_PENDING = """
    SELECT pending.sighting_id, sighting.feed_id, feed.url, outlet.name, pending.entry, sighting.canonical_url,
        sighting.attempts, pending.since, sighting.article_id
    FROM pending JOIN sighting ON sighting.id = pending.sighting_id JOIN feed ON feed.id = sighting.feed_id
    JOIN outlet ON outlet.id = feed.outlet_id
    WHERE pending.sighting_id = ?
"""
_FINISH = """
    UPDATE sighting SET status = :status, kind = :kind, detail = :detail, next_attempt_at = NULL,
        article_id = coalesce(:article_id, article_id), attempts = attempts + 1
    WHERE id = :of_sighting
"""
_POSTPONE = "UPDATE sighting SET kind = ?, detail = ?, next_attempt_at = ?, attempts = attempts + ? WHERE id = ?"
_CHANGED_SINCE = "SELECT content_hash IS NOT ? FROM sighting WHERE id = ?"
_LINK = "UPDATE sighting SET article_id = coalesce(?, article_id) WHERE id = ?"
_NO_LONGER_PENDING = "DELETE FROM pending WHERE sighting_id = ?"


def known(
    t: Transaction, feed_id: int, *, keys: Iterable[str], canonical_urls: Iterable[str], content_hashes: Iterable[str]
) -> list[KnownEntry]:
    """The sightings of this feed with one of these keys, canonical URLs or content hashes."""
    names = {"keys": _json(keys), "urls": _json(canonical_urls), "hashes": _json(content_hashes)}
    return [
        KnownEntry(number, key, url, content, changes, EntryStatus(status), article_id)
        for number, key, url, content, changes, status, article_id in t.run(_KNOWN, {"feed": feed_id, **names})
    ]


def articles_at(t: Transaction, canonical_urls: Iterable[str]) -> dict[str, int]:
    """Which of these URLs already name an article."""
    return {url: article_id for url, article_id, _ in t.run(_NAMED, (_json(canonical_urls),))}


@dataclass(frozen=True, slots=True)
class Recorded:
    """What one poll's entries came to."""

    pending: tuple[PendingRef, ...] = ()  # entries whose article is now to be had
    sightings: Mapping[str, int] = field(default_factory=dict)  # the number of each entry's, by the key of its plan
    linked: int = 0  # new entries of an article that the archive holds already
    refused: tuple[tuple[Entry, Failure], ...] = ()  # new entries that are final at once


def record(t: Transaction, feed_id: int, plans: Sequence[PlannedEntry], now: datetime) -> Recorded:
    """Write one poll's entries down. New and changed ones become pending, in the caller's transaction with the ETag."""
    new_urls = [p.canonical_url for p in plans if p.canonical_url and p.novelty is Novelty.NEW]
    named = t.run(_NAMED, (_json(new_urls),)).fetchall() if new_urls else []
    linked = {url: article_id for url, article_id, _ in named}
    pruned = {url for url, _, kind in named if kind == PRUNED}
    plans = [replace(plan, refused=_PRUNED) if plan.canonical_url in pruned else plan for plan in plans]
    sightings = {p.key: p.known.sighting_id for p in plans if p.known is not None}
    if sightings:
        t.run(_SEEN_AGAIN, (format_time(now), json.dumps([*sightings.values()])))
    waiting: list[tuple[int, Entry]] = []
    for plan in plans:
        if plan.known is not None and plan.novelty is Novelty.CHANGED:
            t.run(_CHANGED, {"id": plan.known.sighting_id, "now": format_time(now), **_shown(plan)})
            waiting.append((plan.known.sighting_id, plan.entry))
        elif plan.known is not None:
            _follow(t, plan, plan.known)
    new = [plan for plan in plans if plan.known is None]
    first = t.value("SELECT coalesce(max(id), 0) + 1 FROM sighting") if new else 0  # nobody else writes now
    rows = [
        _new_row(number, feed_id, plan, linked.get(plan.canonical_url or ""), now)
        for number, plan in enumerate(new, first)
    ]
    t.run_many(_ADD, rows)
    sightings |= {row["entry_key"]: row["id"] for row in rows}
    added = zip(rows, new, strict=True)
    waiting += [(row["id"], plan.entry) for row, plan in added if row["status"] == EntryStatus.PENDING]
    _make_pending(t, waiting, now)
    outcomes = Counter(row["status"] for row in rows)
    if linked_now := outcomes[EntryStatus.UNCHANGED]:
        t.run(_MORE_ARTICLES, {"of_feed": feed_id, "more": linked_now})
    refs = tuple(PendingRef(number, feed_id, entry.url) for number, entry in waiting)
    refused = tuple(
        (plan.entry, plan.refused)
        for row, plan in zip(rows, new, strict=True)
        if row["status"] == EntryStatus.FAILED and plan.refused is not None
    )
    return Recorded(refs, sightings, linked_now, refused)


def _new_row(number: int, feed_id: int, plan: PlannedEntry, article_id: int | None, now: datetime) -> dict[str, Any]:
    status, failure = EntryStatus.PENDING, plan.refused
    if article_id is not None:
        status, failure = EntryStatus.UNCHANGED, None
    elif failure is not None:
        status = EntryStatus.FAILED
    return {
        "id": number,
        "feed_id": feed_id,
        "entry_key": plan.key,
        "article_id": article_id,
        "status": status.value,
        "kind": failure.kind.value if failure else None,
        "detail": failure.detail if failure else None,
        "now": format_time(now),
        "next_attempt_at": format_time(now) if status is EntryStatus.PENDING else None,
        **_shown(plan),
    }


def _follow(t: Transaction, plan: PlannedEntry, known: KnownEntry) -> None:
    """A known entry under another link: the next poll may know it by nothing but that link."""
    if plan.canonical_url is not None and plan.canonical_url != known.canonical_url:
        moved = {"url": plan.entry.url, "canonical_url": plan.canonical_url, "id": known.sighting_id}
        t.run(_MOVED, moved)


def _shown(plan: PlannedEntry) -> dict[str, Any]:
    entry = plan.entry
    return {
        "url": entry.url,
        "canonical_url": plan.canonical_url,
        "title": entry.title,
        "summary": entry.summary,
        "published_at": format_if_given(entry.published_at),
        "content_hash": entry.content_hash,
    }


def _make_pending(t: Transaction, waiting: Iterable[tuple[int, Entry]], now: datetime) -> None:
    at = format_time(now)
    t.run_many(_PUT_PENDING, [(number, at, at, pack(entry)) for number, entry in waiting])


def pending_refs(t: Transaction, *, due: datetime | None = None) -> list[PendingRef]:
    """Entries still to be worked off, the longest due first; with `due`, only those whose time has come."""
    until = "" if due is None else "WHERE pending.due_at <= :due"
    statement = f"""
        SELECT sighting.id, sighting.feed_id, sighting.url FROM pending JOIN sighting ON sighting.id = pending.sighting_id
        {until} ORDER BY pending.due_at, pending.sighting_id
    """
    return [PendingRef(*row) for row in t.run(statement, {"due": format_if_given(due)})]


_DUE = """
    SELECT sighting.id, sighting.feed_id, sighting.url FROM (
        SELECT sighting_id, due_at FROM pending WHERE due_at <= :now
        UNION ALL SELECT sighting_id, due_at FROM pending WHERE due_at > :latest
    ) AS due
    CROSS JOIN sighting ON sighting.id = due.sighting_id
    CROSS JOIN feed ON feed.id = sighting.feed_id
    WHERE feed.status <> 'removed'
    AND sighting.id NOT IN (SELECT value FROM json_each(:under_way))
    AND feed.id NOT IN (SELECT value FROM json_each(:without))
    LIMIT :most
"""


def due_refs(
    t: Transaction, now: datetime, *, latest: datetime, without: Iterable[int], under_way: Iterable[int], most: int
) -> list[PendingRef]:
    """Up to `most` entries whose time has come, but not those `under_way`, nor any of the feeds `without`.

    A due time after `latest` is no due time but the trace of a wrong clock.
    """
    values = {
        "now": format_time(now),
        "latest": format_time(latest),
        "without": json.dumps([*without]),
        "under_way": json.dumps([*under_way]),
        "most": most,
    }
    return [PendingRef(*row) for row in t.run(_DUE, values)]


def pending_count(t: Transaction) -> int:
    return int(t.value("SELECT count(*) FROM pending"))


def load_pending(t: Transaction, sighting_id: int) -> PendingEntry | None:
    """The whole of a pending entry; None if somebody else has finished it."""
    row = t.run(_PENDING, (sighting_id,)).fetchone()
    if row is None:
        return None
    number, feed_id, feed_url, outlet, packed, canonical_url, attempts, since, article_id = row
    return PendingEntry(
        sighting_id=number,
        feed_id=feed_id,
        feed_url=feed_url,
        outlet=outlet,
        entry=unpack(packed),
        canonical_url=canonical_url,
        attempts=attempts,
        since=parse_time(since),
        article_id=article_id,
    )


def finish(
    t: Transaction,
    entry: PendingEntry,
    status: EntryStatus,
    *,
    article_id: int | None = None,
    failure: Failure | None = None,
) -> None:
    """Give an entry its final status. `article_id` links the sighting; None leaves the link as it is.

    An entry that its feed has changed since it was loaded stays pending: what it says now is still to be had.
    """
    values = {
        "of_sighting": entry.sighting_id,
        "status": status.value,
        "kind": failure.kind.value if failure else None,
        "detail": failure.detail if failure else None,
        "article_id": article_id,
    }
    if article_id is not None:
        which = {"of_feed": entry.feed_id, "of_sighting": entry.sighting_id, "more": 1}
        t.run(_MORE_IF_UNLINKED, which)
    if t.value(_CHANGED_SINCE, (entry.entry.content_hash, entry.sighting_id)):
        t.run(_LINK, (article_id, entry.sighting_id))
        return
    t.run(_FINISH, values)
    t.run(_NO_LONGER_PENDING, (entry.sighting_id,))


def postpone(t: Transaction, entry: PendingEntry, failure: Failure, until: datetime, *, counts: bool) -> None:
    """Try again at `until`. `counts` is false for a pause of the host, which is no attempt."""
    at = format_time(until)
    values = (failure.kind.value, failure.detail, at, int(counts), entry.sighting_id)
    t.run(_POSTPONE, values)
    t.run("UPDATE pending SET due_at = ? WHERE sighting_id = ?", (at, entry.sighting_id))


def pack(entry: Entry) -> bytes:
    values = {name: getattr(entry, name) for name in Entry.__slots__}
    return zlib.compress(_written(values).encode(), 1)


def _plain(value: object) -> object:
    """What JSON does not know: times, and the values within an entry."""
    if isinstance(value, datetime):
        return format_time(value)
    assert isinstance(value, DateEvidence | Enclosure)
    return {name: getattr(value, name) for name in value.__slots__}  # flat: `asdict` would look into each value


_written = json.JSONEncoder(ensure_ascii=False, default=_plain).encode  # `json.dumps` would make one each time


def unpack(packed: bytes) -> Entry:
    values = json.loads(zlib.decompress(packed))
    for name in ("published_at", "updated_at"):
        values[name] = datetime.fromisoformat(values[name]) if values[name] else None
    for name in ("published_evidence", "updated_evidence"):
        if values[name]:
            values[name] = DateEvidence(**{**values[name], "flags": tuple(values[name]["flags"])})
    values["enclosures"] = tuple(Enclosure(**item) for item in values["enclosures"])
    for name in ("authors", "categories"):
        values[name] = tuple(values[name])
    return Entry(**values)


def _json(names: Iterable[str]) -> str:
    """Names for `json_each`: a list of any length in one value."""
    return json.dumps([*names])
