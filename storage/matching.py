"""What the archive keeps for duplicates: fingerprints, the index of their keys, and how rare shingles are.

Keys, counters and packed tokens are plain integers and bytes here; `ingest.duplicates` gives them their meaning. Look
up and write in ONE transaction begun with BEGIN IMMEDIATE, or of two copies that arrive together both become originals.
"""

from __future__ import annotations

import json
import secrets
import zlib
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    ForeignKey,
    Integer,
    LargeBinary,
    Table,
    bindparam,
    text,
)

from storage.model import MatchCandidate, MatchDecision, Signature
from storage.schema import metadata

COUNTERS = 1 << 24
CHECKPOINT_EVERY = 10_000  # decisions

fingerprint = Table(
    "fingerprint",
    metadata,
    Column("article_id", ForeignKey("article.id", ondelete="CASCADE"), primary_key=True),
    Column("scheme", Integer, nullable=False),
    Column("exact", LargeBinary, nullable=False),
    Column("tokens", LargeBinary, nullable=False),
)

# The primary key is the table: half the size of a table with an index, and four times as fast (500 bytes an article).
posting = Table(
    "posting",
    metadata,
    Column("key", Integer, primary_key=True, autoincrement=False),
    Column("article_id", Integer, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)

# One row for each article that was counted since the last checkpoint. `token` is random: it tells a row that this
# process has counted from another one that took its number after a rollback. `slots` is null for an article that was
# counted whole, while its fingerprint still is the one that was counted.
rarity_log = Table(
    "rarity_log",
    metadata,
    Column("seq", Integer, primary_key=True),
    Column("token", BigInteger, nullable=False),
    Column("article_id", Integer, nullable=False, index=True),
    Column("scheme", Integer, nullable=False),
    Column("founded", Integer, nullable=False),  # 1: a story more
    Column("slots", LargeBinary),
)

rarity_checkpoint = Table(
    "rarity_checkpoint",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),  # of the last log row it includes
    Column("token", BigInteger, nullable=False),
    Column("stories", Integer, nullable=False),
    Column("total", Integer, nullable=False),  # sum of all counters
    Column("counters", LargeBinary, nullable=False),  # zlib of uint16
)

# A join against the list of keys: `(key) IN (VALUES ...)` makes SQLite 3.40 scan the whole table. The first step looks
# at the best 200 articles alone, so that a story of many copies costs no more than that.
_CANDIDATES = text("""
    WITH wanted(key) AS (SELECT value FROM json_each(:keys)),
    hit(article_id, hits) AS MATERIALIZED (
        SELECT posting.article_id, count(*) FROM wanted CROSS JOIN posting ON posting.key = wanted.key
        WHERE posting.article_id <> :without
        GROUP BY posting.article_id ORDER BY count(*) DESC, posting.article_id LIMIT 200
    ),
    placed AS (
        SELECT hit.article_id, hit.hits, article.story_id, article.outlet_id,
               row_number() OVER (PARTITION BY article.story_id ORDER BY hit.hits DESC, hit.article_id) AS place
        FROM hit CROSS JOIN article ON article.id = hit.article_id
    )
    SELECT placed.article_id, placed.story_id, placed.outlet_id, placed.hits,
           fingerprint.scheme, fingerprint.exact, fingerprint.tokens,
           EXISTS (SELECT 1 FROM duplicate WHERE duplicate.original_id IN (placed.article_id, story.representative_id)
                   AND duplicate.kind = 'contained' AND duplicate.status <> 'undone') AS is_roundup
    FROM (SELECT * FROM placed WHERE place <= :per_story ORDER BY hits DESC, article_id LIMIT :limit) AS placed
    CROSS JOIN story ON story.id = placed.story_id
    CROSS JOIN fingerprint ON fingerprint.article_id = placed.article_id
    ORDER BY placed.hits DESC, placed.article_id
""")
_NEW_LOG = text("""
    SELECT log.seq, log.token, log.founded, log.slots, log.scheme, fingerprint.tokens
    FROM rarity_log AS log LEFT JOIN fingerprint ON fingerprint.article_id = log.article_id
    WHERE log.seq > :seq ORDER BY log.seq
""")


