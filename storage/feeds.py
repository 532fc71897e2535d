"""Writing what polling must remember: outlets, feeds, polls, hosts.

Functions take the connection of an open transaction (`with archive.transaction() as t: …`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, CursorResult, Row, delete, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from storage.model import (
    Failure,
    FailureKind,
    FeedState,
    FeedStatus,
    HostState,
    MoveEvidence,
    Outlet,
    PollOutcome,
    RobotsFile,
    Validators,
)
from storage.schema import feed, host, outlet, poll, robots


@dataclass(frozen=True, slots=True)
class PollRecord:
    """One attempt at one feed: what came back and what was decided."""

    feed_id: int
    at: datetime
    outcome: PollOutcome
    reason: str
    http_status: int | None = None
    bytes: int = 0
    seconds: float = 0.0
    entries: int = 0
    new: int = 0
    next_poll_at: datetime | None = None


def sync(t: Connection, outlets: Mapping[Outlet, Iterable[str]]) -> None:
    """Make the archive's outlets and feeds those of the configuration. What is no longer named keeps its articles."""
    known = {row.url: row for row in t.execute(select(feed.c.id, feed.c.url, feed.c.outlet_id, feed.c.status))}
    named: set[str] = set()
    for entry, urls in outlets.items():
        outlet_id = keep_outlet(t, entry)
        for url in urls:
            named.add(url)
            _keep_feed(t, outlet_id, url, known.get(url))
    for url, row in known.items():
        if url not in named and row.status != FeedStatus.REMOVED:
            t.execute(update(feed).where(feed.c.id == row.id).values(status=FeedStatus.REMOVED))


def keep_outlet(t: Connection, entry: Outlet) -> int:
    """The id of the outlet, made or brought up to date. A former name is renamed, articles and all."""
    columns = {"title": entry.title, "home": entry.home, "language": entry.language}
    names = (entry.name, *entry.formerly)
    rows = {row.name: row for row in t.execute(select(outlet).where(outlet.c.name.in_(names)))}
    found = next((rows[name] for name in names if name in rows), None)
    if found is None:
        return _new_id(t.execute(insert(outlet).values(name=entry.name, **columns)))
    columns["name"] = entry.name
    if any(getattr(found, name) != value for name, value in columns.items()):
        t.execute(update(outlet).where(outlet.c.id == found.id).values(**columns))
    return int(found.id)


def ensure_outlet(t: Connection, name: str) -> None:
    """Make an outlet of this name if there is none; one that is configured stays as it is."""
    t.execute(upsert(outlet).values(name=name, title=name).on_conflict_do_nothing())


def _keep_feed(t: Connection, outlet_id: int, url: str, found: Any) -> None:
    if found is None:
        t.execute(insert(feed).values(outlet_id=outlet_id, url=url))
    elif found.status == FeedStatus.REMOVED or found.outlet_id != outlet_id:
        status = FeedStatus.OK if found.status == FeedStatus.REMOVED else found.status
        t.execute(update(feed).where(feed.c.id == found.id).values(outlet_id=outlet_id, status=status))


def _new_id(result: CursorResult[Any]) -> int:
    key = result.inserted_primary_key
    assert key is not None
    return int(key[0])


def states(t: Connection) -> list[FeedState]:
    """Every configured feed's state, the longest overdue first."""
    query = (
        select(feed, outlet.c.name.label("outlet"))
        .join(outlet)
        .where(feed.c.status != FeedStatus.REMOVED)
        .order_by(feed.c.next_poll_at.nulls_first(), feed.c.id)
    )
    return [_state(row) for row in t.execute(query)]


def save(t: Connection, state: FeedState) -> None:
    t.execute(update(feed).where(feed.c.id == state.id).values(**_columns(state)))


