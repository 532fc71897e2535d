"""Writing what polling must remember: outlets, feeds, polls, hosts.

Functions take an open transaction (`with archive.transaction() as t: …`).
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

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
from storage.times import format_if_given, format_time, parse_if_given, parse_time
from storage.transaction import Transaction

_STATES = """
    SELECT feed.*, outlet.name AS outlet FROM feed JOIN outlet ON outlet.id = feed.outlet_id
    WHERE feed.status <> 'removed'
"""


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
_PUT_HOST = "INSERT OR REPLACE INTO host (domain, paused_until, pause_reason, pauses) VALUES (?, ?, ?, ?)"
_PUT_ROBOTS = """
    INSERT OR REPLACE INTO robots (origin, domain, fetched_at, body, unreachable) VALUES (?, ?, ?, ?, ?)
"""
_FORGET_HOSTS = """
    DELETE FROM host WHERE (paused_until IS NULL OR paused_until < ?) AND domain NOT IN (SELECT domain FROM robots)
"""
_ADD_POLL = f"INSERT INTO poll ({', '.join(_POLL_COLUMNS)}) VALUES ({', '.join('?' * len(_POLL_COLUMNS))})"


def sync(t: Transaction, outlets: Mapping[Outlet, Iterable[str]]) -> None:
    """Make the archive's outlets and feeds those of the configuration. What is no longer named keeps its articles."""
    ids = _keep_outlets(t, outlets)
    wanted = {url: ids[entry.name] for entry, urls in outlets.items() for url in urls}
    known = {url: (number, *rest) for number, url, *rest in t.run("SELECT id, url, outlet_id, status FROM feed")}
    new = [(url, outlet_id) for url, outlet_id in wanted.items() if url not in known]
    t.run_many("INSERT INTO feed (url, outlet_id) VALUES (?, ?)", new)
    for url, (number, outlet_id, status) in known.items():
        removed = status == FeedStatus.REMOVED
        if url not in wanted:
            if not removed:
                t.run("UPDATE feed SET status = 'removed' WHERE id = ?", (number,))
        elif removed or outlet_id != wanted[url]:
            values = (wanted[url], FeedStatus.OK.value if removed else status, number)
            t.run("UPDATE feed SET outlet_id = ?, status = ? WHERE id = ?", values)


def _keep_outlets(t: Transaction, outlets: Iterable[Outlet]) -> dict[str, int]:
    """The number of each outlet, made or brought up to date. A former name is renamed, articles and all."""
    known = {row[1]: row for row in t.run("SELECT id, name, title, home, language FROM outlet")}
    new = []
    for entry in outlets:
        columns = (entry.name, entry.title, entry.home, entry.language)
        found = next((known.pop(name) for name in (entry.name, *entry.formerly) if name in known), None)
        if found is None:
            new.append(columns)
        elif found[1:] != columns:
            t.run("UPDATE outlet SET name = ?, title = ?, home = ?, language = ? WHERE id = ?", (*columns, found[0]))
    t.run_many("INSERT INTO outlet (name, title, home, language) VALUES (?, ?, ?, ?)", new)
    return dict(t.run("SELECT name, id FROM outlet"))


def ensure_outlet(t: Transaction, name: str) -> None:
    """Make an outlet of this name if there is none; one that is configured stays as it is."""
    t.run("INSERT INTO outlet (name, title) VALUES (?, ?) ON CONFLICT DO NOTHING", (name, name))


@dataclass(frozen=True, slots=True)
class DueFeed:
    """A feed whose time has come. `fetched` is the address that is asked; `due_at` None: never polled."""

    id: int
    fetched: str
    due_at: datetime | None


# Two ranges of one index.
_DUE = """
    SELECT * FROM (SELECT id, coalesce(moved_to, url) AS fetched, next_poll_at FROM feed
                   WHERE status <> 'removed' AND next_poll_at IS NULL
                   AND id NOT IN (SELECT value FROM json_each(:without)) LIMIT :most)
    UNION ALL
    SELECT * FROM (SELECT id, coalesce(moved_to, url), next_poll_at FROM feed
                   WHERE status <> 'removed' AND next_poll_at <= :now
                   AND id NOT IN (SELECT value FROM json_each(:without)) ORDER BY next_poll_at LIMIT :most)
    LIMIT :most
"""


def due(t: Transaction, now: datetime, *, without: Iterable[int], most: int) -> list[DueFeed]:
    """Up to `most` feeds whose time has come: new ones first, then the longest overdue. `without`: these ids not."""
    values = {"now": format_time(now), "without": json.dumps([*without]), "most": most}
    return [DueFeed(number, fetched, parse_if_given(due_at)) for number, fetched, due_at in t.run(_DUE, values)]


@dataclass(frozen=True, slots=True)
class DueTime:
    """When a feed is due, and what that was decided from."""

    feed_id: int
    due_at: datetime
    last_polled_at: datetime | None
    interval_seconds: int | None
    gone: bool


def due_times(t: Transaction, *, until: datetime, since: datetime) -> list[DueTime]:
    """The due times up to `until`, and those from `since` on: what downtime and wrong clocks leave behind."""
    statement = """
        SELECT id, next_poll_at, last_polled_at, interval_seconds, status FROM feed
        WHERE status <> 'removed' AND (next_poll_at <= ? OR next_poll_at >= ?)
    """
    return [
        DueTime(number, parse_time(due_at), parse_if_given(polled_at), interval, status == FeedStatus.GONE)
        for number, due_at, polled_at, interval, status in t.run(statement, (format_time(until), format_time(since)))
    ]


