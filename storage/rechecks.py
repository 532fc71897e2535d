"""Which articles' pages are to be looked at again, when, and what is sent along then."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, select, text, update

from storage import direct
from storage.entries import pack, unpack
from storage.model import PendingEntry, Recheck, RecheckRef, Validators
from storage.schema import article, feed, outlet, recheck, sighting
from storage.times import format_time, parse_time

_DUE = text("""
    SELECT article_id, feed_id, url FROM (
        SELECT recheck.article_id, recheck.due_at, sighting.feed_id, sighting.url,
            row_number() OVER (PARTITION BY sighting.feed_id ORDER BY recheck.due_at, recheck.article_id) AS place
        FROM recheck CROSS JOIN sighting ON sighting.id = recheck.sighting_id
        WHERE recheck.due_at <= :now)
    WHERE place <= :of_each
    ORDER BY due_at, article_id
""")

_TIMES = "SELECT published_at, first_seen_at FROM article WHERE id = ?"
_PUT = """
    INSERT OR REPLACE INTO recheck
        (article_id, sighting_id, entry, etag, last_modified, validators_url, full_answer_at, due_at, checked_at)
    VALUES (:article_id, :sighting_id, :entry, :etag, :last_modified, :validators_url, :full_answer_at, :due_at, :checked_at)
"""


def times(t: Connection, article_id: int) -> tuple[datetime | None, datetime]:
    """When the article was published, and first seen."""
    published_at, first_seen_at = direct.run(t, _TIMES, (article_id,)).fetchone()
    return None if published_at is None else parse_time(published_at), parse_time(first_seen_at)


def put(
    t: Connection, article_id: int, seen: PendingEntry, validators: Validators, due_at: datetime, now: datetime
) -> None:
    """The page was had, with these validators: look at it again at `due_at`."""
    row = {"article_id": article_id, "sighting_id": seen.sighting_id, "entry": pack(seen.entry)}
    columns = {**_columns(validators), "due_at": due_at, "checked_at": now}
    direct.run(t, _PUT, row | {name: _text(value) for name, value in columns.items()})


def looked(t: Connection, article_id: int, validators: Validators, due_at: datetime, now: datetime) -> None:
    """The page was asked for; look at it again at `due_at`."""
    values = {"due_at": due_at, "checked_at": now, **_columns(validators)}
    t.execute(update(recheck).where(recheck.c.article_id == article_id).values(**values))


def postpone(t: Connection, article_id: int, due_at: datetime) -> None:
    """The page was not asked for: try again at `due_at`."""
    t.execute(update(recheck).where(recheck.c.article_id == article_id).values(due_at=due_at))


def drop(t: Connection, article_ids: Iterable[int]) -> None:
    """Look at these no more."""
    direct.driver(t).executemany("DELETE FROM recheck WHERE article_id = ?", [(number,) for number in article_ids])


def due(t: Connection, now: datetime, *, of_each: int = 1_000_000) -> list[RecheckRef]:
    """Articles whose time has come, the longest due first; of one feed the first `of_each`."""
    values = {"now": format_time(now), "of_each": of_each}
    return [RecheckRef(row.article_id, row.feed_id, row.url) for row in t.execute(_DUE, values)]


def load(t: Connection, article_id: int) -> Recheck | None:
    """The whole of it; None if it is no longer to be looked at."""
    query = (
        select(recheck, article.c.published_at, article.c.first_seen_at, sighting.c.feed_id, sighting.c.canonical_url)
        .add_columns(outlet.c.name.label("outlet"), feed.c.url.label("feed_url"))
        .select_from(recheck)
        .join(article, article.c.id == recheck.c.article_id)
        .join(sighting, sighting.c.id == recheck.c.sighting_id)
        .join(feed, feed.c.id == sighting.c.feed_id)
        .join(outlet, outlet.c.id == feed.c.outlet_id)
        .where(recheck.c.article_id == article_id)
    )
    row = t.execute(query).first()
    if row is None:
        return None
    seen = PendingEntry(
        sighting_id=row.sighting_id,
        feed_id=row.feed_id,
        feed_url=row.feed_url,
        outlet=row.outlet,
        entry=unpack(row.entry),
        canonical_url=row.canonical_url,
        attempts=0,
        since=row.checked_at,
        article_id=article_id,
    )
    validators = Validators(row.etag, row.last_modified, row.full_answer_at, row.validators_url)
    return Recheck(article_id, seen, validators, row.published_at, row.first_seen_at, row.checked_at)


def _columns(validators: Validators) -> dict[str, str | datetime | None]:
    return {
        "etag": validators.etag,
        "last_modified": validators.last_modified,
        "validators_url": validators.url,
        "full_answer_at": validators.full_answer_at,
    }


def _text(value: str | datetime | None) -> str | None:
    return format_time(value) if isinstance(value, datetime) else value
