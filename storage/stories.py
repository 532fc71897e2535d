"""Writing stories and duplicate edges: who carries whose text, reversibly.

Every article is in exactly one story, alone from birth. A duplicate joins one story; stories are never united.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from datetime import datetime

from storage import events
from storage.model import DuplicateEdge, EdgeKind, EdgeStatus
from storage.times import format_time, parse_time
from storage.transaction import Transaction

FULL_LENGTH = 2 / 3  # of the longest member's words: shorter ones are cut copies, and represent nobody

NEXT_CHANGE = "(SELECT coalesce(max(change_number), 0) + 1 FROM article)"
"""For `article.change_number`. Writers come one after another, so a reader who has seen number N has missed nothing
below it, whatever the clock did meanwhile. Articles that change in one statement share a number."""

_FOUND = """
    INSERT INTO story (id, representative_id, article_count, outlet_count, first_published_at, last_published_at)
    SELECT number, number, 1, 1, :at, :at
    FROM (SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'story'), 0) + 1 AS number)
"""
_MEMBERS = """
    SELECT count(*), count(DISTINCT outlet_id), min(sort_at), max(sort_at), max(word_count)
    FROM article WHERE story_id = ?
"""
_REPRESENTATIVE = "SELECT id FROM article WHERE story_id = ? AND word_count >= ? ORDER BY first_seen_at, id LIMIT 1"
_REFRESH = """
    UPDATE story SET representative_id = ?, article_count = ?, outlet_count = ?,
                     first_published_at = ?, last_published_at = ?
    WHERE id = ?
"""
# Marks articles as changed, for whoever follows the archive.
_CHANGE = f"UPDATE article SET changed_at = :now, change_number = {NEXT_CHANGE}"
_REPLACE_EDGE = """
    INSERT INTO duplicate (article_id, original_id, kind, score, threshold, scheme, decided_at, status, evidence)
    VALUES (:article_id, :original_id, :kind, :score, :threshold, :scheme, :decided_at, :status, :evidence)
    ON CONFLICT (article_id, original_id) DO UPDATE SET
        kind = excluded.kind, score = excluded.score, threshold = excluded.threshold, scheme = excluded.scheme,
        decided_at = excluded.decided_at, status = excluded.status, evidence = excluded.evidence
"""
_PUT_EDGE = f"{_REPLACE_EDGE} WHERE duplicate.status <> 'confirmed'"
_OTHERS = "SELECT id FROM article WHERE story_id = :story AND id <> :id"
_TAKE_BACK = f"""
    UPDATE duplicate SET status = 'undone'
    WHERE ((article_id = :id AND original_id IN ({_OTHERS})) OR (original_id = :id AND article_id IN ({_OTHERS})))
    AND kind <> 'contained'
"""
_BETWEEN = "(article_id = :one AND original_id = :other) OR (article_id = :other AND original_id = :one)"
_EDGES_BETWEEN = f"SELECT * FROM duplicate WHERE {_BETWEEN}"
_STANDING = "SELECT * FROM duplicate WHERE article_id = ? AND status <> 'undone'"
_PART = f"UPDATE duplicate SET status = 'undone' WHERE {_BETWEEN}"
_CONFIRM = "UPDATE duplicate SET status = 'confirmed' WHERE article_id = ? AND original_id = ?"
_PINNED = """
    SELECT 1 FROM duplicate
    WHERE (article_id = :id OR original_id = :id) AND status = 'confirmed' AND kind <> 'contained'
"""
_STORIES_OF = "SELECT story_id FROM article WHERE id IN (SELECT value FROM json_each(?))"


def found(t: Transaction, outlet_id: int, sort_at: str) -> int:
    """A story of one article, which is to take the same number: never used before for a story or an article.

    `outlet_id` and `sort_at` are the article's.
    """
    number = t.run(_FOUND, {"at": sort_at}).lastrowid
    assert number is not None
    return number


def new_number(t: Transaction) -> int:
    """A story without members yet; its number has never been used for a story or an article."""
    number = t.run("INSERT INTO story (representative_id, article_count, outlet_count) VALUES (0, 0, 0)").lastrowid
    assert number is not None
    return number


def join(t: Transaction, article_id: int, story_id: int, now: datetime) -> None:
    """Move an article into a story. The story it leaves goes if it is empty."""
    left = t.value("SELECT story_id FROM article WHERE id = ?", (article_id,))
    if left == story_id:
        return
    t.run(f"{_CHANGE}, story_id = :story WHERE id = :id", _values(now, story=story_id, id=article_id))
    refresh(t, left, now)
    refresh(t, story_id, now)


def move(t: Transaction, article_ids: Sequence[int], story_id: int, now: datetime) -> None:
    """Set the story of articles, and nothing else: `refresh` every story concerned when all are where they belong."""
    for article_id in article_ids:
        t.run(f"{_CHANGE}, story_id = :story WHERE id = :id", _values(now, story=story_id, id=article_id))


def leave(t: Transaction, article_id: int, now: datetime) -> int:
    """Give an article a story of its own; returns the story's number."""
    number = new_number(t)
    join(t, article_id, number, now)
    return number


