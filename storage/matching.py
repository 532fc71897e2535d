"""What the archive keeps for duplicates: fingerprints, the index of their keys, and how rare shingles are.

Keys, counters and packed tokens are plain integers and bytes here; `ingest.duplicates` gives them their meaning. Look
up and write in ONE transaction begun with BEGIN IMMEDIATE, or of two copies that arrive together both become originals.
"""

from __future__ import annotations

import secrets
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from storage.model import MatchCandidate, MatchDecision, Signature
from storage.transaction import Transaction

T = TypeVar("T")

COUNTERS = 1 << 24
MOST_COUNTED = np.uint16(np.iinfo(np.uint16).max)
CHECKPOINT_EVERY = 10_000  # decisions
MAX_POSTINGS = 400  # articles looked at under one key
# Of a key with 1, 2, … articles: inverse document frequency, in whole numbers, so that sums do not depend on their order.
KEY_WEIGHTS = np.rint(1000 * np.log(2 * MAX_POSTINGS / np.arange(1, MAX_POSTINGS + 1))).astype(np.int64)
# Articles with one or two keys in common that are looked at: most candidates are such, 57 to 93 of 100, and of 3,783 best
# ones (of the generated and the real set) 35, all but two of them among the first three.
FEW, MAX_FEW = 2, 3
MAX_RANKED = 200  # articles whose stories are looked up, those whose common keys weigh most first

# In pieces, of which four fill a page of 4 kB: of two kB or three, one row would have a page for itself.
PIECE = 984  # bytes
WHOLE = f"""
    CASE WHEN length(fingerprint.tokens) < {PIECE} THEN fingerprint.tokens ELSE CAST(fingerprint.tokens || (
        SELECT coalesce(group_concat(tokens, ''), '')
        FROM (SELECT tokens FROM fingerprint_rest WHERE article_id = fingerprint.article_id ORDER BY piece)
    ) AS BLOB) END
"""

# Key by key, the earliest articles of each: what stands under more is a story of many copies, and costs no more.
# One text of numbers for all: 37 statements, or a row for each number, cost several times as much.
_UNDER_KEYS = f"""
    SELECT group_concat((
        SELECT group_concat(article_id)
        FROM (SELECT article_id FROM posting WHERE key = wanted.value ORDER BY article_id LIMIT {MAX_POSTINGS})
    ), ';') FROM json_each(?) AS wanted
"""
_CANDIDATES = f"""
    SELECT article.id, article.story_id, fingerprint.scheme, fingerprint.exact, {WHOLE}
    FROM json_each(?) AS wanted CROSS JOIN article ON article.id = wanted.value
    CROSS JOIN fingerprint ON fingerprint.article_id = article.id
"""
_ROUNDUPS = """
    SELECT article.id FROM json_each(?) AS wanted CROSS JOIN article ON article.id = wanted.value
    CROSS JOIN story ON story.id = article.story_id
    WHERE EXISTS (SELECT 1 FROM duplicate WHERE original_id IN (article.id, story.representative_id)
                  AND kind = 'contained' AND status <> 'undone')
"""
_STORIES = """
    SELECT article.id, article.story_id FROM json_each(?) AS wanted CROSS JOIN article ON article.id = wanted.value
"""
_SIGNATURE = f"SELECT scheme, exact, {WHOLE} FROM fingerprint WHERE article_id = ?"
_PUT = "INSERT INTO fingerprint (article_id, scheme, exact, tokens) VALUES (?, ?, ?, ?)"
_PUT_REST = "INSERT INTO fingerprint_rest (article_id, piece, tokens) VALUES (?, ?, ?)"
_DROP = "DELETE FROM fingerprint WHERE article_id = ?"
_DROP_REST = "DELETE FROM fingerprint_rest WHERE article_id = ?"
_INDEX = "INSERT OR IGNORE INTO posting (key, article_id) SELECT value, ? FROM json_each(?)"
_UNINDEX = "DELETE FROM posting WHERE key = ? AND article_id = ?"
_LOG_FROM = f"""
    SELECT log.seq, log.token, log.founded, log.slots, log.scheme, {WHOLE}
    FROM rarity_log AS log LEFT JOIN fingerprint ON fingerprint.article_id = log.article_id
    WHERE log.seq >= ? ORDER BY log.seq
"""
_LOG = "INSERT INTO rarity_log (token, article_id, scheme, founded, slots) VALUES (?, ?, ?, ?, ?)"
_COUNTED_WHOLE = "SELECT 1 FROM rarity_log WHERE article_id = ? AND slots IS NULL"
_KEEP_COUNTED = "UPDATE rarity_log SET slots = ? WHERE article_id = ? AND slots IS NULL"
_CHECKPOINT = "SELECT seq, token, stories, total, counters FROM rarity_checkpoint ORDER BY seq DESC LIMIT 1"
_PUT_CHECKPOINT = "INSERT INTO rarity_checkpoint (seq, token, stories, total, counters) VALUES (?, ?, ?, ?, ?)"


