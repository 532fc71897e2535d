"""Writing what feeds listed: sightings, and the entries whose article is still to be had.

A sighting ends each round of work in exactly one final status; its row in `pending` leaves in the same transaction.
"""

from __future__ import annotations

import json
import zlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Connection, Row, bindparam, delete, exists, func, insert, select, text, update
from sqlalchemy.dialects.sqlite import insert as upsert

from storage.articles import PRUNED
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
from storage.schema import alias, feed, format_time, outlet, pending, sighting

T = TypeVar("T")
_PRUNED = Failure(FailureKind.TOO_OLD, "pruned from the archive")
_CHUNK = 400  # names in one IN list: well under SQLite's limit of variables

# Made once: putting a statement together costs more than SQLite's work on it.
_ADD = insert(sighting).returning(sighting.c.id, sort_by_parameter_order=True)
_MORE_ARTICLES = (
    update(feed).where(feed.c.id == bindparam("of_feed")).values(articles=feed.c.articles + bindparam("more"))
)
_MORE_IF_UNLINKED = _MORE_ARTICLES.where(
    exists().where(sighting.c.id == bindparam("of_sighting"), sighting.c.article_id.is_(None))
)
_PUT_PENDING = upsert(pending)
_PUT_PENDING = _PUT_PENDING.on_conflict_do_update(
    index_elements=["sighting_id"], set_={name: _PUT_PENDING.excluded[name] for name in ("due_at", "entry")}
)
_PENDING = (
    select(pending, sighting.c.feed_id, sighting.c.canonical_url, sighting.c.attempts, sighting.c.article_id)
    .add_columns(outlet.c.name.label("outlet"), feed.c.url.label("feed_url"))
    .select_from(pending)
    .join(sighting, sighting.c.id == pending.c.sighting_id)
    .join(feed, feed.c.id == sighting.c.feed_id)
    .join(outlet, outlet.c.id == feed.c.outlet_id)
    .where(pending.c.sighting_id == bindparam("of_sighting"))
)
_FINISH = update(sighting).where(sighting.c.id == bindparam("of_sighting")).values(attempts=sighting.c.attempts + 1)
_NO_LONGER_PENDING = delete(pending).where(pending.c.sighting_id == bindparam("of_sighting"))


def known(
    t: Connection, feed_id: int, *, keys: Iterable[str], canonical_urls: Iterable[str], content_hashes: Iterable[str]
) -> list[KnownEntry]:
    """The sightings of this feed with one of these keys, canonical URLs or content hashes."""
    found: dict[int, KnownEntry] = {}
    wanted = (
        (sighting.c.entry_key, keys),
        (sighting.c.canonical_url, canonical_urls),
        (sighting.c.content_hash, content_hashes),
    )
    for column, values in wanted:
        for names in _chunks(sorted(set(values))):
            query = select(sighting).where(sighting.c.feed_id == feed_id, column.in_(names))
            for row in t.execute(query):
                found[row.id] = _known(row)
    return list(found.values())


def articles_at(t: Connection, canonical_urls: Iterable[str]) -> dict[str, int]:
    """Which of these URLs already name an article."""
    found: dict[str, int] = {}
    for names in _chunks(sorted(set(canonical_urls))):
        query = select(alias.c.value, alias.c.article_id).where(alias.c.scope == 0, alias.c.value.in_(names))
        found.update((row.value, row.article_id) for row in t.execute(query))
    return found


def pruned_at(t: Connection, canonical_urls: Iterable[str]) -> set[str]:
    """Which of these URLs named an article that was removed for its age."""
    found: set[str] = set()
    for names in _chunks(sorted(set(canonical_urls))):
        query = select(alias.c.value).where(alias.c.scope == 0, alias.c.value.in_(names), alias.c.kind == PRUNED)
        found.update(t.execute(query).scalars())
    return found


@dataclass(frozen=True, slots=True)
class Recorded:
    """What one poll's entries came to."""

    pending: tuple[PendingRef, ...] = ()  # entries whose article is now to be had
    linked: int = 0  # new entries of an article that the archive holds already
    refused: tuple[tuple[Entry, Failure], ...] = ()  # new entries that are final at once