class RarityCounters:
    """How many stories hold a shingle, exact across restarts and writers. One for the life of a process.

    What counts is the log in the database: memory follows it at the start of each transaction. A row that memory has
    counted and the log no longer holds was rolled back, and everything is read anew.
    """

    def __init__(self, slots_of: Callable[[Signature], bytes]) -> None:
        self.slots_of = slots_of
        self._clear()

    def _clear(self) -> None:
        self.counters: NDArray[np.uint16] = np.zeros(COUNTERS, np.uint16)
        self.stories = self.total = self._seq = self._token = self._checkpoint = 0

    def follow(self, connection: Connection) -> None:
        """Bring memory to the state of the log. Inside the transaction that decides, before it does."""
        if not self._is_of(connection):
            self._load(connection)
        for row in connection.execute(_NEW_LOG, {"seq": self._seq}):
            slots = self.slots_of(Signature(row.scheme, b"", row.tokens)) if row.slots is None else row.slots
            self._count(slots, row.seq, row.token, row.founded)

    def append(self, connection: Connection, article_id: int, decision: MatchDecision) -> None:
        """Count a new article: all of it if it founds a story, what is new in it if it joins one."""
        token, founded = secrets.randbits(63), decision.story_id is None
        values = {"token": token, "article_id": article_id, "scheme": decision.scheme, "founded": int(founded)}
        slots = None if founded else decision.counted
        (seq,) = connection.execute(rarity_log.insert(), {**values, "slots": slots}).inserted_primary_key or (0,)
        self._count(decision.counted, seq, token, int(founded))
        if seq - self._checkpoint >= CHECKPOINT_EVERY:
            self._save(connection)

    def _count(self, slots: bytes, seq: int, token: int, founded: int) -> None:
        wanted = np.frombuffer(slots, np.uint32)
        self.counters[wanted] += self.counters[wanted] < np.iinfo(np.uint16).max
        self.stories += founded
        self.total += len(wanted)
        self._seq, self._token = seq, token

    def _is_of(self, connection: Connection) -> bool:
        """Whether what memory counted last is still in the log, and nothing was dropped behind it."""
        if not self._seq:
            return False
        row = connection.execute(text("SELECT token FROM rarity_log WHERE seq = :seq"), {"seq": self._seq}).first()
        return row is not None and row.token == self._token

    def _load(self, connection: Connection) -> None:
        self._clear()
        saved = connection.execute(rarity_checkpoint.select().order_by(rarity_checkpoint.c.seq.desc())).first()
        if saved is not None:
            self._seq = self._checkpoint = saved.seq
            self._token = saved.token
            self.stories, self.total = saved.stories, saved.total
            self.counters = np.frombuffer(zlib.decompress(saved.counters), np.uint16).copy()

    def _save(self, connection: Connection) -> None:
        packed = zlib.compress(self.counters.tobytes(), level=1)
        connection.execute(rarity_checkpoint.delete())
        connection.execute(
            rarity_checkpoint.insert().values(
                seq=self._seq, token=self._token, stories=self.stories, total=self.total, counters=packed
            )
        )
        # The last row stays: by it other processes find their place, and numbers go on rising.
        connection.execute(rarity_log.delete().where(rarity_log.c.seq < self._seq))
        self._checkpoint = self._seq


class MatchStore:
    """The index within one write transaction. Make one at its start; it is cheap."""

    def __init__(self, connection: Connection, counters: RarityCounters) -> None:
        self._connection = connection
        self._counters = counters
        self._counters.follow(connection)

    def rarity(self) -> tuple[NDArray[np.uint16], int, float]:
        """The counters by slot, the number of stories counted, and the mean of the counters."""
        return self._counters.counters, self._counters.stories, self._counters.total / COUNTERS

    def candidates(
        self, keys: Sequence[int], limit: int, *, per_story: int, without: int | None = None
    ) -> list[MatchCandidate]:
        """The articles that share most keys, best first (the earlier of two equals first), with their fingerprints."""
        values = {"keys": json.dumps(list(keys)), "limit": limit, "per_story": per_story}
        rows = self._connection.execute(_CANDIDATES, {**values, "without": -1 if without is None else without})
        return [
            MatchCandidate(
                r.article_id,
                r.story_id,
                r.outlet_id,
                r.hits,
                Signature(r.scheme, r.exact, r.tokens),
                is_roundup=bool(r.is_roundup),
            )
            for r in rows
        ]

    def signature(self, article_id: int) -> Signature | None:
        c = fingerprint.c
        wanted = fingerprint.select().where(c.article_id == bindparam("id"))
        row = self._connection.execute(wanted, {"id": article_id}).first()
        return None if row is None else Signature(row.scheme, row.exact, row.tokens)

    def put(self, article_id: int, signature: Signature, decision: MatchDecision) -> None:
        """Keep a new article's fingerprint, put it into the index, count it if it founds a story."""
        self._connection.execute(
            fingerprint.insert(),
            {
                "article_id": article_id,
                "scheme": signature.scheme,
                "exact": signature.exact,
                "tokens": signature.tokens,
            },
        )
        self._index(article_id, decision.keys)
        if decision.counted:
            self._counters.append(self._connection, article_id, decision)

    def replace(self, article_id: int, old_keys: Sequence[int], signature: Signature, keys: Sequence[int]) -> None:
        """The fingerprint of a revision. `old_keys`: every key the old one may stand under. Counts nothing."""
        self._keep_counted(article_id)
        self._connection.execute(
            fingerprint.update().where(fingerprint.c.article_id == bindparam("id")),
            {"id": article_id, "scheme": signature.scheme, "exact": signature.exact, "tokens": signature.tokens},
        )
        self._unindex(article_id, old_keys)
        self._index(article_id, keys)

    def remove(self, article_id: int, old_keys: Sequence[int]) -> None:
        """Forget an article that is deleted. What it was counted for stays counted."""
        self._keep_counted(article_id)
        self._unindex(article_id, old_keys)
        self._connection.execute(fingerprint.delete().where(fingerprint.c.article_id == article_id))

    def _index(self, article_id: int, keys: Sequence[int]) -> None:
        if keys:
            statement = text("INSERT OR IGNORE INTO posting (key, article_id) SELECT value, :id FROM json_each(:keys)")
            self._connection.execute(statement, {"id": article_id, "keys": json.dumps(sorted(keys))})

    def _unindex(self, article_id: int, keys: Sequence[int]) -> None:
        statement = text("""
            DELETE FROM posting WHERE (key, article_id) IN (
                SELECT posting.key, posting.article_id FROM json_each(:keys) AS wanted
                CROSS JOIN posting ON posting.key = wanted.value AND posting.article_id = :id
            )""")
        self._connection.execute(statement, {"id": article_id, "keys": json.dumps(list(keys))})

    def _keep_counted(self, article_id: int) -> None:
        """Before a fingerprint changes: the log keeps what was counted."""
        counted = rarity_log.c.article_id == article_id, rarity_log.c.slots.is_(None)
        if self._connection.execute(rarity_log.select().where(*counted)).first() is None:
            return
        old = self.signature(article_id)
        if old is not None:
            slots = self._counters.slots_of(old)
            self._connection.execute(rarity_log.update().where(*counted).values(slots=slots))