def record_poll(t: Connection, record: PollRecord) -> None:
    t.execute(
        insert(poll).values(
            feed_id=record.feed_id,
            at=record.at,
            outcome=record.outcome,
            reason=record.reason,
            http_status=record.http_status,
            bytes=record.bytes,
            seconds=round(record.seconds, 3),
            entries=record.entries,
            new=record.new,
            next_poll_at=record.next_poll_at,
        )
    )


def hosts(t: Connection) -> list[HostState]:
    """What is remembered of every domain: pauses and robots.txt files."""
    files: dict[str, list[RobotsFile]] = {}
    for row in t.execute(select(robots)):
        files.setdefault(row.domain, []).append(
            RobotsFile(row.origin, row.fetched_at, row.body, unreachable=bool(row.unreachable))
        )
    pauses = {row.domain: row for row in t.execute(select(host))}
    return [
        HostState(
            domain,
            paused_until=pauses[domain].paused_until if domain in pauses else None,
            pause_reason=pauses[domain].pause_reason if domain in pauses else None,
            robots=tuple(files.get(domain, ())),
        )
        for domain in sorted(files.keys() | pauses.keys())
    ]


def save_host(t: Connection, state: HostState) -> None:
    values = {"paused_until": state.paused_until, "pause_reason": state.pause_reason}
    t.execute(
        upsert(host).values(domain=state.domain, **values).on_conflict_do_update(index_elements=["domain"], set_=values)
    )
    t.execute(delete(robots).where(robots.c.domain == state.domain))
    for file in state.robots:
        file_values = {"fetched_at": file.fetched_at, "body": file.body, "unreachable": int(file.unreachable)}
        statement = upsert(robots).values(origin=file.origin, domain=state.domain, **file_values)
        changed = {"domain": state.domain, **file_values}
        t.execute(statement.on_conflict_do_update(index_elements=["origin"], set_=changed))


def _state(row: Row[Any]) -> FeedState:
    failure = None
    if row.failure_kind is not None:
        failure = Failure(FailureKind(row.failure_kind), row.failure_detail or "", row.failure_status)
    move = None
    if row.move_url is not None:
        move = MoveEvidence(row.move_url, row.move_first_seen_at, row.move_times)
    return FeedState(
        id=row.id,
        outlet=row.outlet,
        url=row.url,
        status=FeedStatus(row.status),
        validators=Validators(row.etag, row.last_modified, row.full_answer_at, row.validators_url),
        body_hash=row.body_hash,
        moved_to=row.moved_to,
        move=move,
        next_poll_at=row.next_poll_at,
        last_polled_at=row.last_polled_at,
        last_success_at=row.last_success_at,
        last_changed_at=row.last_changed_at,
        interval_seconds=row.interval_seconds,
        interval_reason=row.interval_reason,
        failures=row.failures,
        last_failure=failure,
        gap_since=row.gap_since,
        last_entry_count=row.last_entry_count,
        hub=row.hub,
        hints=row.hints,
    )


def _columns(state: FeedState) -> dict[str, object]:
    failure, move, given = state.last_failure, state.move, state.validators
    return {
        "status": state.status,
        "etag": given.etag,
        "last_modified": given.last_modified,
        "validators_url": given.url,
        "full_answer_at": given.full_answer_at,
        "body_hash": state.body_hash,
        "moved_to": state.moved_to,
        "move_url": move.url if move else None,
        "move_first_seen_at": move.first_seen_at if move else None,
        "move_times": move.times if move else None,
        "next_poll_at": state.next_poll_at,
        "last_polled_at": state.last_polled_at,
        "last_success_at": state.last_success_at,
        "last_changed_at": state.last_changed_at,
        "interval_seconds": state.interval_seconds,
        "interval_reason": state.interval_reason,
        "failures": state.failures,
        "failure_kind": failure.kind if failure else None,
        "failure_detail": failure.detail if failure else None,
        "failure_status": failure.status if failure else None,
        "gap_since": state.gap_since,
        "last_entry_count": state.last_entry_count,
        "hub": state.hub,
        "hints": state.hints,
    }
