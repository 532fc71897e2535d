"""A scratch archive beside the real one, in which its history is lived through again: what a rebuild works on.

Readers and writers of the real archive notice nothing of it. It holds what matching needs (no titles, no texts), keeps
its place in the history with every transaction, and so goes on after a kill where it stopped.
"""

from __future__ import annotations

import json
import secrets
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select, text, update
from sqlalchemy.dialects.sqlite import insert as upsert

from storage import events, stories
from storage.archive import Archive
from storage.errors import ArchiveError, ArchiveUnavailable
from storage.events import Place
from storage.lock import FetchLock
from storage.matching import WHOLE, RarityCounters
from storage.model import DuplicateEdge, Signature
from storage.schema import article, article_text, outlet, rarity_checkpoint, rarity_log, revision, story
from storage.transaction import Transaction

FIRST_STORY = 1 << 40  # of those that no article founds: no number of the real archive comes near
SIDE_FILES = ("", "-wal", "-shm")

_TIMES = ("first_seen_at", "sort_at", "changed_at", "revised_at")
_BLANKS = {"change_number": 0, "method": "", "from_feed": 0, "title": "", "summary": ""}


@dataclass(frozen=True, slots=True)
class Version:
    """One version of an article of the real archive, and what stories depend on. `words` is None if not kept."""

    article_id: int
    outlet_id: int
    first_seen_at: datetime
    sort_at: datetime
    title: str
    text: str
    words: int | None


def version(c: Transaction, article_id: int, number: int) -> Version:
    """A version of an article as the real archive keeps it."""
    a, r = article.c, revision.c
    rows = (
        select(a.outlet_id, a.first_seen_at, a.sort_at, a.revision_count, a.word_count, a.title, article_text.c.text)
        .add_columns(r.title.label("old_title"), r.text.label("old_text"))
        .select_from(article)
        .join(article_text, article_text.c.article_id == a.id)
        .outerjoin(revision, (r.article_id == a.id) & (r.number == number))
    )
    row = c.execute(rows.where(a.id == article_id)).one()
    old = row.old_text is not None
    return Version(
        article_id,
        row.outlet_id,
        row.first_seen_at,
        row.sort_at,
        title=row.old_title if old else row.title,
        text=row.old_text if old else row.text,
        words=None if old else row.word_count,
    )


@contextmanager
def rehearsing(archive: Archive, scheme: str) -> Iterator[tuple[Archive, bool]]:
    """The scratch archive, and whether it goes on with one that was cut off; it is removed at the end.

    One that another `scheme` began is begun anew. Raises ArchiveUnavailable while somebody else is at it.
    """
    path = archive.path.with_name(archive.path.name + ".rebuild")
    lock = FetchLock(path, "duplicates rebuild")
    if not lock.try_acquire():
        raise ArchiveUnavailable(f"{archive.path} is being rebuilt already, by {lock.holder()}")
    with lock:
        with archive.reading() as c:
            resumed = _is_of(path, scheme, events.present(c))
        if not resumed:
            _remove(path)
        with Archive.open(f"sqlite:///{path}", write=True) as scratch:
            if not resumed:
                _begin(scratch, scheme)
            yield scratch, resumed
        _remove(path)
        path.with_name(path.name + ".lock").unlink(missing_ok=True)


def _is_of(path: Path, scheme: str, present: Place) -> bool:
    """Whether the file is a rehearsal by this scheme, of what the archive has behind it."""
    if not path.exists():
        return False
    try:
        with Archive.open(f"sqlite:///{path}") as scratch, scratch.reading() as c:
            if c.execute(text("SELECT 1 FROM sqlite_schema WHERE name = 'rehearsal'")).first() is None:
                return False
            reached = place(c)
            same = c.execute(text("SELECT scheme FROM rehearsal")).scalar_one() == scheme
            return same and reached.number <= present.number and reached.seq <= present.seq
    except ArchiveError:
        return False


def _begin(scratch: Archive, scheme: str) -> None:
    with scratch.transaction() as t:
        t.execute(text("CREATE TABLE rehearsal (scheme TEXT, number INTEGER, seq INTEGER, steps INTEGER)"))
        t.execute(text("INSERT INTO rehearsal VALUES (:scheme, 0, 0, 0)"), {"scheme": scheme})
        blank = {"id": FIRST_STORY, "representative_id": 0, "article_count": 0, "outlet_count": 0}
        t.execute(insert(story).values(**blank))  # numbers rise from here on
        t.execute(story.delete().where(story.c.id == FIRST_STORY))


def _remove(path: Path) -> None:
    for ending in SIDE_FILES:
        path.with_name(path.name + ending).unlink(missing_ok=True)


@dataclass(frozen=True, slots=True)
class State:
    """What an archive has behind it: a rehearsal is true of it as long as this is the same."""

    place: Place
    articles: int
    events: int


def state(c: Transaction) -> State:
    counts = c.execute(text("SELECT (SELECT count(*) FROM article) AS a, (SELECT count(*) FROM event) AS e")).one()
    return State(events.present(c), counts.a, counts.e)


def place(s: Transaction) -> Place:
    """How far the rehearsal has come."""
    row = s.execute(text("SELECT number, seq FROM rehearsal")).one()
    return Place(row.number, row.seq)


def done(s: Transaction) -> int:
    """How many steps that were."""
    return int(s.execute(text("SELECT steps FROM rehearsal")).scalar_one())


def advance(s: Transaction, reached: Place, steps: int) -> None:
    values = {"n": reached.number, "s": reached.seq, "steps": steps}
    s.execute(text("UPDATE rehearsal SET number = :n, seq = :s, steps = steps + :steps"), values)


