"""Writing stories and duplicate edges: who carries whose text, reversibly.

Every article is in exactly one story, alone from birth. A duplicate joins one story; stories are never united.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, bindparam, delete, insert, or_, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from storage.model import DuplicateEdge, EdgeKind, EdgeStatus
from storage.schema import NEXT_CHANGE, article, duplicate, story

FULL_LENGTH = 2 / 3  # of the longest member's words: shorter ones are cut copies, and represent nobody


# Made once: putting a statement together costs more than SQLite's work on it.
_NEW = insert(story)
_FOUND = update(story).where(story.c.id == bindparam("of_story"))


def new_number(t: Connection) -> int:
    """A story without members yet; its number has never been used for a story or an article."""
    key = t.execute(_NEW, {"representative_id": 0, "article_count": 0, "outlet_count": 0}).inserted_primary_key
    assert key is not None
    return int(key[0])


def found(t: Connection, number: int, sort_at: datetime) -> None:
    """The story of one: that of the article which has just been added under the story's number."""
    row = {"representative_id": number, "article_count": 1, "outlet_count": 1}
    t.execute(_FOUND, {"of_story": number, **row, "first_published_at": sort_at, "last_published_at": sort_at})


def join(t: Connection, article_id: int, story_id: int, now: datetime) -> None:
    """Move an article into a story. The story it leaves goes if it is empty."""
    left = t.execute(select(article.c.story_id).where(article.c.id == article_id)).scalar_one()
    if left == story_id:
        return
    _changed(t, article.c.id == article_id, now, story_id=story_id)
    refresh(t, left, now)
    refresh(t, story_id, now)


def leave(t: Connection, article_id: int, now: datetime) -> int:
    """Give an article a story of its own; returns the story's number."""
    number = new_number(t)
    join(t, article_id, number, now)
    return number


def refresh(t: Connection, story_id: int, now: datetime) -> None:
    """Bring a story's row up to date with its members; an empty story goes."""
    columns = [article.c[name] for name in ("id", "outlet_id", "word_count", "first_seen_at", "sort_at")]
    members = t.execute(select(*columns).where(article.c.story_id == story_id)).all()
    if not members:
        t.execute(delete(story).where(story.c.id == story_id))
        return
    chosen = _representative(members)
    before = t.execute(select(story.c.representative_id).where(story.c.id == story_id)).scalar_one()
    t.execute(
        update(story)
        .where(story.c.id == story_id)
        .values(
            representative_id=chosen,
            article_count=len(members),
            outlet_count=len({row.outlet_id for row in members}),
            first_published_at=min(row.sort_at for row in members),
            last_published_at=max(row.sort_at for row in members),
        )
    )
    if before != chosen and len(members) > 1:
        _changed(t, article.c.story_id == story_id, now)


def size(t: Connection, story_id: int) -> int:
    return int(t.execute(select(story.c.article_count).where(story.c.id == story_id)).scalar_one())


def put_edges(t: Connection, edges: Sequence[DuplicateEdge]) -> None:
    """Keep edges. One that was undone or confirmed by a person stays as that person left it."""
    for edge in edges:
        values = {
            "kind": edge.kind,
            "score": edge.score,
            "threshold": edge.threshold,
            "scheme": edge.scheme,
            "decided_at": edge.decided_at,
            "evidence": edge.evidence,
            "status": edge.status,
        }
        statement = upsert(duplicate).values(article_id=edge.article_id, original_id=edge.original_id, **values)
        t.execute(
            statement.on_conflict_do_update(
                index_elements=["article_id", "original_id"],
                set_=values,
                where=duplicate.c.status == EdgeStatus.ACTIVE,
            )
        )


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


def _changed(t: Connection, which: ColumnElement[bool], now: datetime, **values: int) -> None:
    """Mark articles as changed, for whoever follows the archive."""
    t.execute(update(article).where(which).values(changed_at=now, change_number=NEXT_CHANGE, **values))


def _representative(members: Sequence[Row[Any]]) -> int:
    longest = max(row.word_count for row in members)
    full = [row for row in members if row.word_count >= FULL_LENGTH * longest]
    return int(min(full, key=lambda row: (row.first_seen_at, row.id)).id)
