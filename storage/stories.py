"""Writing stories and duplicate edges: who carries whose text, reversibly.

Every article is in exactly one story, alone from birth. A duplicate joins one story; stories are never united.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, delete, insert, or_, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from storage import events
from storage.model import DuplicateEdge, EdgeKind, EdgeStatus
from storage.schema import NEXT_CHANGE, article, duplicate, story

FULL_LENGTH = 2 / 3  # of the longest member's words: shorter ones are cut copies, and represent nobody


def new_number(t: Connection) -> int:
    """A story without members yet; its number has never been used for a story or an article."""
    key = t.execute(insert(story).values(representative_id=0, article_count=0, outlet_count=0)).inserted_primary_key
    assert key is not None
    return int(key[0])


def join(t: Connection, article_id: int, story_id: int, now: datetime) -> None:
    """Move an article into a story. The story it leaves goes if it is empty."""
    left = t.execute(select(article.c.story_id).where(article.c.id == article_id)).scalar_one()
    if left == story_id:
        return
    _changed(t, article.c.id == article_id, now, story_id=story_id)
    refresh(t, left, now)
    refresh(t, story_id, now)


def move(t: Connection, article_ids: Sequence[int], story_id: int, now: datetime) -> None:
    """Set the story of articles, and nothing else: `refresh` every story concerned when all are where they belong."""
    for article_id in article_ids:
        _changed(t, article.c.id == article_id, now, story_id=story_id)


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
    """Keep edges. One that a person took back or confirmed stays as that person left it."""
    for edge in edges:
        if edge.original_id in events.separated(t, edge.article_id):
            continue
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
                where=duplicate.c.status != EdgeStatus.CONFIRMED,
            )
        )


def undo(t: Connection, article_id: int, now: datetime) -> bool:
    """A person takes an article out of its story, alone, for good. False if it has nobody to leave."""
    others = _others(t, article_id)
    for other in others:
        events.record(t, events.Kind.UNDONE, article_id, other)
    return _take_out(t, article_id, others, now)


def part(t: Connection, article_id: int, other_id: int, now: datetime) -> None:
    """A person separates two articles: the first one leaves a story that they share; `contained` counts no longer."""
    events.record(t, events.Kind.UNDONE, article_id, other_id)
    if story_of(t, article_id) == story_of(t, other_id):
        _take_out(t, article_id, [other_id], now)
    between = or_(_edge_of(article_id, other_id), _edge_of(other_id, article_id))
    _set_status(t, between, EdgeStatus.UNDONE)


def expel(t: Connection, article_id: int, now: datetime) -> None:
    """An article turned out to hold several stories' texts: it goes on alone, unless a person pinned it."""
    if not is_pinned(t, article_id):
        _take_out(t, article_id, _others(t, article_id), now)


def is_pinned(t: Connection, article_id: int) -> bool:
    """Whether a person confirmed that the article repeats another one, or another one it."""
    pinned = duplicate.c.status == EdgeStatus.CONFIRMED, duplicate.c.kind != EdgeKind.CONTAINED
    return t.execute(select(duplicate.c.article_id).where(_touches(article_id), *pinned)).first() is not None


def confirm(t: Connection, edge: DuplicateEdge, now: datetime) -> None:
    """A person pins an edge: no scheme changes it. Where it had been taken back, the article joins the story again."""
    events.record(t, events.Kind.CONFIRMED, edge.article_id, edge.original_id)
    pin(t, edge, now)


def pin(t: Connection, edge: DuplicateEdge, now: datetime) -> None:
    """Keep an edge as a confirmed one; what it says comes true."""
    put_edges(t, [edge])
    _set_status(t, _edge_of(edge.article_id, edge.original_id), EdgeStatus.CONFIRMED)
    if edge.kind != EdgeKind.CONTAINED:
        join(t, edge.article_id, story_of(t, edge.original_id), now)


def story_of(t: Connection, article_id: int) -> int:
    return int(t.execute(select(article.c.story_id).where(article.c.id == article_id)).scalar_one())


def edges_between(t: Connection, one: int, other: int) -> list[DuplicateEdge]:
    """What was judged of two articles, in either direction: the one of a common story before `contained`."""
    query = select(duplicate).where(or_(_edge_of(one, other), _edge_of(other, one)))
    edges = [DuplicateEdge(**row._mapping) for row in t.execute(query)]
    return sorted(edges, key=lambda edge: (edge.kind == EdgeKind.CONTAINED, edge.article_id != one))


def standing_edges(t: Connection, article_id: int) -> list[DuplicateEdge]:
    """What was judged of an article as the one that repeats, and was not taken back."""
    mine = duplicate.c.article_id == article_id, duplicate.c.status != EdgeStatus.UNDONE
    return [DuplicateEdge(**row._mapping) for row in t.execute(select(duplicate).where(*mine))]


def separated_stories(t: Connection, article_id: int) -> set[int]:
    """The stories of articles that a person separated this one from."""
    query = select(article.c.story_id).where(article.c.id.in_(events.separated(t, article_id)))
    return set(t.execute(query).scalars())


def _take_out(t: Connection, article_id: int, others: Sequence[int], now: datetime) -> bool:
    """Leave the story alone; what was judged of the article and those who stay counts no longer."""
    members = select(article.c.id).where(article.c.story_id == story_of(t, article_id), article.c.id != article_id)
    mine = and_(duplicate.c.article_id == article_id, duplicate.c.original_id.in_(members))
    theirs = and_(duplicate.c.original_id == article_id, duplicate.c.article_id.in_(members))
    _set_status(t, and_(or_(mine, theirs), duplicate.c.kind != EdgeKind.CONTAINED), EdgeStatus.UNDONE)
    if not others:
        return False
    leave(t, article_id, now)
    return True


def _others(t: Connection, article_id: int) -> list[int]:
    query = select(article.c.id).where(article.c.story_id == story_of(t, article_id), article.c.id != article_id)
    return list(t.execute(query.order_by(article.c.id)).scalars())


def _edge_of(article_id: int, original_id: int) -> ColumnElement[bool]:
    return and_(duplicate.c.article_id == article_id, duplicate.c.original_id == original_id)


def _touches(article_id: int) -> ColumnElement[bool]:
    return or_(duplicate.c.article_id == article_id, duplicate.c.original_id == article_id)


def _set_status(t: Connection, which: ColumnElement[bool], status: EdgeStatus) -> None:
    t.execute(update(duplicate).where(which).values(status=status))


def _changed(t: Connection, which: ColumnElement[bool], now: datetime, **values: int) -> None:
    """Mark articles as changed, for whoever follows the archive."""
    t.execute(update(article).where(which).values(changed_at=now, change_number=NEXT_CHANGE, **values))


def _representative(members: Sequence[Row[Any]]) -> int:
    longest = max(row.word_count for row in members)
    full = [row for row in members if row.word_count >= FULL_LENGTH * longest]
    return int(min(full, key=lambda row: (row.first_seen_at, row.id)).id)
