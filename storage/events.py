"""What happened to articles after they arrived, as far as stories depend on it: revisions, shared addresses, and what a
person said. With the articles in the order of their numbers, this is all a rebuild needs to live through it again.

A person's word stands above every scheme: of two acts on one pair of articles, the later one counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from storage.transaction import Transaction


class Kind(StrEnum):
    REVISED = "revised"
    SAME_URL = "same_url"  # the article turned out to share an address with the other one
    UNDONE = "undone"  # a person took the article out of the story it shared with the other one
    CONFIRMED = "confirmed"  # a person said that the article repeats the other one


@dataclass(frozen=True, slots=True)
class Place:
    """A moment in an archive's history: the last number given to an article, and the last event."""

    number: int = 0
    seq: int = 0


@dataclass(frozen=True, slots=True)
class Step:
    """An article that arrived (`kind` is None), or what happened to one later. `revision`: which version came."""

    place: Place
    article_id: int
    kind: Kind | None = None
    other_id: int | None = None
    revision: int = 1


# The last number of a table with AUTOINCREMENT: it outlasts the row that bore it.
_LAST_NUMBER = "coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'story'), 0)"
_RECORD = f"""
    INSERT INTO event (after_number, kind, article_id, other_id, revision) VALUES ({_LAST_NUMBER}, ?, ?, ?, ?)
"""
_PRESENT = f"SELECT {_LAST_NUMBER}, (SELECT coalesce(max(seq), 0) FROM event)"
_STEPS = """
    SELECT * FROM (
        SELECT id AS number, 0 AS seq, id AS article_id, NULL AS kind, NULL AS other_id, 1 AS revision
        FROM article WHERE id > :number ORDER BY id LIMIT :most)
    UNION ALL
    SELECT * FROM (
        SELECT after_number, seq, article_id, kind, other_id, coalesce(revision, 1)
        FROM event WHERE seq > :seq ORDER BY seq LIMIT :most)
    ORDER BY number, seq LIMIT :most
"""
_APART = """
    SELECT other FROM (
        SELECT CASE article_id WHEN :id THEN other_id ELSE article_id END AS other, kind, max(seq)
        FROM event WHERE kind IN ('undone', 'confirmed') AND (article_id = :id OR other_id = :id) GROUP BY other)
    WHERE kind = 'undone'
"""  # beside a lone max(), SQLite takes the other columns from the row that has it


def record(
    t: Transaction, kind: Kind, article_id: int, other_id: int | None = None, revision: int | None = None
) -> None:
    """Write down that this happened now: after all that was written before."""
    t.run(_RECORD, (kind.value, article_id, other_id, revision))


def separated(c: Transaction, article_id: int) -> set[int]:
    """The articles that a person separated this one from."""
    return {other for (other,) in c.run(_APART, {"id": article_id}).fetchall()}


def present(c: Transaction) -> Place:
    """Where an archive's history is now."""
    return Place(*c.run(_PRESENT).fetchone())


def steps(c: Transaction, after: Place, most: int) -> Sequence[Step]:
    """What happened next, in order; nothing when `after` is the present."""
    rows = c.run(_STEPS, {"number": after.number, "seq": after.seq, "most": most})
    found, place = [], after
    for number, seq, article_id, kind, other_id, revision in rows:
        place = Place(max(place.number, number), max(place.seq, seq))
        found.append(Step(place, article_id, None if kind is None else Kind(kind), other_id, revision))
    return found
