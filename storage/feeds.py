"""Writing what polling must remember: outlets, feeds, polls, hosts.

Functions take the connection of an open transaction (`with archive.transaction() as t: …`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    bindparam,
    delete,
    func,
    insert,
    literal_column,
    select,
    text,
    update,
)
from sqlalchemy.dialects.sqlite import insert as upsert

from storage import direct
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
from storage.schema import feed, format_time, host, outlet, parse_time, robots

_REMOVED: ColumnElement[str] = literal_column("'removed'")  # not a parameter, or SQLite could not use the partial index
_STATES = select(feed, outlet.c.name.label("outlet")).join(outlet).where(feed.c.status != _REMOVED)


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


_POLL_COLUMNS = PollRecord.__slots__
_ADD_POLL = f"INSERT INTO poll ({', '.join(_POLL_COLUMNS)}) VALUES (:{', :'.join(_POLL_COLUMNS)})"


def sync(t: Connection, outlets: Mapping[Outlet, Iterable[str]]) -> None:
    """Make the archive's outlets and feeds those of the configuration. What is no longer named keeps its articles."""
    ids = _keep_outlets(t, outlets)
    wanted = {url: ids[entry.name] for entry, urls in outlets.items() for url in urls}
    known = {row.url: row for row in t.execute(select(feed.c.url, feed.c.id, feed.c.outlet_id, feed.c.status))}
    new = [{"url": url, "outlet_id": outlet_id} for url, outlet_id in wanted.items() if url not in known]
    if new:
        t.execute(insert(feed), new)
    for url, row in known.items():
        removed = row.status == FeedStatus.REMOVED
        if url not in wanted:
            if not removed:
                t.execute(update(feed).where(feed.c.id == row.id).values(status=FeedStatus.REMOVED))
        elif removed or row.outlet_id != wanted[url]:
            status = FeedStatus.OK if removed else row.status
            t.execute(update(feed).where(feed.c.id == row.id).values(outlet_id=wanted[url], status=status))


def _keep_outlets(t: Connection, outlets: Iterable[Outlet]) -> dict[str, int]:
    """The number of each outlet, made or brought up to date. A former name is renamed, articles and all."""
    known = {row.name: row for row in t.execute(select(outlet))}
    new = []
    for entry in outlets:
        columns = {"name": entry.name, "title": entry.title, "home": entry.home, "language": entry.language}
        found = next((known.pop(name) for name in (entry.name, *entry.formerly) if name in known), None)
        if found is None:
            new.append(columns)
        elif any(getattr(found, name) != value for name, value in columns.items()):
            t.execute(update(outlet).where(outlet.c.id == found.id).values(**columns))
    if new:
        t.execute(insert(outlet), new)
    return {row.name: row.id for row in t.execute(select(outlet.c.name, outlet.c.id))}


def ensure_outlet(t: Connection, name: str) -> None:
    """Make an outlet of this name if there is none; one that is configured stays as it is."""
    t.execute(upsert(outlet).values(name=name, title=name).on_conflict_do_nothing())


@dataclass(frozen=True, slots=True)
class DueFeed:
    """A feed whose time has come. `fetched` is the address that is asked; `due_at` None: never polled."""

    id: int
    fetched: str
    due_at: datetime | None


# Two ranges of one index.
_DUE = text("""
    SELECT * FROM (SELECT id, coalesce(moved_to, url) AS fetched, next_poll_at FROM feed
                   WHERE status <> 'removed' AND next_poll_at IS NULL
                   AND id NOT IN (SELECT value FROM json_each(:without)) LIMIT :most)
    UNION ALL
    SELECT * FROM (SELECT id, coalesce(moved_to, url), next_poll_at FROM feed
                   WHERE status <> 'removed' AND next_poll_at <= :now
                   AND id NOT IN (SELECT value FROM json_each(:without)) ORDER BY next_poll_at LIMIT :most)
    LIMIT :most
""")


def due(t: Connection, now: datetime, *, without: Iterable[int], most: int) -> list[DueFeed]:
    """Up to `most` feeds whose time has come: new ones first, then the longest overdue. `without`: these ids not."""
    values = {"now": format_time(now), "without": json.dumps([*without]), "most": most}
    rows = t.execute(_DUE, values)
    return [DueFeed(row.id, row.fetched, parse_time(row.next_poll_at) if row.next_poll_at else None) for row in rows]


@dataclass(frozen=True, slots=True)
class DueTime:
    """When a feed is due, and what that was decided from."""

    feed_id: int
    due_at: datetime
    last_polled_at: datetime | None
    interval_seconds: int | None
    gone: bool