def refresh(t: Transaction, story_id: int, now: datetime) -> None:
    """Bring a story's row up to date with its members; an empty story goes."""
    row = t.run(_MEMBERS, (story_id,)).fetchone()
    if not row[0]:
        t.run("DELETE FROM story WHERE id = ?", (story_id,))
        return
    count, outlets, first, last, longest = row
    chosen = t.value(_REPRESENTATIVE, (story_id, FULL_LENGTH * longest))
    before = t.value("SELECT representative_id FROM story WHERE id = ?", (story_id,))
    t.run(_REFRESH, (chosen, count, outlets, first, last, story_id))
    if before != chosen and count > 1:
        t.run(f"{_CHANGE} WHERE story_id = :story", _values(now, story=story_id))


def size(t: Transaction, story_id: int) -> int:
    return int(t.value("SELECT article_count FROM story WHERE id = ?", (story_id,)))


def put_edges(t: Transaction, edges: Sequence[DuplicateEdge]) -> None:
    """Keep edges. One that a person took back or confirmed stays as that person left it."""
    for edge in edges:
        if edge.original_id not in events.separated(t, edge.article_id):
            t.run(_PUT_EDGE, _row(edge))


def replace_edges(t: Transaction, edges: Sequence[DuplicateEdge]) -> None:
    """Keep edges, whatever stood in their place."""
    t.run_many(_REPLACE_EDGE, map(_row, edges))


def undo(t: Transaction, article_id: int, now: datetime) -> bool:
    """A person takes an article out of its story, alone, for good. False if it has nobody to leave."""
    others = _others(t, article_id)
    for other in others:
        events.record(t, events.Kind.UNDONE, article_id, other)
    return _take_out(t, article_id, others, now)


def part(t: Transaction, article_id: int, other_id: int, now: datetime) -> None:
    """A person separates two articles: the first one leaves a story that they share; `contained` counts no longer."""
    events.record(t, events.Kind.UNDONE, article_id, other_id)
    if story_of(t, article_id) == story_of(t, other_id):
        _take_out(t, article_id, [other_id], now)
    t.run(_PART, {"one": article_id, "other": other_id})


def expel(t: Transaction, article_id: int, now: datetime) -> None:
    """An article turned out to hold several stories' texts: it goes on alone, unless a person pinned it."""
    if not is_pinned(t, article_id):
        _take_out(t, article_id, _others(t, article_id), now)


def is_pinned(t: Transaction, article_id: int) -> bool:
    """Whether a person confirmed that the article repeats another one, or another one it."""
    return t.value(_PINNED, {"id": article_id}) is not None


def confirm(t: Transaction, edge: DuplicateEdge, now: datetime) -> None:
    """A person pins an edge: no scheme changes it. Where it had been taken back, the article joins the story again."""
    events.record(t, events.Kind.CONFIRMED, edge.article_id, edge.original_id)
    pin(t, edge, now)


def pin(t: Transaction, edge: DuplicateEdge, now: datetime) -> None:
    """Keep an edge as a confirmed one; what it says comes true."""
    put_edges(t, [edge])
    t.run(_CONFIRM, (edge.article_id, edge.original_id))
    if edge.kind != EdgeKind.CONTAINED:
        join(t, edge.article_id, story_of(t, edge.original_id), now)


def story_of(t: Transaction, article_id: int) -> int:
    return int(t.value("SELECT story_id FROM article WHERE id = ?", (article_id,)))


def edges_between(t: Transaction, one: int, other: int) -> list[DuplicateEdge]:
    """What was judged of two articles, in either direction: the one of a common story before `contained`."""
    edges = [edge_of(row) for row in t.rows(_EDGES_BETWEEN, {"one": one, "other": other})]
    return sorted(edges, key=lambda edge: (edge.kind == EdgeKind.CONTAINED, edge.article_id != one))


def standing_edges(t: Transaction, article_id: int) -> list[DuplicateEdge]:
    """What was judged of an article as the one that repeats, and was not taken back."""
    return [edge_of(row) for row in t.rows(_STANDING, (article_id,))]


def edge_of(row: sqlite3.Row) -> DuplicateEdge:
    """A row of the table as a value."""
    kind, status, decided_at = EdgeKind(row["kind"]), EdgeStatus(row["status"]), parse_time(row["decided_at"])
    return DuplicateEdge(**{**row, "kind": kind, "status": status, "decided_at": decided_at})


def separated_stories(t: Transaction, article_id: int) -> set[int]:
    """The stories of articles that a person separated this one from."""
    apart = json.dumps([*events.separated(t, article_id)])
    return {story_id for (story_id,) in t.run(_STORIES_OF, (apart,))}


def _take_out(t: Transaction, article_id: int, others: Sequence[int], now: datetime) -> bool:
    """Leave the story alone; what was judged of the article and those who stay counts no longer."""
    t.run(_TAKE_BACK, {"story": story_of(t, article_id), "id": article_id})
    if not others:
        return False
    leave(t, article_id, now)
    return True


def _others(t: Transaction, article_id: int) -> list[int]:
    values = {"story": story_of(t, article_id), "id": article_id}
    return [other for (other,) in t.run(f"{_OTHERS} ORDER BY id", values)]


def _row(edge: DuplicateEdge) -> dict[str, object]:
    return {
        "article_id": edge.article_id,
        "original_id": edge.original_id,
        "kind": edge.kind.value,
        "score": edge.score,
        "threshold": edge.threshold,
        "scheme": edge.scheme,
        "decided_at": format_time(edge.decided_at),
        "evidence": edge.evidence,
        "status": edge.status.value,
    }


def _values(now: datetime, **values: int) -> dict[str, object]:
    return {"now": format_time(now), **values}