def add(s: Transaction, arrived: Version, words: int) -> None:
    """An article arrives, alone in the story that bears its number."""
    number = arrived.article_id
    _add_outlet(s, arrived.outlet_id)
    s.execute(insert(story).values(id=number, representative_id=0, article_count=0, outlet_count=0))
    values: dict[str, Any] = {**_BLANKS, **dict.fromkeys(_TIMES, arrived.first_seen_at), "sort_at": arrived.sort_at}
    s.execute(
        insert(article).values(id=number, outlet_id=arrived.outlet_id, story_id=number, word_count=words, **values)
    )
    stories.refresh(s, number, arrived.first_seen_at)


def add_outlets(c: Transaction, s: Transaction) -> None:
    """Every outlet of the real archive, by number."""
    for number in c.execute(select(outlet.c.id)).scalars():
        _add_outlet(s, number)


def _add_outlet(s: Transaction, number: int) -> None:
    name = f"outlet {number}"
    s.execute(upsert(outlet).values(id=number, name=name, title=name).on_conflict_do_nothing())


def revise(s: Transaction, article_id: int, words: int, now: datetime) -> None:
    """An article has another length from now on."""
    s.execute(update(article).where(article.c.id == article_id).values(word_count=words))
    stories.refresh(s, stories.story_of(s, article_id), now)


def knows(s: Transaction, *article_ids: int) -> bool:
    """Whether these articles have arrived."""
    found = s.execute(select(article.c.id).where(article.c.id.in_(article_ids))).all()
    return len(found) == len(set(article_ids))


def partition(c: Transaction) -> dict[int, int]:
    """Article to story, of all articles."""
    return {row.id: row.story_id for row in c.execute(select(article.c.id, article.c.story_id))}


def edges(c: Transaction) -> Iterator[DuplicateEdge]:
    """All edges, as they are kept."""
    for row in c.rows("SELECT * FROM duplicate"):
        yield stories.edge_of(row)


def signatures(c: Transaction, after: int, last: int | None = None, most: int = -1) -> dict[int, Signature]:
    """The fingerprints of articles by number, from the one after `after`."""
    query = text(f"""
        SELECT article_id, scheme, exact, {WHOLE} FROM fingerprint
        WHERE article_id > :after AND (:last IS NULL OR article_id <= :last)
        ORDER BY article_id LIMIT :most""")
    rows = c.execute(query, {"after": after, "last": last, "most": most})
    return {article_id: Signature(scheme, exact, tokens) for article_id, scheme, exact, tokens in rows}


def keys_of(c: Transaction, article_id: int, possible: Sequence[int]) -> tuple[int, ...]:
    """Under which of the possible keys an article stands in the index."""
    query = text("""
        SELECT posting.key FROM (SELECT DISTINCT value FROM json_each(:keys)) AS wanted
        CROSS JOIN posting ON posting.key = wanted.value AND posting.article_id = :id""")
    return tuple(c.execute(query, {"keys": json.dumps(list(possible)), "id": article_id}).scalars())


def postings(
    c: Transaction, after: tuple[int, int], last: tuple[int, int] | None = None, most: int = -1
) -> list[tuple[int, int]]:
    """The next rows of the index in its order, (key, article) each, from the one after `after`."""
    upper = "" if last is None else "AND (key, article_id) <= (:last_key, :last_id)"
    query = text(f"""
        SELECT key, article_id FROM posting WHERE (key, article_id) > (:key, :id) {upper}
        ORDER BY key, article_id LIMIT :most""")
    values = {"key": after[0], "id": after[1], "most": most}
    if last is not None:
        values |= {"last_key": last[0], "last_id": last[1]}
    return [(row.key, row.article_id) for row in c.execute(query, values)]


def drop_postings(t: Transaction, rows: Sequence[tuple[int, int]]) -> None:
    statement = text("DELETE FROM posting WHERE key = :key AND article_id = :id")
    t.execute(statement, [{"key": key, "id": article_id} for key, article_id in rows])


def revised_since(c: Transaction, article_id: int, seq: int) -> bool:
    """Whether an article has another text than at that event, or is gone."""
    query = text("""
        SELECT NOT EXISTS (SELECT 1 FROM article WHERE id = :id)
        OR EXISTS (SELECT 1 FROM event WHERE article_id = :id AND kind = 'revised' AND seq > :seq)""")
    return bool(c.execute(query, {"id": article_id, "seq": seq}).scalar_one())


def adopt_counters(t: Transaction, own: RarityCounters, rehearsed: RarityCounters) -> None:
    """Let the real archive count from now on as the rehearsal did. Whoever counts there notices, and reads it anew."""
    own.follow(t)
    same = own.stories == rehearsed.stories and own.total == rehearsed.total
    if same and bool((own.counters == rehearsed.counters).all()):
        return
    token = secrets.randbits(63)
    row = {"token": token, "article_id": 0, "scheme": 0, "founded": 0, "slots": b""}
    (seq,) = t.execute(rarity_log.insert(), row).inserted_primary_key or (0,)
    t.execute(rarity_log.delete().where(rarity_log.c.seq < seq))
    packed = zlib.compress(rehearsed.counters.tobytes(), level=1)
    sums = {"stories": rehearsed.stories, "total": rehearsed.total}
    t.execute(rarity_checkpoint.delete())
    t.execute(rarity_checkpoint.insert().values(seq=seq, token=token, counters=packed, **sums))
