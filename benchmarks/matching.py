"""How fast articles are matched and stored, and what the index costs, in an archive grown in arrival order.

usage: matching.py [--articles N] [--tokens 150 600] [--keep DIR] [--minutes M]
       matching.py --archive PATH [--stretches N] [--tokens 150]

Bodies are made from a fixed seed: of ten articles seven are news of their own, two are copies of something recent
(cut, edited, with a line of the outlet's), one is a form with other facts. Rates are of one process, text given:
fingerprint, look up, compare, decide, store, with the memory of `ingest import` and in transactions of 500 as it has
them where storing is what takes longest; full-text search is filled later and by others. Printed at each mark: the rate
over the last stretch of the way, in CPU seconds, with the pace of the machine meanwhile; the time of a look-up
(candidates of a new article, with their fingerprints); bytes an article.

With --archive an archive that was kept grows on, in a copy, and the rate is taken over stretch after stretch of 10,000
articles: a machine that others use as well changes its pace from one minute to the next.
"""

from __future__ import annotations

import argparse
import gc
import math
import random
import shutil
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, islice
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.reading import SPAN, START, vocabulary
from ingest.cli import COLLECT_AFTER
from ingest.duplicates import Rarity, fingerprint
from ingest.duplicates.matching import CANDIDATES, PER_STORY, Search
from ingest.duplicates.shingles import Shingled
from ingest.keeping import keep, new_counters
from storage import feeds
from storage.archive import Archive
from storage.connect import IMPORT_MB
from storage.matching import MatchStore, RarityCounters
from storage.model import Alias, AliasKind, ArticleDraft, Outlet
from storage.search import flush

OUTLETS = [f"outlet-{number}" for number in range(1, 61)]
APART = SPAN / 1_000_000  # one article after the other
BATCH = 500  # articles a transaction
PROBES = 1000
PACE_ROUNDS = 200  # after each transaction
STRETCH = 10_000  # articles: the counters of shingles are saved once
RECENT = 3000  # articles: a copy follows its original within so many
PHRASES, FORMS = 5_000, 200

_SIGHTINGS = """
    INSERT INTO sighting (feed_id, entry_key, article_id, status, first_seen_at, last_seen_at, content_hash, url, title,
                          summary)
    SELECT feed.id, article.url, article.id, 'stored', first_seen_at, first_seen_at, '', article.url, article.title, ''
    FROM article JOIN feed ON feed.outlet_id = article.outlet_id AND feed.url = printf(
        'https://outlet.example/feed/%d', 3 * article.outlet_id)
"""
_COUNTED = "UPDATE feed SET articles = (SELECT count(*) FROM sighting WHERE sighting.feed_id = feed.id)"


class Pace:
    """How fast this machine is while it is measured: rounds of fixed work in a CPU second.

    A round is matching in little: sorted look-ups in numpy, rows of SQLite, counting. A few are done between the
    transactions that are timed, so that rates of two machines, or of one that others use as well, can be compared.
    """

    def __init__(self) -> None:
        self.rounds, self.seconds = 0, 0.0
        self._hashes = np.random.default_rng(5).integers(1 << 62, size=(2, 150)).astype(np.uint64)
        self._table = sqlite3.connect(":memory:")
        self._table.execute("CREATE TABLE posting (key INTEGER, id INTEGER, PRIMARY KEY (key, id)) WITHOUT ROWID")
        self._table.executemany(
            "INSERT INTO posting VALUES (?, ?)", ((key, id) for key in range(500) for id in range(20))
        )

    def run(self, rounds: int) -> None:
        started = time.process_time()
        for number in range(self.rounds, self.rounds + rounds):
            for shift in range(10):
                ordered = np.sort(self._hashes[0] ^ np.uint64(number + shift))
                np.count_nonzero(ordered[np.searchsorted(ordered, self._hashes[1]) % 150] == self._hashes[1])
            keys = [(number * 7919 + key * 271) % 500 for key in range(30)]
            rows = (row for key in keys for row in self._table.execute("SELECT id FROM posting WHERE key = ?", (key,)))
            Counter(rows)
        self.seconds += time.process_time() - started
        self.rounds += rounds

    @property
    def per_second(self) -> float:
        return self.rounds / self.seconds


@dataclass(frozen=True, slots=True)
class Body:
    title: str
    text: str