class RarityCounters:
    """How many stories hold a shingle, exact across restarts and writers. One for the life of a process.

    What counts is the log in the database: memory follows it at the start of each transaction. A row that memory has
    counted and the log no longer holds was rolled back, and everything is read anew.
    """

    def __init__(self, slots_of: Callable[[Signature], bytes]) -> None:
        self.slots_of = slots_of
        self._followed: object = None  # the transaction in which memory was brought up to date last
        self._clear()

    def _clear(self) -> None:
        self.counters: NDArray[np.uint16] = np.zeros(COUNTERS, np.uint16)
        self.stories = self.total = self._seq = self._token = self._checkpoint = 0

    def follow(self, t: Transaction) -> None:
        """Bring memory to the state of the log. Inside the transaction that decides, before it does; once is enough."""
        if t is not self._followed:
            self._catch_up(t)
            self._followed = t

    def _catch_up(self, t: Transaction) -> None:
        first, *new = t.run(_LOG_FROM, (self._seq,)).fetchall() or [None]
        if first is None or first[:2] != (self._seq, self._token):  # what memory counted last is no longer in the log
            self._load(t)
            new = [row for row in t.run(_LOG_FROM, (self._seq,)) if row[0] > self._seq]
        for seq, token, founded, slots, scheme, tokens in new:
            counted = self.slots_of(Signature(scheme, b"", tokens)) if slots is None else slots
            self._count(counted, seq, token, founded)

    def append(self, t: Transaction, article_id: int, decision: MatchDecision) -> None:
        """Count a new article: all of it if it founds a story, what is new in it if it joins one."""
        token, founded = secrets.randbits(63), decision.story_id is None
        slots = None if founded else decision.counted
        seq = t.run(_LOG, (token, article_id, decision.scheme, int(founded), slots)).lastrowid or 0
        self._count(decision.counted, seq, token, int(founded))
        if seq - self._checkpoint >= CHECKPOINT_EVERY:
            self._save(t)

    def _count(self, slots: bytes, seq: int, token: int, founded: int) -> None:
        wanted = np.frombuffer(slots, np.uint32).astype(np.intp)
        before = self.counters.take(wanted)
        self.counters[wanted] = before + (before < MOST_COUNTED)
        self.stories += founded
        self.total += len(wanted)
        self._seq, self._token = seq, token

    def _load(self, t: Transaction) -> None:
        self._clear()
        saved = t.run(_CHECKPOINT).fetchone()
        if saved is not None:
            self._seq, self._token, self.stories, self.total, packed = saved
            self._checkpoint = self._seq
            self.counters = np.frombuffer(zlib.decompress(packed), np.uint16).copy()

    def _save(self, t: Transaction) -> None:
        packed = zlib.compress(self.counters.tobytes(), level=1)
        t.run("DELETE FROM rarity_checkpoint")
        t.run(_PUT_CHECKPOINT, (self._seq, self._token, self.stories, self.total, packed))
        # The last row stays: by it other processes find their place, and numbers go on rising.
        t.run("DELETE FROM rarity_log WHERE seq < ?", (self._seq,))
        self._checkpoint = self._seq


def _listed(numbers: Sequence[int]) -> str:
    """As JSON."""
    return str(list(numbers))


def _spread(of_stories: Iterable[tuple[T, int]], per_story: int) -> Iterator[T]:
    """What is of stories, without those that come after the first few of their story."""
    taken: Counter[int] = Counter()
    for item, story in of_stories:
        taken[story] += 1
        if taken[story] <= per_story:
            yield item


