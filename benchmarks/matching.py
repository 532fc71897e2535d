"""How fast articles are matched and stored, and what the index costs, in an archive grown in arrival order.

usage: matching.py [--articles N] [--tokens 150 600] [--keep DIR]

Bodies are made from a fixed seed: of ten articles seven are news of their own, two are copies of something recent
(cut, edited, with a line of the outlet's), one is a form with other facts. Rates are of one process, text given:
fingerprint, look up, compare, decide, store, in transactions of 50 as `ingest import` has them; full-text search is
filled later and by others. Printed at each mark, a factor of ten apart: the rate over the last tenth of the way, the time
of a look-up (candidates of a new article, with their fingerprints), and bytes an article.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import accumulate, islice
from pathlib import Path

from sqlalchemy import text as sql

from ingest.duplicates import Rarity, fingerprint
from ingest.duplicates.matching import CANDIDATES, PER_STORY, Search
from ingest.duplicates.shingles import Shingled
from ingest.keeping import keep, new_counters
from storage import feeds
from storage.archive import Archive
from storage.matching import MatchStore, RarityCounters
from storage.model import Alias, AliasKind, ArticleDraft, Outlet

OUTLETS = [f"outlet-{number}" for number in range(60)]
START = datetime(2026, 1, 1, tzinfo=UTC)
BATCH = 50  # articles a transaction
PROBES = 1000
RECENT = 3000  # articles: a copy follows its original within so many
VOCABULARY, PHRASES, FORMS = 60_000, 5_000, 200


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
        letters = "etaoinshrdlucmfwypvbgkqjxz"
        self.words = ["".join(language.choices(letters, k=language.randint(2, 9))) for _ in range(VOCABULARY)]
        self.word_weights = list(accumulate(1 / (rank + 3) for rank in range(VOCABULARY)))
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
        published_at=START + timedelta(seconds=20 * number),
        language="en",
        word_count=len(body.text.split()),
    )


def grow(
    archive: Archive, counters: RarityCounters, bodies: Iterator[tuple[str, Body]], first: int, count: int
) -> float:
    """Add articles; returns the seconds that match and store took, without the making of the texts."""
    seconds = 0.0
    for number in range(first, first + count, BATCH):
        batch = list(islice(bodies, min(BATCH, first + count - number)))
        started = time.perf_counter()
        with archive.transaction() as t:
            for place, (outlet, body) in enumerate(batch, start=number):
                keep(t, draft(place, outlet, body), counters, START + timedelta(seconds=20 * place))
        seconds += time.perf_counter() - started
    return seconds


def look_ups(archive: Archive, counters: RarityCounters, bodies: Iterator[tuple[str, Body]]) -> list[float]:
    """Milliseconds, in order, for new articles as they come."""
    times = []
    with archive.transaction() as t:
        index = MatchStore(t, counters)
        search = Search(index, Rarity(*index.rarity()), frozenset())
        for _, body in islice(bodies, PROBES):
            keys = search.keys(Shingled(fingerprint(body.text, title=body.title)))
            started = time.perf_counter()
            index.candidates(keys, CANDIDATES, per_story=PER_STORY)
            times.append(1000 * (time.perf_counter() - started))
    return sorted(times)


def sizes(archive: Archive, articles: int) -> tuple[float, float]:
    """Bytes an article: of the index of keys, and of the whole file."""
    with archive.transaction() as t:
        pages = t.execute(sql("SELECT sum(pgsize) FROM dbstat WHERE name = 'posting'")).scalar_one()
        whole = t.execute(sql("SELECT sum(pgsize) FROM dbstat")).scalar_one()
    return pages / articles, whole / articles


def measure(tokens: int, articles: int, folder: Path) -> None:
    path = folder / f"matching-{tokens}.db"
    path.unlink(missing_ok=True)
    counters, bodies = new_counters(), iter(Press(tokens, seed=3))
    mark, done = min(articles, 1_000), 0
    with Archive.open(f"sqlite:///{path}", write=True) as archive:
        with archive.transaction() as t:
            feeds.sync(t, {Outlet(name, name): [f"https://{name}.example/feed"] for name in OUTLETS})
        while done < articles:
            last = max(BATCH, mark // 10)
            grow(archive, counters, bodies, done, mark - last - done)
            rate = last / grow(archive, counters, bodies, mark - last, last)
            done = mark
            mark = min(articles, 10 * mark)
            times = look_ups(archive, counters, bodies)
            index, whole = sizes(archive, done)
            with archive.transaction() as t:
                joined = t.execute(sql("SELECT count(*) FROM article WHERE id <> story_id")).scalar_one()
            print(
                f"{tokens} tokens, {done} articles ({joined} in others' stories): {rate:.0f}/s,"
                f" look-up p50 {times[len(times) // 2]:.2f} ms p99 {times[len(times) * 99 // 100]:.2f} ms"
                f" mean {sum(times) / len(times):.2f} ms, index {index:.0f} B, file {whole:.0f} B an article",
                flush=True,
            )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=10_000)
    parser.add_argument("--tokens", type=int, nargs="+", default=[150, 600])
    parser.add_argument("--keep", type=Path, help="keep the archives in this folder")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = arguments.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        for tokens in arguments.tokens:
            measure(tokens, arguments.articles, folder)


if __name__ == "__main__":
    sys.exit(main())