def due_times(t: Connection, *, until: datetime, since: datetime) -> list[DueTime]:
    """The due times up to `until`, and those from `since` on: what downtime and wrong clocks leave behind."""
    columns = (feed.c.id, feed.c.next_poll_at, feed.c.last_polled_at, feed.c.interval_seconds, feed.c.status)
    outside = (feed.c.next_poll_at <= until) | (feed.c.next_poll_at >= since)
    rows = t.execute(select(*columns).where(feed.c.status != _REMOVED, outside))
    return [
        DueTime(row.id, row.next_poll_at, row.last_polled_at, row.interval_seconds, row.status == FeedStatus.GONE)
        for row in rows
    ]


def set_due(t: Connection, times: Mapping[int, datetime]) -> None:
    """Move due times: feed id -> when."""
    if times:
        statement = update(feed).where(feed.c.id == bindparam("feed_id")).values(next_poll_at=bindparam("due_at"))
        t.execute(statement, [{"feed_id": feed_id, "due_at": at} for feed_id, at in times.items()])


def load(t: Connection, feed_id: int) -> FeedState | None:
    """The state of one configured feed."""
    row = t.execute(_STATES.where(feed.c.id == feed_id)).first()
    return None if row is None else _state(row)


def configured_ids(t: Connection) -> dict[str, int]:
    """The number of every configured feed, the disabled ones included, by its address."""
    return {row.url: row.id for row in t.execute(select(feed.c.url, feed.c.id).where(feed.c.status != _REMOVED))}


def status_counts(t: Connection) -> dict[str, int]:
    """How many feeds have which status."""
    counted = t.execute(select(feed.c.status, func.count().label("feeds")).group_by(feed.c.status))
    return {row.status: row.feeds for row in counted}


def states(t: Connection) -> list[FeedState]:
    """Every configured feed's state, the longest overdue first."""
    query = _STATES.order_by(feed.c.next_poll_at.nulls_first(), feed.c.id)
    return [_state(row) for row in t.execute(query)]


def save(t: Connection, state: FeedState) -> None:
    values = _plain(_columns(state))
    given = ", ".join(f"{name} = :{name}" for name in values)
    direct.run(t, f"UPDATE feed SET {given} WHERE id = :feed_id", {**values, "feed_id": state.id})


def record_poll(t: Connection, record: PollRecord) -> None:
    row = _plain({name: getattr(record, name) for name in _POLL_COLUMNS})
    direct.run(t, _ADD_POLL, {**row, "seconds": round(record.seconds, 3)})


def _plain(values: Mapping[str, object]) -> dict[str, object]:
    """Values as the driver takes them: times as text, plain strings for members of an enumeration."""
    return {
        name: format_time(value) if isinstance(value, datetime) else str(value) if isinstance(value, StrEnum) else value
        for name, value in values.items()
    }


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
            pauses=pauses[domain].pauses if domain in pauses else 0,
            robots=tuple(files.get(domain, ())),
        )
        for domain in sorted(files.keys() | pauses.keys())
    ]


def save_host(t: Connection, state: HostState) -> None:
    values = {"paused_until": state.paused_until, "pause_reason": state.pause_reason, "pauses": state.pauses}
    t.execute(
        upsert(host).values(domain=state.domain, **values).on_conflict_do_update(index_elements=["domain"], set_=values)
    )
    t.execute(delete(robots).where(robots.c.domain == state.domain))
    for file in state.robots:
        file_values = {"fetched_at": file.fetched_at, "body": file.body, "unreachable": int(file.unreachable)}
        statement = upsert(robots).values(origin=file.origin, domain=state.domain, **file_values)
        changed = {"domain": state.domain, **file_values}
        t.execute(statement.on_conflict_do_update(index_elements=["origin"], set_=changed))


def forget_hosts(t: Connection, before: datetime) -> None:
    """Drop what is no longer of use to politeness: robots.txt files read, and pauses ended, before that time."""
    t.execute(delete(robots).where(robots.c.fetched_at < before))
    ended = host.c.paused_until.is_(None) | (host.c.paused_until < before)
    t.execute(delete(host).where(ended, host.c.domain.not_in(select(robots.c.domain))))


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
        failure_weight=row.failure_weight,
        gap_since=row.gap_since,
        gap_until=row.gap_until,
        gaps=row.gaps,
        pace=row.pace,
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
        "failure_weight": state.failure_weight,
        "gap_since": state.gap_since,
        "gap_until": state.gap_until,
        "gaps": state.gaps,
        "pace": state.pace,
        "last_entry_count": state.last_entry_count,
        "hub": state.hub,
        "hints": state.hints,
    }
