"""Judging the whole archive again with the present scheme, beside whatever else is going on.

The archive's history is lived through again in a scratch archive (`storage.rehearsal`), by the same functions that
judge what arrives. So a rebuild with the scheme of old ends where the archive is, and one that was killed goes on.
Then one transaction writes what differs; nobody ever sees half of it.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from ingest import __version__
from ingest.duplicates import Fingerprint, every_key, fingerprint, slots_of_signature
from ingest.duplicates.fingerprint import SCHEME
from ingest.duplicates.model import fitted
from ingest.judging import judge_revised, judge_same_url
from ingest.keeping import new_counters
from ingest.learning import judge_arrival, own_signature
from ingest.text import count_words
from storage import events, lines, partition, rehearsal, stories
from storage.events import Kind, Place, Step
from storage.file import ArchiveFile
from storage.matching import MatchStore, RarityCounters
from storage.model import Signature
from storage.partition import Difference
from storage.rehearsal import Version

if TYPE_CHECKING:
    from storage.transaction import Transaction

BATCH = 100  # steps of one transaction of the rehearsal
FINGERPRINTS = 50  # replaced in one transaction of the archive: writers in between wait a moment
SWEPT = 5_000  # rows of the index looked at in one
FIRST_KEY = -(1 << 31) - 1
ATTEMPTS = 5  # at finding the archive as it was rehearsed; the last one holds up other writers until it is done


@dataclass(frozen=True, slots=True)
class Progress:
    """How many of the archive's articles and events have been lived through."""

    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What a rebuild changed. `numbers`: of the changed stories, by their articles."""

    change: Difference
    numbers: dict[tuple[int, ...], int]
    articles: int
    fingerprints: int  # that were made anew
    resumed: bool


def scheme() -> str:
    """What the present verdicts depend on."""
    return f"{SCHEME}.{fitted().version} of ingest {__version__}"


def rebuild(archive: ArchiveFile, now: datetime, *, progress: Callable[[Progress], None] = lambda _: None) -> Rebuilt:
    """Judge everything again and write what differs. Raises ArchiveError; run again, it goes on where it stopped."""
    with rehearsal.rehearsing(archive, scheme()) as (scratch, resumed):
        work = _Rebuild(archive, scratch, now, progress)
        work.learn_words()
        replaced = 0
        for _ in range(ATTEMPTS - 1):
            work.catch_up()
            replaced += work.refresh_fingerprints()
            with archive.reading() as c:
                found = work.difference(c)
            with archive.transaction() as t:
                if work.is_caught_up(t):
                    return Rebuilt(found, work.write(t, found), work.articles, replaced, resumed)
        with archive.transaction() as t:
            while work.live(t):
                pass
            found = work.difference(t)
            return Rebuilt(found, work.write(t, found), work.articles, replaced, resumed)


class _Rebuild:
    """One run: the archive, its rehearsal, and what the archive was when the rehearsal had caught up with it."""

    def __init__(
        self, archive: ArchiveFile, scratch: ArchiveFile, now: datetime, progress: Callable[[Progress], None]
    ) -> None:
        self._archive, self._scratch, self._now, self._progress = archive, scratch, now, progress
        self._counters, self._own_counters = new_counters(), RarityCounters(_slots_of)
        self._seen = rehearsal.State(Place(), 0, 0)

    @property
    def articles(self) -> int:
        return self._seen.articles

    def learn_words(self) -> None:
        """What a person said of lines counts for all articles, also those that came before."""
        with self._archive.reading() as c, self._scratch.transaction() as s:
            rehearsal.add_outlets(c, s)
            lines.copy_words(c, s)

    def catch_up(self) -> None:
        """Live through all that has happened, reading the archive a moment at a time."""
        while True:
            with self._archive.reading() as c:
                state = rehearsal.state(c)
                if not self.live(c):
                    self._seen = state
                    return
                done = self._done()
            self._progress(Progress(done, state.articles + state.events))

    def live(self, c: Transaction) -> bool:
        """Live through the next steps of the archive's history; False when there are none."""
        with self._scratch.transaction() as s:
            steps = events.steps(c, rehearsal.place(s), BATCH)
            if not steps:
                return False
            index = MatchStore(s, self._counters)
            for step in steps:
                self._live(c, s, index, step)
            rehearsal.advance(s, steps[-1].place, len(steps))
        return True

    def _live(self, c: Transaction, s: Transaction, index: MatchStore, step: Step) -> None:
        other = step.other_id or step.article_id
        if step.kind is None:
            arrived = rehearsal.version(c, step.article_id, step.revision)
            rehearsal.add(s, arrived, _words(arrived))
            judge_arrival(s, index, step.article_id, arrived.title, arrived.text, _signature(arrived), self._now)
        elif not rehearsal.knows(s, step.article_id, other):
            return  # it was removed for its age before it could arrive here
        elif step.kind is Kind.REVISED:
            self._revise(s, index, rehearsal.version(c, step.article_id, step.revision))
        elif step.kind is Kind.SAME_URL:
            judge_same_url(s, step.article_id, other, SCHEME, self._now)
        elif step.kind is Kind.UNDONE:
            stories.part(s, step.article_id, other, self._now)
        else:
            for edge in stories.edges_between(c, step.article_id, other):
                if edge.article_id == step.article_id:
                    stories.confirm(s, edge, self._now)

    def _revise(self, s: Transaction, index: MatchStore, version: Version) -> None:
        stored = index.signature(version.article_id)
        assert stored is not None
        rehearsal.revise(s, version.article_id, _words(version), self._now)
        own = own_signature(s, version.article_id, version.title, version.text, _signature(version))
        judge_revised(s, index, version.article_id, stored, own, self._now)

    def refresh_fingerprints(self) -> int:
        """Replace what the archive holds of another scheme, in short transactions; how many it were."""
        after, replaced = 0, 0
        while True:
            with self._scratch.reading() as s:
                wanted = rehearsal.signatures(s, after, most=FINGERPRINTS)
            if not wanted:
                break
            last = max(wanted)
            with self._archive.reading() as c:
                kept = rehearsal.signatures(c, after, last)
            stale = [number for number, signature in wanted.items() if kept.get(number) != signature]
            if stale:
                with self._archive.transaction() as t:
                    replaced += sum(self._replace(t, number, wanted[number]) for number in stale)
            after = last
        if replaced:
            self._sweep_index()
        return replaced

    def _sweep_index(self) -> None:
        """Remove the keys of replaced fingerprints from the archive's index, whatever scheme made them."""
        after = (FIRST_KEY, 0)
        while True:
            with self._archive.transaction() as t, self._scratch.reading() as s:
                rows = rehearsal.postings(t, after, most=SWEPT)
                if not rows:
                    return
                stale = set(rows).difference(rehearsal.postings(s, after, rows[-1]))
                seen = self._seen.place
                gone = [r for r in stale if r[1] <= seen.number and not rehearsal.revised_since(t, r[1], seen.seq)]
                if gone:
                    rehearsal.drop_postings(t, gone)
            after = rows[-1]

    def _replace(self, t: Transaction, article_id: int, new: Signature) -> bool:
        if rehearsal.revised_since(t, article_id, self._seen.place.seq):
            return False
        index = MatchStore(t, self._own_counters)
        with self._scratch.reading() as s:
            keys = rehearsal.keys_of(s, article_id, every_key(Fingerprint.from_signature(new)))
        index.replace(article_id, _keys_of(index.signature(article_id)), new, keys)
        return True

    def difference(self, c: Transaction) -> Difference:
        with self._scratch.reading() as s:
            return partition.difference(
                rehearsal.partition(c), rehearsal.partition(s), rehearsal.edges(c), rehearsal.edges(s)
            )

    def is_caught_up(self, t: Transaction) -> bool:
        """Whether nothing has happened in the archive since."""
        return rehearsal.state(t) == self._seen

    def write(self, t: Transaction, change: Difference) -> dict[tuple[int, ...], int]:
        rehearsal.adopt_counters(t, self._own_counters, self._counters)
        with self._scratch.reading() as s:
            lines.copy_counts(s, t)
        return partition.apply(t, change, self._now)

    def _done(self) -> int:
        with self._scratch.reading() as s:
            return rehearsal.done(s)


def _signature(version: Version) -> Signature:
    return fingerprint(version.text, title=version.title).to_signature()


def _words(version: Version) -> int:
    return count_words(version.text) if version.words is None else version.words


def _keys_of(stored: Signature | None) -> tuple[int, ...]:
    """Every key a stored fingerprint may stand under."""
    readable = None if stored is None else _readable(stored)
    return () if readable is None else every_key(readable)


def _slots_of(signature: Signature) -> bytes:
    readable = _readable(signature)
    return b"" if readable is None else slots_of_signature(readable.to_signature())


def _readable(stored: Signature) -> Fingerprint | None:
    """A stored fingerprint, unless it is damaged, lost or another scheme's: it will be replaced."""
    if stored.tokens is None or stored.scheme != SCHEME:
        return None
    try:
        return Fingerprint.from_signature(stored)
    except (ValueError, struct.error):
        return None