def record(t: Connection, feed_id: int, plans: Sequence[PlannedEntry], now: datetime) -> Recorded:
    """Write one poll's entries down. New and changed ones become pending, in the caller's transaction with the ETag."""
    new_urls = [p.canonical_url for p in plans if p.canonical_url and p.novelty is Novelty.NEW]
    linked, pruned = articles_at(t, new_urls), pruned_at(t, new_urls)
    plans = [replace(plan, refused=_PRUNED) if plan.canonical_url in pruned else plan for plan in plans]
    seen_again = [p.known.sighting_id for p in plans if p.known is not None]
    for ids in _chunks(seen_again):
        t.execute(update(sighting).where(sighting.c.id.in_(ids)).values(last_seen_at=now))
    waiting: list[tuple[int, Entry]] = []
    for plan in plans:
        if plan.known is not None and plan.novelty is Novelty.CHANGED:
            waiting.append((_change(t, plan, now), plan.entry))
        elif plan.known is not None:
            _follow(t, plan, plan.known)
    new = [plan for plan in plans if plan.known is None]
    rows = [_new_row(feed_id, plan, linked.get(plan.canonical_url or ""), now) for plan in new]
    numbers = t.execute(_ADD, rows).scalars().all() if rows else ()
    added = zip(numbers, rows, new, strict=True)
    waiting += [(number, plan.entry) for number, row, plan in added if row["status"] is EntryStatus.PENDING]
    _make_pending(t, waiting, now)
    outcomes = Counter(row["status"] for row in rows)
    if linked_now := outcomes[EntryStatus.UNCHANGED]:
        t.execute(_MORE_ARTICLES, {"of_feed": feed_id, "more": linked_now})
    refs = tuple(PendingRef(number, feed_id, entry.url) for number, entry in waiting)
    refused = tuple(
        (plan.entry, plan.refused)
        for row, plan in zip(rows, new, strict=True)
        if row["status"] is EntryStatus.FAILED and plan.refused is not None
    )
    return Recorded(refs, linked_now, refused)


def _new_row(feed_id: int, plan: PlannedEntry, article_id: int | None, now: datetime) -> dict[str, Any]:
    status, failure = EntryStatus.PENDING, plan.refused
    if article_id is not None:
        status, failure = EntryStatus.UNCHANGED, None
    elif failure is not None:
        status = EntryStatus.FAILED
    return {
        "feed_id": feed_id,
        "entry_key": plan.key,
        "article_id": article_id,
        "status": status,
        "kind": failure.kind if failure else None,
        "detail": failure.detail if failure else None,
        "first_seen_at": now,
        "last_seen_at": now,
        "next_attempt_at": now if status is EntryStatus.PENDING else None,
        **_shown(plan),
    }


def _follow(t: Connection, plan: PlannedEntry, known: KnownEntry) -> None:
    """A known entry under another link: the next poll may know it by nothing but that link."""
    if plan.canonical_url is not None and plan.canonical_url != known.canonical_url:
        moved = {"url": plan.entry.url, "canonical_url": plan.canonical_url}
        t.execute(update(sighting).where(sighting.c.id == known.sighting_id).values(**moved))


def _change(t: Connection, plan: PlannedEntry, now: datetime) -> int:
    assert plan.known is not None
    values: dict[str, Any] = {
        "status": EntryStatus.PENDING,
        "kind": None,
        "detail": None,
        "attempts": 0,
        "next_attempt_at": now,
        "changes": sighting.c.changes + 1,
        **_shown(plan),
    }
    t.execute(update(sighting).where(sighting.c.id == plan.known.sighting_id).values(**values))
    return plan.known.sighting_id


def _shown(plan: PlannedEntry) -> dict[str, Any]:
    entry = plan.entry
    return {
        "url": entry.url,
        "canonical_url": plan.canonical_url,
        "title": entry.title,
        "summary": entry.summary,
        "published_at": entry.published_at,
        "content_hash": entry.content_hash,
    }


