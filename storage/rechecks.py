"""Which articles' pages are to be looked at again, when, and what is sent along then."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from storage.entries import unpack
from storage.model import PendingEntry, Recheck, RecheckRef, Validators
from storage.times import format_if_given, format_time, parse_if_given, parse_time
from storage.transaction import Transaction

_DUE = """
    SELECT article_id, feed_id, url FROM (
        SELECT recheck.article_id, recheck.due_at, sighting.feed_id, sighting.url,
            row_number() OVER (PARTITION BY sighting.feed_id ORDER BY recheck.due_at, recheck.article_id) AS place
        FROM recheck CROSS JOIN sighting ON sighting.id = recheck.sighting_id
        WHERE recheck.due_at <= :now)
    WHERE place <= :of_each
    ORDER BY due_at, article_id
"""

_TIMES = "SELECT published_at, first_seen_at FROM article WHERE id = ?"
_PUT = """
    INSERT OR REPLACE INTO recheck
        (article_id, sighting_id, entry, etag, last_modified, validators_url, full_answer_at, due_at, checked_at)
    SELECT :article_id, sighting_id, entry, :etag, :last_modified, :validators_url, :full_answer_at, :due_at, :checked_at
    FROM pending WHERE sighting_id = :sighting_id
"""
_LOOKED = """
    UPDATE recheck SET etag = :etag, last_modified = :last_modified, validators_url = :validators_url,
        full_answer_at = :full_answer_at, due_at = :due_at, checked_at = :checked_at
    WHERE article_id = :article_id
"""
_LOAD = """
    SELECT recheck.*, article.published_at, article.first_seen_at, sighting.feed_id, sighting.canonical_url,
        outlet.name AS outlet, feed.url AS feed_url
    FROM recheck JOIN article ON article.id = recheck.article_id JOIN sighting ON sighting.id = recheck.sighting_id
    JOIN feed ON feed.id = sighting.feed_id JOIN outlet ON outlet.id = feed.outlet_id
    WHERE recheck.article_id = ?
"""


def times(t: Transaction, article_id: int) -> tuple[datetime | None, datetime]:
    """When the article was published, and first seen."""
    published_at, first_seen_at = t.run(_TIMES, (article_id,)).fetchone()
    return parse_if_given(published_at), parse_time(first_seen_at)


def put(
    t: Transaction, article_id: int, seen: PendingEntry, validators: Validators, due_at: datetime, now: datetime
) -> None:
    """The page of a pending entry was had, with these validators: look at it again at `due_at`.

    Of the entry what its feed says now is kept.
    """
    row: dict[str, object] = {"article_id": article_id, "sighting_id": seen.sighting_id}
    t.run(_PUT, row | _columns(validators, due_at, now))


def looked(t: Transaction, article_id: int, validators: Validators, due_at: datetime, now: datetime) -> None:
    """The page was asked for; look at it again at `due_at`."""
    t.run(_LOOKED, {"article_id": article_id, **_columns(validators, due_at, now)})


def postpone(t: Transaction, article_id: int, due_at: datetime) -> None:
    """The page was not asked for: try again at `due_at`."""
    t.run("UPDATE recheck SET due_at = ? WHERE article_id = ?", (format_time(due_at), article_id))


def drop(t: Transaction, article_ids: Iterable[int]) -> None:
    """Look at these no more."""
    t.run_many("DELETE FROM recheck WHERE article_id = ?", [(number,) for number in article_ids])


def due(t: Transaction, now: datetime, *, of_each: int = 1_000_000) -> list[RecheckRef]:
    """Articles whose time has come, the longest due first; of one feed the first `of_each`."""
    values = {"now": format_time(now), "of_each": of_each}
    return [RecheckRef(*row) for row in t.run(_DUE, values)]


def load(t: Transaction, article_id: int) -> Recheck | None:
    """The whole of it; None if it is no longer to be looked at."""
    row = t.rows(_LOAD, (article_id,)).fetchone()
    if row is None:
        return None
    checked_at = parse_time(row["checked_at"])
    seen = PendingEntry(
        sighting_id=row["sighting_id"],
        feed_id=row["feed_id"],
        feed_url=row["feed_url"],
        outlet=row["outlet"],
        entry=unpack(row["entry"]),
        canonical_url=row["canonical_url"],
        attempts=0,
        since=checked_at,
        article_id=article_id,
    )
    validators = Validators(
        row["etag"], row["last_modified"], parse_if_given(row["full_answer_at"]), row["validators_url"]
    )
    published_at, first_seen_at = parse_if_given(row["published_at"]), parse_time(row["first_seen_at"])
    return Recheck(article_id, seen, validators, published_at, first_seen_at, checked_at)


def _columns(validators: Validators, due_at: datetime, checked_at: datetime) -> dict[str, str | None]:
    return {
        "etag": validators.etag,
        "last_modified": validators.last_modified,
        "validators_url": validators.url,
        "full_answer_at": format_if_given(validators.full_answer_at),
        "due_at": format_time(due_at),
        "checked_at": format_time(checked_at),
    }
