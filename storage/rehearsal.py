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

from storage import events, stories
from storage.errors import ArchiveError, ArchiveUnavailable
from storage.events import Place
from storage.file import ArchiveFile
from storage.lock import FetchLock
from storage.matching import WHOLE, RarityCounters
from storage.model import DuplicateEdge, Signature
from storage.times import format_time, parse_time
from storage.transaction import Transaction

FIRST_STORY = 1 << 40  # of those that no article founds: no number of the real archive comes near
SIDE_FILES = ("", "-wal", "-shm")

_VERSION = """
    SELECT article.outlet_id, article.first_seen_at, article.sort_at, article.word_count, article.title,
           article_text.text, revision.title, revision.text
    FROM article JOIN article_text ON article_text.article_id = article.id
    LEFT JOIN revision ON revision.article_id = article.id AND revision.number = ?
    WHERE article.id = ?
"""
_MAKE = "CREATE TABLE rehearsal (scheme TEXT, number INTEGER, seq INTEGER, steps INTEGER)"
_BEGIN = "INSERT INTO rehearsal (scheme, number, seq, steps) VALUES (?, 0, 0, 0)"
_COUNTS = "SELECT (SELECT count(*) FROM article), (SELECT count(*) FROM event)"
_ADVANCE = "UPDATE rehearsal SET number = ?, seq = ?, steps = steps + ?"
_ADD_OUTLET = "INSERT INTO outlet (id, name, title) VALUES (:id, :name, :name) ON CONFLICT DO NOTHING"
_ADD_STORY = "INSERT INTO story (id, representative_id, article_count, outlet_count) VALUES (?, 0, 0, 0)"
_ADD_ARTICLE = """
    INSERT INTO article (id, outlet_id, story_id, word_count, sort_at, first_seen_at, changed_at, revised_at,
                         change_number, method, from_feed, title, summary)
    VALUES (:id, :outlet, :id, :words, :sort_at, :seen_at, :seen_at, :seen_at, 0, '', 0, '', '')
"""
_KNOWN = "SELECT count(*) FROM article WHERE id IN (SELECT value FROM json_each(?))"
_SIGNATURES = f"""
    SELECT article_id, scheme, exact, {WHOLE} FROM fingerprint
    WHERE article_id > :after AND (:last IS NULL OR article_id <= :last)
    ORDER BY article_id LIMIT :most
"""
_KEYS = """
    SELECT posting.key FROM (SELECT DISTINCT value FROM json_each(:keys)) AS wanted
    CROSS JOIN posting ON posting.key = wanted.value AND posting.article_id = :id
"""
_POSTINGS = """
    SELECT key, article_id FROM posting WHERE (key, article_id) > (:key, :id) {upper}
    ORDER BY key, article_id LIMIT :most
"""
_DROP_POSTING = "DELETE FROM posting WHERE key = ? AND article_id = ?"
_REVISED_SINCE = """
    SELECT NOT EXISTS (SELECT 1 FROM article WHERE id = :id)
    OR EXISTS (SELECT 1 FROM event WHERE article_id = :id AND kind = 'revised' AND seq > :seq)
"""
_MARK = "INSERT INTO rarity_log (token, article_id, scheme, founded, slots) VALUES (?, 0, 0, 0, x'')"
_PUT_CHECKPOINT = "INSERT INTO rarity_checkpoint (seq, token, stories, total, counters) VALUES (?, ?, ?, ?, ?)"


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
    row = c.run(_VERSION, (number, article_id)).fetchone()
    outlet_id, first_seen_at, sort_at, words, title, text, old_title, old_text = row
    if old_text is not None:  # the version was superseded
        title, text, words = old_title, old_text, None
    return Version(article_id, outlet_id, parse_time(first_seen_at), parse_time(sort_at), title, text, words)


@contextmanager
def rehearsing(archive: ArchiveFile, scheme: str) -> Iterator[tuple[ArchiveFile, bool]]:
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
        with ArchiveFile.open(f"sqlite:///{path}", write=True) as scratch:
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
        with ArchiveFile.open(f"sqlite:///{path}") as scratch, scratch.reading() as c:
            if c.value("SELECT 1 FROM sqlite_schema WHERE name = 'rehearsal'") is None:
                return False
            reached = place(c)
            same = c.value("SELECT scheme FROM rehearsal") == scheme
            return same and reached.number <= present.number and reached.seq <= present.seq
    except ArchiveError:
        return False


def _begin(scratch: ArchiveFile, scheme: str) -> None:
    with scratch.transaction() as t:
        t.run(_MAKE)
        t.run(_BEGIN, (scheme,))
        t.run(_ADD_STORY, (FIRST_STORY,))  # numbers rise from here on
        t.run("DELETE FROM story WHERE id = ?", (FIRST_STORY,))


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
    return State(events.present(c), *c.run(_COUNTS).fetchone())


