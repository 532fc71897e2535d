"""Writing stories and duplicate edges: who carries whose text, reversibly.

Every article is in exactly one story, alone from birth. A duplicate joins one story; stories are never united.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, and_, or_, select, update

from storage import direct
from storage.model import DuplicateEdge, EdgeKind, EdgeStatus
from storage.schema import article, duplicate, format_time, story

FULL_LENGTH = 2 / 3  # of the longest member's words: shorter ones are cut copies, and represent nobody

_FOUND = """
    INSERT INTO story (representative_id, article_count, outlet_count, first_published_at, last_published_at)
    VALUES (0, 1, 1, :at, :at)
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
_CHANGE = """
    UPDATE article SET changed_at = :now, change_number = (SELECT coalesce(max(change_number), 0) + 1 FROM article)
"""
_PUT_EDGE = """
    INSERT INTO duplicate (article_id, original_id, kind, score, threshold, scheme, decided_at, status, evidence)
    VALUES (:article_id, :original_id, :kind, :score, :threshold, :scheme, :decided_at, :status, :evidence)
    ON CONFLICT (article_id, original_id) DO UPDATE SET
        kind = excluded.kind, score = excluded.score, threshold = excluded.threshold, scheme = excluded.scheme,
        decided_at = excluded.decided_at, status = excluded.status, evidence = excluded.evidence
    WHERE duplicate.status = 'active'
"""


def found(t: Connection, outlet_id: int, sort_at: str) -> int:
    """A story of one article, which is to take the same number: never used before for a story or an article.

    `outlet_id` and `sort_at` are the article's.
    """
    number = direct.run(t, _FOUND, {"at": sort_at}).lastrowid
    direct.run(t, "UPDATE story SET representative_id = id WHERE id = ?", (number,))
    assert number is not None
    return number


def new_number(t: Connection) -> int:
    """A story without members yet; its number has never been used for a story or an article."""
    number = direct.run(
        t, "INSERT INTO story (representative_id, article_count, outlet_count) VALUES (0, 0, 0)"
    ).lastrowid
    assert number is not None
    return number


def join(t: Connection, article_id: int, story_id: int, now: datetime) -> None:
    """Move an article into a story. The story it leaves goes if it is empty."""
    left = direct.value(t, "SELECT story_id FROM article WHERE id = ?", (article_id,))
    if left == story_id:
        return
    direct.run(t, f"{_CHANGE}, story_id = :story WHERE id = :id", _values(now, story=story_id, id=article_id))
    refresh(t, left, now)
    refresh(t, story_id, now)


def leave(t: Connection, article_id: int, now: datetime) -> int:
    """Give an article a story of its own; returns the story's number."""
    number = new_number(t)
    join(t, article_id, number, now)
    return number


def refresh(t: Connection, story_id: int, now: datetime) -> None:
    """Bring a story's row up to date with its members; an empty story goes."""
    row = direct.run(t, _MEMBERS, (story_id,)).fetchone()
    if not row[0]:
        direct.run(t, "DELETE FROM story WHERE id = ?", (story_id,))
        return
    count, outlets, first, last, longest = row
    chosen = direct.value(t, _REPRESENTATIVE, (story_id, FULL_LENGTH * longest))
    before = direct.value(t, "SELECT representative_id FROM story WHERE id = ?", (story_id,))
    direct.run(t, _REFRESH, (chosen, count, outlets, first, last, story_id))
    if before != chosen and count > 1:
        direct.run(t, f"{_CHANGE} WHERE story_id = :story", _values(now, story=story_id))


def size(t: Connection, story_id: int) -> int:
    return int(t.execute(select(story.c.article_count).where(story.c.id == story_id)).scalar_one())


def put_edges(t: Connection, edges: Sequence[DuplicateEdge]) -> None:
    """Keep edges. One that was undone or confirmed by a person stays as that person left it."""
    for edge in edges:
        row = {
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
        direct.run(t, _PUT_EDGE, row)


def undo(t: Connection, article_id: int, now: datetime) -> bool:
    """Take an article out of its story, alone, and remember it. False if it has nobody to leave."""
    story_id = t.execute(select(article.c.story_id).where(article.c.id == article_id)).scalar_one()
    others = select(article.c.id).where(article.c.story_id == story_id, article.c.id != article_id)
    mine = and_(duplicate.c.article_id == article_id, duplicate.c.original_id.in_(others))
    theirs = and_(duplicate.c.original_id == article_id, duplicate.c.article_id.in_(others))
    t.execute(
        update(duplicate)
        .where(or_(mine, theirs), duplicate.c.kind != EdgeKind.CONTAINED)
        .values(status=EdgeStatus.UNDONE)
    )
    if size(t, story_id) == 1:
        return False
    leave(t, article_id, now)
    return True


def expel(t: Connection, article_id: int, now: datetime) -> None:
    """An article turned out to hold several stories' texts: it goes on alone, unless a person pinned it."""
    pinned = select(duplicate.c.article_id).where(
        duplicate.c.article_id == article_id, duplicate.c.status == EdgeStatus.CONFIRMED
    )
    if t.execute(pinned).first() is None:
        undo(t, article_id, now)


def confirm(t: Connection, article_id: int) -> int:
    """Pin an article's edges: no later scheme changes them. Returns how many there are."""
    statement = update(duplicate).where(duplicate.c.article_id == article_id, duplicate.c.status == EdgeStatus.ACTIVE)
    return int(t.execute(statement.values(status=EdgeStatus.CONFIRMED)).rowcount)


def undone_with(t: Connection, article_id: int) -> set[int]:
    """The articles that a person separated this one from."""
    columns = (duplicate.c.article_id, duplicate.c.original_id)
    query = select(*columns).where(
        or_(duplicate.c.article_id == article_id, duplicate.c.original_id == article_id),
        duplicate.c.status == EdgeStatus.UNDONE,
    )
    return {number for row in t.execute(query) for number in row if number != article_id}


def undone(t: Connection, article_id: int) -> set[int]:
    """The stories that a person took this article out of."""
    query = select(article.c.story_id).where(article.c.id.in_(undone_with(t, article_id)))
    return set(t.execute(query).scalars())


def _values(now: datetime, **values: int) -> dict[str, object]:
    return {"now": format_time(now), **values}