class Press:
    """Endless articles of a given length. Words and stock phrases are as unevenly used as in print (Zipf)."""

    def __init__(self, tokens: int, seed: int) -> None:
        self.tokens = tokens
        self.rng = random.Random(seed)
        language = random.Random(1)  # the same for every seed
        self.words = vocabulary("en").tolist()
        self.word_weights = list(accumulate(1 / (rank + 3) for rank in range(len(self.words))))
        self.phrases = [self._words(language.randint(3, 7), language) for _ in range(PHRASES)]
        self.phrase_weights = list(accumulate(1 / (rank + 20) for rank in range(PHRASES)))
        self.forms = [self._words(tokens, language) for _ in range(FORMS)]
        self.standing = {name: " ".join(self._words(25, language)) for name in OUTLETS}
        self.recent: list[Body] = []

    def __iter__(self) -> Iterator[tuple[str, Body]]:
        while True:
            outlet = self.rng.choice(OUTLETS)
            draw = self.rng.random()
            body = self._copy(outlet) if draw < 0.2 and self.recent else self._form() if draw < 0.3 else self._news()
            if draw >= 0.2:
                self._remember(body)
            yield outlet, body

    def _words(self, count: int, rng: random.Random) -> list[str]:
        return rng.choices(self.words, cum_weights=self.word_weights, k=count)

    def _news(self) -> Body:
        words: list[str] = []
        length = self.rng.randint(self.tokens * 4 // 5, self.tokens * 6 // 5)
        while len(words) < length:
            words += self._words(self.rng.randint(4, 20), self.rng)
            words += self.rng.choices(self.phrases, cum_weights=self.phrase_weights)[0]
        return _printed(words)

    def _form(self) -> Body:
        words = [word if self.rng.random() < 0.8 else None for word in self.rng.choice(self.forms)]
        facts = iter(self._words(len(words), self.rng))
        return _printed(
            [word or (next(facts) if self.rng.random() < 0.5 else str(self.rng.randrange(9999))) for word in words]
        )

    def _copy(self, outlet: str) -> Body:
        original = self.rng.choice(self.recent)
        sentences = original.text.split(". ")
        kept = sentences[: max(2, round(len(sentences) * self.rng.choice((0.5, 0.8, 1, 1, 1))))]
        words = [
            word if self.rng.random() > 0.03 else self.rng.choice(self.words) for word in ". ".join(kept).split(" ")
        ]
        return Body(original.title, " ".join(words) + "\n" + self.standing[outlet])

    def _remember(self, body: Body) -> None:
        if len(self.recent) < RECENT:
            self.recent.append(body)
        else:
            self.recent[self.rng.randrange(RECENT)] = body


def _printed(words: Sequence[str]) -> Body:
    """Words as sentences of 18, three to a line."""
    sentences = [" ".join(words[at : at + 18]).capitalize() for at in range(0, len(words), 18)]
    lines = [". ".join(sentences[at : at + 3]) + ". " for at in range(0, len(sentences), 3)]
    return Body(" ".join(words[:8]), "\n".join(lines))


def draft(number: int, outlet: str, body: Body) -> ArticleDraft:
    url = f"https://{outlet}.example/{number}"
    return ArticleDraft(
        outlet=outlet,
        title=body.title,
        text=body.text,
        method="benchmark",
        url=url,
        canonical_url=url,
        aliases=(Alias(AliasKind.URL, url),),
        signature=fingerprint(body.text, title=body.title).to_signature(),
        published_at=START + APART * number,
        language="en",
        word_count=len(body.text.split()),
    )


class Growth:
    """What a stretch of the way cost: CPU seconds of match and store, and the pace of the machine meanwhile."""

    def __init__(self, until: float) -> None:
        self.until = until  # by the clock of `time.monotonic`
        self.articles, self.seconds, self.pace = 0, 0.0, Pace()


def grow(
    archive: Archive, counters: RarityCounters, bodies: Iterator[tuple[str, Body]], numbers: range, growth: Growth
) -> int:
    """Add articles until the time is up; returns how many. The making of the texts is not measured."""
    for first in range(numbers.start, numbers.stop, BATCH):
        if time.monotonic() > growth.until:
            break
        batch = list(islice(bodies, min(BATCH, numbers.stop - first)))
        started = time.process_time()
        with archive.transaction() as t:
            for number, (outlet, body) in enumerate(batch, start=first):
                keep(t, draft(number, outlet, body), counters, START + APART * number)
        growth.seconds += time.process_time() - started
        growth.articles += len(batch)
        growth.pace.run(PACE_ROUNDS)
    return growth.articles


def look_ups(
    archive: Archive, counters: RarityCounters, bodies: Iterator[tuple[str, Body]]
) -> tuple[list[float], list[float]]:
    """Milliseconds for new articles as they come, in order: by the clock, and of CPU, which a busy machine stretches
    less."""
    clock, cpu = [], []
    with archive.transaction() as t:
        index = MatchStore(t, counters)
        search = Search(index, Rarity(*index.rarity()), frozenset())
        for _, body in islice(bodies, PROBES):
            keys = search.keys(Shingled(fingerprint(body.text, title=body.title)))
            started, worked = time.perf_counter(), time.process_time()
            index.candidates(keys, CANDIDATES, per_story=PER_STORY)
            clock.append(1000 * (time.perf_counter() - started))
            cpu.append(1000 * (time.process_time() - worked))
    return sorted(clock), sorted(cpu)


def sizes(archive: Archive, articles: int) -> tuple[float, float]:
    """Bytes an article: of the index of keys, and of the whole file."""
    with archive.transaction() as t:
        pages = t.value("SELECT sum(pgsize) FROM dbstat WHERE name = 'posting'")
        whole = t.value("PRAGMA page_count") * t.value("PRAGMA page_size")
    return pages / articles, whole / articles


def marks(articles: int) -> Iterator[int]:
    """Where figures are taken: 1,000, 10,000, 100,000, then every 100,000."""
    sizes = (1_000, 10_000, *range(100_000, articles, 100_000))
    yield from (mark for mark in sizes if mark < articles)
    yield articles


def measure(tokens: int, articles: int, path: Path, until: float) -> None:
    path.unlink(missing_ok=True)
    counters, bodies, done = new_counters(), iter(Press(tokens, seed=3)), 0
    with Archive.open(f"sqlite:///{path}", write=True, megabytes=IMPORT_MB) as archive:
        with archive.transaction() as t:
            feeds.sync(t, {Outlet(name, name): _feeds(number) for number, name in enumerate(OUTLETS, start=1)})
        for mark in marks(articles):
            last = min(mark - done, max(mark // 10, 500))
            growth = Growth(until)
            done += grow(archive, counters, bodies, range(done, mark - last), growth)
            if done == mark - last:
                growth = Growth(until)
                done += grow(archive, counters, bodies, range(done, mark), growth)
            report(f"{tokens} tokens, {done} articles", archive, counters, bodies, done, growth)
            if done < mark:
                print(f"stopped at {done} articles: the time is up")
                break


def go_on(tokens: int, archive: Path, stretches: int, path: Path) -> None:
    """Rates at the size that an archive has, taken in a copy at `path`."""
    shutil.copyfile(archive, path)
    counters, rates = new_counters(), []
    with Archive.open(f"sqlite:///{path}", write=True, megabytes=IMPORT_MB) as grown:
        with grown.transaction() as t:
            held = t.value("SELECT max(id) FROM article")
        bodies, number = iter(Press(tokens, seed=held)), held
        number += grow(grown, counters, bodies, range(number, number + RECENT), Growth(math.inf))
        for _ in range(stretches):
            growth = Growth(math.inf)
            number += grow(grown, counters, bodies, range(number, number + STRETCH), growth)
            rates.append(growth.articles / growth.seconds)
            print(f"{number} articles: {rates[-1]:.0f}/s at pace {growth.pace.per_second:.0f}", flush=True)
    ordered = sorted(rates)
    print(f"{tokens} tokens, from {held} articles on: {ordered[0]:.0f} to {ordered[-1]:.0f}/s", end=", ")
    print(f"median {ordered[len(ordered) // 2]:.0f}/s")


def report(
    name: str,
    archive: Archive,
    counters: RarityCounters,
    bodies: Iterator[tuple[str, Body]],
    articles: int,
    growth: Growth,
) -> None:
    rate, pace = growth.articles / max(growth.seconds, 1e-9), growth.pace.per_second
    clock, cpu = look_ups(archive, counters, bodies)
    index, whole = sizes(archive, articles)
    with archive.transaction() as t:
        joined = t.value("SELECT count(*) FROM article WHERE id <> story_id")
    print(
        f"{name} ({joined} in others' stories): {rate:.0f}/s at pace {pace:.0f}"
        f" ({1000 * rate / pace:.0f} a thousand rounds), look-up CPU p50 {cpu[len(cpu) // 2]:.2f} ms"
        f" p99 {cpu[len(cpu) * 99 // 100]:.2f} ms mean {sum(cpu) / len(cpu):.2f} ms"
        f" (by the clock {clock[len(cpu) // 2]:.2f}, {clock[len(cpu) * 99 // 100]:.2f}, {sum(clock) / len(cpu):.2f}),"
        f" index {index:.0f} B, file {whole:.0f} B an article",
        flush=True,
    )


def finish(path: Path) -> None:
    """What other benchmarks need of the archive: where its articles were listed, and full-text search."""
    with Archive.open(f"sqlite:///{path}", write=True) as archive:
        with archive.transaction() as t:
            t.run(_SIGHTINGS)
            t.run(_COUNTED)
        indexed = 1
        while indexed:
            with archive.transaction() as t:
                indexed = flush(t)


def _feeds(outlet: int) -> list[str]:
    """The three feeds of an outlet."""
    return [f"https://outlet.example/feed/{3 * outlet - back}" for back in range(3)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=10_000)
    parser.add_argument("--tokens", type=int, nargs="+", default=[150, 600])
    parser.add_argument("--keep", type=Path, help="keep the archives in this folder, ready for benchmarks/reading.py")
    parser.add_argument("--archive", type=Path, help="a kept archive: measure at its size alone")
    parser.add_argument("--stretches", type=int, default=10, help="how often, with --archive")
    parser.add_argument("--minutes", type=float, default=600, help="stop each archive's growth after so long")
    arguments = parser.parse_args()
    gc.set_threshold(*COLLECT_AFTER)  # as `ingest` does
    with tempfile.TemporaryDirectory() as temporary:
        folder = arguments.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        if arguments.archive:
            go_on(arguments.tokens[0], arguments.archive, arguments.stretches, folder / "copy.db")
            return
        for tokens in arguments.tokens:
            path = folder / f"matching-{tokens}.db"
            measure(tokens, arguments.articles, path, time.monotonic() + 60 * arguments.minutes)
            if arguments.keep:
                finish(path)


if __name__ == "__main__":
    sys.exit(main())