def place(s: Transaction) -> Place:
    """How far the rehearsal has come."""
    return Place(*s.run("SELECT number, seq FROM rehearsal").fetchone())


def done(s: Transaction) -> int:
    """How many steps that were."""
    return int(s.value("SELECT steps FROM rehearsal"))


def advance(s: Transaction, reached: Place, steps: int) -> None:
    s.run(_ADVANCE, (reached.number, reached.seq, steps))


def add(s: Transaction, arrived: Version, words: int) -> None:
    """An article arrives, alone in the story that bears its number."""
    number = arrived.article_id
    _add_outlet(s, arrived.outlet_id)
    s.run(_ADD_STORY, (number,))
    times = {"sort_at": format_time(arrived.sort_at), "seen_at": format_time(arrived.first_seen_at)}
    s.run(_ADD_ARTICLE, {"id": number, "outlet": arrived.outlet_id, "words": words, **times})
    stories.refresh(s, number, arrived.first_seen_at)


def add_outlets(c: Transaction, s: Transaction) -> None:
    """Every outlet of the real archive, by number."""
    for (number,) in c.run("SELECT id FROM outlet"):
        _add_outlet(s, number)


def _add_outlet(s: Transaction, number: int) -> None:
    s.run(_ADD_OUTLET, {"id": number, "name": f"outlet {number}"})


def revise(s: Transaction, article_id: int, words: int, now: datetime) -> None:
    """An article has another length from now on."""
    s.run("UPDATE article SET word_count = ? WHERE id = ?", (words, article_id))
    stories.refresh(s, stories.story_of(s, article_id), now)


def knows(s: Transaction, *article_ids: int) -> bool:
    """Whether these articles have arrived."""
    return bool(s.value(_KNOWN, (json.dumps(article_ids),)) == len(set(article_ids)))


def partition(c: Transaction) -> dict[int, int]:
    """Article to story, of all articles."""
    return dict(c.run("SELECT id, story_id FROM article"))


def edges(c: Transaction) -> Iterator[DuplicateEdge]:
    """All edges, as they are kept."""
    for row in c.rows("SELECT * FROM duplicate"):
        yield stories.edge_of(row)


def signatures(c: Transaction, after: int, last: int | None = None, most: int = -1) -> dict[int, Signature]:
    """The fingerprints of articles by number, from the one after `after`."""
    rows = c.run(_SIGNATURES, {"after": after, "last": last, "most": most})
    return {article_id: Signature(scheme, exact, tokens) for article_id, scheme, exact, tokens in rows}


def keys_of(c: Transaction, article_id: int, possible: Sequence[int]) -> tuple[int, ...]:
    """Under which of the possible keys an article stands in the index."""
    return tuple(key for (key,) in c.run(_KEYS, {"keys": json.dumps(list(possible)), "id": article_id}))


def postings(
    c: Transaction, after: tuple[int, int], last: tuple[int, int] | None = None, most: int = -1
) -> list[tuple[int, int]]:
    """The next rows of the index in its order, (key, article) each, from the one after `after`."""
    upper = "" if last is None else "AND (key, article_id) <= (:last_key, :last_id)"
    values = {"key": after[0], "id": after[1], "most": most}
    if last is not None:
        values |= {"last_key": last[0], "last_id": last[1]}
    return c.run(_POSTINGS.format(upper=upper), values).fetchall()


def drop_postings(t: Transaction, rows: Sequence[tuple[int, int]]) -> None:
    t.run_many(_DROP_POSTING, rows)


def revised_since(c: Transaction, article_id: int, seq: int) -> bool:
    """Whether an article has another text than at that event, or is gone."""
    return bool(c.value(_REVISED_SINCE, {"id": article_id, "seq": seq}))


def adopt_counters(t: Transaction, own: RarityCounters, rehearsed: RarityCounters) -> None:
    """Let the real archive count from now on as the rehearsal did. Whoever counts there notices, and reads it anew."""
    own.follow(t)
    same = own.stories == rehearsed.stories and own.total == rehearsed.total
    if same and bool((own.counters == rehearsed.counters).all()):
        return
    token = secrets.randbits(63)
    seq = t.run(_MARK, (token,)).lastrowid
    t.run("DELETE FROM rarity_log WHERE seq < ?", (seq,))
    packed = zlib.compress(rehearsed.counters.tobytes(), level=1)
    t.run("DELETE FROM rarity_checkpoint")
    t.run(_PUT_CHECKPOINT, (seq, token, rehearsed.stories, rehearsed.total, packed))