def set_due(t: Transaction, times: Mapping[int, datetime]) -> None:
    """Move due times: feed id -> when."""
    rows = [(format_time(at), feed_id) for feed_id, at in times.items()]
    t.run_many("UPDATE feed SET next_poll_at = ? WHERE id = ?", rows)


def load(t: Transaction, feed_id: int) -> FeedState | None:
    """The state of one configured feed."""
    row = t.rows(f"{_STATES} AND feed.id = ?", (feed_id,)).fetchone()
    return None if row is None else _state(row)


def configured_ids(t: Transaction) -> dict[str, int]:
    """The number of every configured feed, the disabled ones included, by its address."""
    return dict(t.run("SELECT url, id FROM feed WHERE status <> 'removed'"))


def status_counts(t: Transaction) -> dict[str, int]:
    """How many feeds have which status."""
    return dict(t.run("SELECT status, count(*) FROM feed GROUP BY status"))


def states(t: Transaction) -> list[FeedState]:
    """Every configured feed's state, the longest overdue first."""
    return [_state(row) for row in t.rows(f"{_STATES} ORDER BY feed.next_poll_at NULLS FIRST, feed.id")]


def save(t: Transaction, before: FeedState, after: FeedState) -> None:
    """Write down what a poll has changed, and nothing else: what others wrote meanwhile stays.

    A feed that was taken out of the configuration stays out.
    """
    known = _columns(before)
    changed = {name: value for name, value in _columns(after).items() if value != known[name]}
    if changed:
        given = ", ".join(f"{name} = ?" for name in changed)
        statement = f"UPDATE feed SET {given} WHERE id = ? AND status <> 'removed'"
        t.run(statement, (*map(_plain, changed.values()), after.id))


def record_poll(t: Transaction, record: PollRecord) -> None:
    t.run(_ADD_POLL, [_plain(getattr(record, name)) for name in _POLL_COLUMNS])


def _plain(value: object) -> object:
    """A value as the driver takes it: a time as text, a plain string for a member of an enumeration."""
    if isinstance(value, datetime):
        return format_time(value)
    return value.value if isinstance(value, StrEnum) else value


def hosts(t: Transaction) -> list[HostState]:
    """What is remembered of every domain: pauses and robots.txt files."""
    files: dict[str, list[RobotsFile]] = {}
    for domain, *file in t.run("SELECT domain, origin, fetched_at, body, unreachable FROM robots"):
        files.setdefault(domain, []).append(_robots_file(*file))
    pauses = {domain: pause for domain, *pause in t.run("SELECT domain, paused_until, pause_reason, pauses FROM host")}
    found = []
    for domain in sorted(files.keys() | pauses.keys()):
        until, reason, times = pauses.get(domain, (None, None, 0))
        found.append(HostState(domain, parse_if_given(until), reason, times, tuple(files.get(domain, ()))))
    return found


def _robots_file(origin: str, fetched_at: str, body: str, unreachable: int) -> RobotsFile:
    return RobotsFile(origin, parse_time(fetched_at), body, unreachable=bool(unreachable))


def save_host(t: Transaction, state: HostState) -> None:
    t.run(_PUT_HOST, (state.domain, format_if_given(state.paused_until), state.pause_reason, state.pauses))
    t.run("DELETE FROM robots WHERE domain = ?", (state.domain,))
    files = [(f.origin, state.domain, format_time(f.fetched_at), f.body, int(f.unreachable)) for f in state.robots]
    t.run_many(_PUT_ROBOTS, files)


def forget_hosts(t: Transaction, before: datetime) -> None:
    """Drop what is no longer of use to politeness: robots.txt files read, and pauses ended, before that time."""
    t.run("DELETE FROM robots WHERE fetched_at < ?", (format_time(before),))
    t.run(_FORGET_HOSTS, (format_time(before),))


def _state(row: sqlite3.Row) -> FeedState:
    failure = None
    if row["failure_kind"] is not None:
        failure = Failure(FailureKind(row["failure_kind"]), row["failure_detail"] or "", row["failure_status"])
    move = None
    if row["move_url"] is not None:
        move = MoveEvidence(row["move_url"], parse_time(row["move_first_seen_at"]), row["move_times"])
    return FeedState(
        id=row["id"],
        outlet=row["outlet"],
        url=row["url"],
        status=FeedStatus(row["status"]),
        validators=Validators(
            row["etag"], row["last_modified"], parse_if_given(row["full_answer_at"]), row["validators_url"]
        ),
        body_hash=row["body_hash"],
        moved_to=row["moved_to"],
        move=move,
        next_poll_at=parse_if_given(row["next_poll_at"]),
        last_polled_at=parse_if_given(row["last_polled_at"]),
        last_success_at=parse_if_given(row["last_success_at"]),
        last_changed_at=parse_if_given(row["last_changed_at"]),
        interval_seconds=row["interval_seconds"],
        interval_reason=row["interval_reason"],
        failures=row["failures"],
        last_failure=failure,
        failure_weight=row["failure_weight"],
        gap_since=parse_if_given(row["gap_since"]),
        gap_until=parse_if_given(row["gap_until"]),
        gaps=row["gaps"],
        pace=row["pace"],
        last_entry_count=row["last_entry_count"],
        hub=row["hub"],
        hints=row["hints"],
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