class MatchStore:
    """The index within one write transaction. Make one at its start; it is cheap."""

    def __init__(self, t: Transaction, counters: RarityCounters) -> None:
        self._t = t
        self._counters = counters
        self._counters.follow(t)

    def rarity(self) -> tuple[NDArray[np.uint16], int, float]:
        """The counters by slot, the number of stories counted, and the mean of the counters."""
        return self._counters.counters, self._counters.stories, self._counters.total / COUNTERS

    def candidates(
        self, keys: Sequence[int], limit: int, *, per_story: int, without: int | None = None
    ) -> list[MatchCandidate]:
        """The articles whose common keys weigh most, the earlier of two equals first, with their fingerprints."""
        ranked = self._ranked(keys, without)
        first = self._read(ranked[:limit])
        found = list(_spread(((candidate, candidate.story_id) for candidate in first), per_story))
        if len(found) < limit < len(ranked):
            stories = self._t.run(_STORIES, (_listed(ranked),)).fetchall()
            found = self._read(list(islice(_spread(stories, per_story), limit)))
        return found

    def _ranked(self, keys: Sequence[int], without: int | None) -> list[int]:
        """The articles that share keys, best first. A key of few articles says more than one of many."""
        wanted = sorted(set(keys))  # neighbours share pages
        listed = self._t.value(_UNDER_KEYS, (_listed(wanted),))
        if not listed:
            return []
        others = np.array([under.count(",") for under in listed.split(";")])
        found = np.fromstring(listed.replace(";", ","), np.int64, sep=",")
        by_number = found.argsort(kind="stable")
        found, weights = found[by_number], KEY_WEIGHTS[others].repeat(others + 1)[by_number]
        begins = np.ones(len(found) + 2, np.bool_)
        np.not_equal(found[1:], found[:-1], out=begins[1:-2])
        starts = begins[:-2].nonzero()[0]
        shared = np.add.reduceat(weights, starts)
        if without is not None:
            others = found[starts] != without
            starts, shared = starts[others], shared[others]
        starts = starts[(-shared).argsort(kind="stable")]
        if len(wanted) > FEW:
            has_few = begins[starts + 1] | begins[starts + FEW]  # so far on, it is another article's
            starts = starts[~has_few | (has_few.cumsum() <= MAX_FEW)]
        ranked: list[int] = found[starts[:MAX_RANKED]].tolist()
        return ranked

    def _read(self, numbers: Sequence[int]) -> list[MatchCandidate]:
        """Articles by their numbers, in that order."""
        rows = self._t.run(_CANDIDATES, (_listed(numbers),)).fetchall()
        return [
            MatchCandidate(number, story, Signature(scheme, exact, tokens))
            for number, story, scheme, exact, tokens in rows
        ]

    def roundups(self, numbers: Sequence[int]) -> set[int]:
        """Those articles in which texts of several stories are known to stand, or in what they are copies of."""
        if not numbers:
            return set()
        return {number for (number,) in self._t.run(_ROUNDUPS, (_listed(numbers),))}

    def signature(self, article_id: int) -> Signature | None:
        row = self._t.run(_SIGNATURE, (article_id,)).fetchone()
        return None if row is None else Signature(*row)

    def put(self, article_id: int, signature: Signature, decision: MatchDecision) -> None:
        """Keep a new article's fingerprint, put it into the index, count it if it founds a story."""
        self._keep(article_id, signature)
        self._index(article_id, decision.keys)
        if decision.counted:
            self._counters.append(self._t, article_id, decision)

    def replace(self, article_id: int, old_keys: Sequence[int], signature: Signature, keys: Sequence[int]) -> None:
        """The fingerprint of a revision, or of an article that has none. `old_keys`: every key the old one may stand
        under. Counts nothing."""
        self._keep_counted(article_id)
        self._drop(article_id)
        self._keep(article_id, signature)
        self._unindex(article_id, old_keys)
        self._index(article_id, keys)

    def remove(self, article_id: int, old_keys: Sequence[int]) -> None:
        """Forget an article that is deleted. What it was counted for stays counted."""
        self._keep_counted(article_id)
        self._unindex(article_id, old_keys)
        self._drop(article_id)

    def _drop(self, article_id: int) -> None:
        self._t.run(_DROP_REST, (article_id,))
        self._t.run(_DROP, (article_id,))

    def _keep(self, article_id: int, signature: Signature) -> None:
        first, *rest = (signature.tokens[at : at + PIECE] for at in range(0, max(1, len(signature.tokens)), PIECE))
        self._t.run(_PUT, (article_id, signature.scheme, signature.exact, first))
        for piece, tokens in enumerate(rest, start=1):
            self._t.run(_PUT_REST, (article_id, piece, tokens))

    def _index(self, article_id: int, keys: Sequence[int]) -> None:
        self._t.run(_INDEX, (article_id, _listed(sorted(keys))))

    def _unindex(self, article_id: int, keys: Sequence[int]) -> None:
        self._t.run_many(_UNINDEX, [(key, article_id) for key in sorted(keys)])

    def _keep_counted(self, article_id: int) -> None:
        """Before a fingerprint changes: the log keeps what was counted."""
        if self._t.value(_COUNTED_WHOLE, (article_id,)) is None:
            return
        old = self.signature(article_id)
        if old is not None:
            self._t.run(_KEEP_COUNTED, (self._counters.slots_of(old), article_id))