def _make_pending(t: Connection, waiting: Iterable[tuple[int, Entry]], now: datetime) -> None:
    rows = [{"sighting_id": number, "since": now, "due_at": now, "entry": pack(entry)} for number, entry in waiting]
    if rows:
        t.execute(_PUT_PENDING, rows)


def pending_refs(t: Connection, *, due: datetime | None = None) -> list[PendingRef]:
    """Entries still to be worked off, the longest due first; with `due`, only those whose time has come."""
    query = (
        select(sighting.c.id, sighting.c.feed_id, sighting.c.url)
        .join(pending)
        .order_by(pending.c.due_at, pending.c.sighting_id)
    )
    if due is not None:
        query = query.where(pending.c.due_at <= due)
    return [PendingRef(row.id, row.feed_id, row.url) for row in t.execute(query)]


_DUE = text("""
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
""")


def due_refs(
    t: Connection, now: datetime, *, latest: datetime, without: Iterable[int], under_way: Iterable[int], most: int
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
    return [PendingRef(row.id, row.feed_id, row.url) for row in t.execute(_DUE, values)]


def pending_count(t: Connection) -> int:
    return int(t.execute(select(func.count()).select_from(pending)).scalar_one())


def load_pending(t: Connection, sighting_id: int) -> PendingEntry | None:
    """The whole of a pending entry; None if somebody else has finished it."""
    row = t.execute(_PENDING, {"of_sighting": sighting_id}).first()
    return None if row is None else _pending(row)


def finish(
    t: Connection,
    entry: PendingEntry,
    status: EntryStatus,
    *,
    article_id: int | None = None,
    failure: Failure | None = None,
) -> None:
    """Give an entry its final status. `article_id` links the sighting; None leaves the link as it is."""
    values: dict[str, Any] = {
        "status": status,
        "kind": failure.kind if failure else None,
        "detail": failure.detail if failure else None,
        "next_attempt_at": None,
    }
    which = {"of_sighting": entry.sighting_id}
    if article_id is not None:
        values["article_id"] = article_id
        t.execute(_MORE_IF_UNLINKED, {"of_feed": entry.feed_id, "more": 1, **which})
    t.execute(_FINISH, which | values)
    t.execute(_NO_LONGER_PENDING, which)


def postpone(t: Connection, entry: PendingEntry, failure: Failure, until: datetime, *, counts: bool) -> None:
    """Try again at `until`. `counts` is false for a pause of the host, which is no attempt."""
    values: dict[str, Any] = {"kind": failure.kind, "detail": failure.detail, "next_attempt_at": until}
    if counts:
        values["attempts"] = sighting.c.attempts + 1
    t.execute(update(sighting).where(sighting.c.id == entry.sighting_id).values(**values))
    t.execute(update(pending).where(pending.c.sighting_id == entry.sighting_id).values(due_at=until))


def _known(row: Row[Any]) -> KnownEntry:
    return KnownEntry(
        row.id,
        row.entry_key,
        row.canonical_url,
        row.content_hash,
        row.changes,
        EntryStatus(row.status),
        row.article_id,
    )


def _pending(row: Row[Any]) -> PendingEntry:
    return PendingEntry(
        sighting_id=row.sighting_id,
        feed_id=row.feed_id,
        feed_url=row.feed_url,
        outlet=row.outlet,
        entry=unpack(row.entry),
        canonical_url=row.canonical_url,
        attempts=row.attempts,
        since=row.since,
        article_id=row.article_id,
    )


def pack(entry: Entry) -> bytes:
    def plain(value: object) -> str:
        assert isinstance(value, datetime)
        return format_time(value)

    return zlib.compress(json.dumps(asdict(entry), ensure_ascii=False, default=plain).encode(), 1)


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


def _chunks(values: Sequence[T]) -> Iterable[Sequence[T]]:
    return (values[start : start + _CHUNK] for start in range(0, len(values), _CHUNK))
