"""How fast an archive answers: `python benchmarks/reading.py [--articles 100000 | --archive PATH] [--rounds 30]`.

Makes an archive of generated articles (Zipf's law for words, 60 outlets, eight languages, every sixth article a copy,
every fiftieth revised), unless it is there already, or takes the one that is named, and only reads it. Prints for each
kind of reading the median and the 95th percentile of warm calls, each with other arguments, which are drawn from the
archive: words that stand in many of its articles or in few, its outlets, feeds, days. The bars are 200 ms at 1,000,000
articles, 50 ms for opening, 300 ms for `--version` and `--help`; ends with 1 where the 95th percentile is over one.
"""

from __future__ import annotations

import argparse
import random
import re
import resource
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from storage import search
from storage.archive import Archive
from storage.records import Article
from storage.times import format_time, parse_time
from storage.words import fold

START = datetime(2023, 1, 1, tzinfo=UTC)
OUTLETS = 60
FEEDS = 180
SPAN = timedelta(days=900)
LANGUAGES = ["en"] * 60 + ["ur"] * 12 + ["zh"] * 8 + ["hi"] * 8 + ["ar"] * 5 + ["ru"] * 4 + ["ja"] * 2 + ["fi"]
LETTERS = {
    "en": "abcdefghiklmnoprstuvwy",
    "fi": "aehijklmnoprstuvyäö",
    "ur": "ابپتجچخدرزسشعغفقکگلمنوہی",
    "ar": "ابتثجحخدرزسشصطعغفقكلمنهوي",
    "hi": "कखगघचजटडतदनपबमयरलवशसह",
    "ru": "абвгдежзиклмнопрстуфхчшя",
    "zh": "".join(map(chr, range(0x4E00, 0x4E00 + 3000))),
    "ja": "".join(map(chr, range(0x3041, 0x3097))) + "".join(map(chr, range(0x4E00, 0x4E00 + 1500))),
}
VOCABULARY = 60_000
WORDS = 560  # of an article, on average


def make(path: Path, count: int) -> None:
    """Generate an archive and index it."""
    with Archive.open(f"sqlite:///{path}", write=True):
        pass
    started = time.perf_counter()
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA synchronous=OFF")
    connection.execute("BEGIN IMMEDIATE")
    _outlets(connection)
    for first in range(1, count + 1, 5_000):
        _insert(connection, list(_articles(range(first, min(first + 5_000, count + 1)))))
    connection.execute("UPDATE outlet SET articles = (SELECT count(*) FROM article WHERE outlet_id = outlet.id)")
    connection.execute("UPDATE feed SET articles = (SELECT count(*) FROM sighting WHERE feed_id = feed.id)")
    connection.execute("INSERT INTO unindexed SELECT id FROM article")
    connection.execute("COMMIT")
    connection.close()
    print(f"generated in {time.perf_counter() - started:.0f} s, ", end="", flush=True)
    started = time.perf_counter()
    with Archive.open(f"sqlite:///{path}", write=True) as archive:
        indexed = 1
        while indexed:
            with archive.transaction() as t:
                indexed = search.flush(t)
    seconds = time.perf_counter() - started
    print(f"indexed in {seconds:.0f} s ({count / seconds:,.0f} articles/s)")


def vocabulary(language: str) -> np.ndarray:
    """Made-up words of a language; common ones are short."""
    dice = random.Random(language)
    letters = LETTERS[language]
    unspaced = language in ("zh", "ja")
    words = set()
    while len(words) < VOCABULARY:
        length = dice.randint(1, 3) if unspaced else dice.randint(2, 9)
        words.add("".join(dice.choices(letters, k=length)))
    return np.array(sorted(words, key=lambda word: (len(word), word)))


_VOCABULARIES: dict[str, np.ndarray] = {}
_CUMULATED = np.cumsum(1 / np.arange(1, VOCABULARY + 1))
_CUMULATED /= _CUMULATED[-1]


def text(language: str, words: int, dice: np.random.Generator) -> str:
    if language not in _VOCABULARIES:
        _VOCABULARIES[language] = vocabulary(language)
    chosen = _VOCABULARIES[language][np.searchsorted(_CUMULATED, dice.random(words))]
    if language in ("zh", "ja"):
        return "，".join("".join(chosen[at : at + 9]) for at in range(0, words, 9)) + "。"
    return "\n".join(" ".join(chosen[at : at + 40]) + "." for at in range(0, words, 40))


def _articles(numbers: range) -> Iterator[tuple[object, ...]]:
    dice = np.random.default_rng(numbers.start)
    for number in numbers:
        language = LANGUAGES[int(dice.integers(len(LANGUAGES)))]
        seen = START + number * (SPAN / 1_000_000)
        published = seen - timedelta(minutes=int(dice.exponential(300)))
        original = number - int(dice.integers(1, 500)) if number % 6 == 0 and number > 500 else number
        words = max(20, int(dice.lognormal(6.1, 0.7)))
        revisions = 2 if number % 50 == 0 else 1
        yield (
            number, int(dice.zipf(1.3) % OUTLETS) + 1, original, format_time(published), format_time(published),
            format_time(seen), format_time(seen), language, words, "trafilatura", 0, revisions, format_time(seen),
            "edited" if revisions > 1 else "first",
            f"https://outlet.example/{number}", f"https://outlet.example/{number}", '["Web Desk"]',
            text(language, 9, dice), text(language, 30, dice), '{"section": "News"}', text(language, words, dice),
        )  # fmt: skip


def _insert(connection: sqlite3.Connection, rows: list[tuple[object, ...]]) -> None:
    stories = {row[2] for row in rows}
    connection.executemany(
        "INSERT OR IGNORE INTO story(id, representative_id, article_count, outlet_count) VALUES (?, ?, 0, 0)",
        [(number, number) for number in stories],
    )
    columns = (
        "change_number, id, outlet_id, story_id, sort_at, published_at, first_seen_at, changed_at, language,"
        " word_count, method, from_feed, revision_count, revised_at, change, url, canonical_url, authors, title,"
        " summary, extra"
    )
    connection.executemany(
        f"INSERT INTO article({columns}) VALUES ({', '.join('?' * 21)})", [(row[0], *row[:20]) for row in rows]
    )
    connection.executemany("INSERT INTO article_text VALUES (?, ?)", [(row[0], row[20]) for row in rows])
    copies = [(row[0], row[2], row[6]) for row in rows if row[0] != row[2]]
    connection.executemany("INSERT INTO duplicate VALUES (?, ?, 'near', .9, .6, 1, ?, 'active', '{}')", copies)
    connection.executemany(
        "INSERT INTO revision VALUES (?, 1, ?, 'first', ?, ?)",
        [(row[0], row[5], row[17], row[20]) for row in rows if row[11] == 2],
    )
    connection.executemany(
        "INSERT INTO sighting(feed_id, entry_key, article_id, status, first_seen_at, last_seen_at, content_hash, url,"
        " title, summary) VALUES (?, ?, ?, 'stored', ?, ?, '1:x', ?, ?, ?)",
        [(int(str(row[1])) * 3, row[14], row[0], row[5], row[5], row[14], row[17], row[18]) for row in rows],
    )
    connection.executemany(
        "UPDATE story SET (article_count, outlet_count, first_published_at, last_published_at) = (SELECT count(*),"
        " count(DISTINCT outlet_id), min(sort_at), max(sort_at) FROM article WHERE story_id = story.id) WHERE id = ?",
        [(number,) for number in stories],
    )


def _outlets(connection: sqlite3.Connection) -> None:
    names = [(n, f"outlet-{n}", f"Outlet {n}", f"https://outlet-{n}.example/", "en") for n in range(1, OUTLETS + 1)]
    connection.executemany("INSERT INTO outlet(id, name, title, home, language) VALUES (?, ?, ?, ?, ?)", names)
    feeds = [(n, (n - 1) % OUTLETS + 1, f"https://outlet.example/feed/{n}") for n in range(1, FEEDS + 1)]
    connection.executemany("INSERT INTO feed(id, outlet_id, url, status) VALUES (?, ?, ?, 'ok')", feeds)


# --- measuring --------------------------------------------------------------------------------------------------------


SAMPLE = 300  # articles whose words are looked at
RARE = 1 / 1_000  # a rare word stands in fewer of the articles than this


@dataclass(frozen=True)
class Sample:
    """What stands in an archive, to ask for."""

    count: int
    ids: list[int]
    stories: list[int]
    revised: list[int]
    outlets: list[str]
    feeds: list[str]
    languages: list[str]  # the one with the most articles first
    authors: list[str]
    first: datetime
    last: datetime
    commonest: list[str]
    common: list[str]
    rare: list[str]
    in_titles: list[str]
    common_phrases: list[str]
    phrases: list[str]
    chinese: list[str]


def draw(archive: Archive) -> Sample:
    dice = random.Random(1)
    ((count, least, most),) = archive.sql("SELECT count(*), min(id), max(id) FROM articles")
    drawn = [
        archive.sql("SELECT id FROM articles WHERE id >= ? ORDER BY id LIMIT 1", (dice.randint(least, most),))
        for _ in range(SAMPLE)
    ]
    articles = list(archive.articles(id=sorted({int(found.first()[0]) for found in drawn})))
    newest, oldest = (
        archive.sql(f"SELECT sort_at FROM articles ORDER BY sort_at {way} LIMIT 1").first()[0]
        for way in ("DESC", "ASC")
    )
    documents: Counter[str] = Counter()
    pairs: Counter[str] = Counter()
    for article in articles:
        folded = fold(article.text).split()
        documents.update({word for word in folded if word.isalpha() and len(word) > 1})
        pairs.update({f'"{a} {b}"' for a, b in pairwise(folded) if a.isalpha() and b.isalpha() and a.isascii()})
    ranked = [word for word, _ in documents.most_common()]
    once = [word for word, number in documents.items() if number == 1]
    dice.shuffle(once)
    speaking = "SELECT language FROM articles WHERE language IS NOT NULL GROUP BY 1 ORDER BY count(*) DESC"
    return Sample(
        count=int(count),
        ids=[article.id for article in articles],
        stories=[article.story_id for article in articles],
        revised=[article.id for article in archive.articles(revised=True, limit=200)],
        outlets=[outlet.name for outlet in archive.outlets() if outlet.articles],
        feeds=[feed.url for feed in archive.feeds() if feed.articles],
        languages=[str(language) for (language,) in archive.sql(speaking)],
        authors=sorted({name for article in articles for name in article.authors}),
        first=parse_time(oldest),
        last=parse_time(newest),
        commonest=ranked[:4],
        common=ranked[10 : max(20, sum(number > len(articles) / 20 for number in documents.values()))],
        rare=[word for word in once[:100] if _is_rare(archive, word, count)] or once[:5],
        in_titles=sorted({word for article in articles for word in fold(article.title).split() if len(word) > 3}),
        common_phrases=[pair for pair, _ in pairs.most_common(20)],
        phrases=[pair for pair, number in pairs.items() if number == 1][:500],
        chinese=sorted({run[:2] for a in articles for run in re.findall("[\u4e00-\u9fff]{2,}", a.text)})[:500],
    )


def _is_rare(archive: Archive, word: str, count: int) -> bool:
    found = "SELECT count(*) FROM (SELECT 1 FROM article_words WHERE article_words MATCH ? LIMIT ?)"
    most = max(1, int(count * RARE))
    return int(archive.sql(found, (f'"{word}"', most + 1)).first()[0]) <= most


def readings(archive: Archive, of: Sample) -> dict[str, Callable[[random.Random], object]]:
    """Each kind of reading, with arguments drawn anew for every call."""

    def moment_of(dice: random.Random) -> datetime:
        return of.first + dice.random() * (of.last - of.first)

    def day(dice: random.Random) -> str:
        return moment_of(dice).strftime("%Y-%m-%d")

    def listed(**conditions: Any) -> list[Article]:
        return list(archive.articles(limit=50, **conditions))

    def found(query: str, **conditions: Any) -> list[Article]:
        return list(archive.search(query, limit=20, **conditions))

    def two(dice: random.Random) -> str:
        return f"{dice.choice(of.commonest)} {dice.choice(of.common)}"

    rare_language = of.languages[-1:] or ["xx"]
    kinds: dict[str, Callable[[random.Random], object]] = {
        "list": lambda d: listed(),
        "list --outlet": lambda d: listed(outlet=d.choice(of.outlets)),
        "list, 3 outlets": lambda d: listed(outlet=d.choices(of.outlets, k=3)),
        "list --language, the rarest": lambda d: listed(language=rare_language),
        "list --language xx": lambda d: listed(language="xx"),
        "list --since --until": lambda d: listed(since=(at := day(d)), until=at),
        "list --seen-since": lambda d: listed(seen_since=(at := day(d)), seen_until=at),
        "list --unique": lambda d: listed(unique=True),
        "list --revised": lambda d: listed(revised=True),
        "list --across": lambda d: listed(across=True),
        "list --title": lambda d: listed(title=d.choice(of.in_titles)),
        "list --author": lambda d: listed(author=d.choice(of.authors)),
        "list --feed": lambda d: listed(feed=d.choice(of.feeds)),
        "list, somewhere far down": lambda d: listed(after=d.choice(of.ids)),
        "search, commonest word": lambda d: found(d.choice(of.commonest)),
        "search, common word": lambda d: found(d.choice(of.common)),
        "search, two common words": lambda d: found(two(d)),
        "search, rare word": lambda d: found(d.choice(of.rare)),
        "search, common phrase": lambda d: found(d.choice(of.common_phrases)),
        "search, phrase": lambda d: found(d.choice(of.phrases)),
        "search, prefix": lambda d: found(d.choice(of.common)[:3] + "*"),
        "search, Chinese": lambda d: found(d.choice(of.chinese)),
        "search common --outlet": lambda d: found(d.choice(of.common), outlet=d.choice(of.outlets)),
        "search common --since": lambda d: found(d.choice(of.common), since=(at := day(d)), until=at),
        "search common --unique": lambda d: found(d.choice(of.common), unique=True),
        "search common --language": lambda d: found(d.choice(of.common), language=of.languages[:1]),
        "search, nothing": lambda d: found("zzzzzzzzzz"),
        "article": lambda d: archive.article(d.choice(of.ids)),
        "story": lambda d: list(archive.articles(story=d.choice(of.stories))),
        "stories --across": lambda d: list(archive.stories(across=True, limit=50)),
        "revisions": lambda d: archive.revisions(d.choice(of.revised)),
        "duplicates list": lambda d: list(archive.duplicates(limit=50)),
        "duplicates of one": lambda d: list(archive.duplicates(d.choice(of.ids))),
        "feeds": lambda d: archive.feeds(),
        "outlets": lambda d: archive.outlets(),
        UNBARRED: lambda d: archive.statistics(since=(at := moment_of(d)) - timedelta(days=30), until=at),
    }
    needed = {
        "list --author": of.authors,
        "list --feed": of.feeds,
        "search, Chinese": of.chinese,
        "revisions": of.revised,
    }
    return {name: reading for name, reading in kinds.items() if needed.get(name, True)}


UNBARRED = "stats, 30 days"  # counts every article of a month


def measure(path: Path, rounds: int) -> list[str]:
    """What was over its bar."""
    opening = [_timed(lambda: Archive.open(f"sqlite:///{path}").close()) for _ in range(rounds)]
    with Archive.open(f"sqlite:///{path}") as archive:
        of = draw(archive)
        print(f"{of.count:,} articles, {path.stat().st_size / 1e9:.2f} GB")
        print(f"{'':28}{'median':>9}{'p95':>9} ms{'CPU':>6}{'p95':>9}")
        over = ["open"] if _print("open", opening) > 50 else []
        for name, reading in readings(archive, of).items():
            dice = random.Random(name)
            _timed(lambda: reading(dice))  # noqa: B023  # called at once
            slowest = _print(name, [_timed(lambda: reading(dice)) for _ in range(rounds)])  # noqa: B023
            over += [name] if slowest > 200 and name != UNBARRED else []
    print(f"most memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3:.0f} MB")
    return over + whole_commands(path, of, max(5, rounds // 3))


def whole_commands(path: Path, of: Sample, rounds: int) -> list[str]:
    """The same from the shell: with the start of Python and its libraries."""
    over = []
    for arguments in (["--version"], ["--help"], ["list"], ["search", of.common[0]], ["story", str(of.stories[0])]):
        barred = arguments[0].startswith("-")
        options = [] if barred else ["--database", f"sqlite:///{path}"]
        command = [sys.executable, "-m", "ingest", *arguments, *options]
        runs = [_timed(lambda: subprocess.run(command, capture_output=True, check=True)) for _ in range(rounds)]  # noqa: B023
        slowest = _print("ingest " + " ".join(arguments), runs)
        over += [arguments[0]] if barred and slowest > 300 else []
    return over


def _timed(call: Callable[[], object]) -> tuple[float, float]:
    """Milliseconds by the clock, and of CPU of this process and what it ran, which a busy machine stretches less."""
    started, worked = time.perf_counter(), _worked()
    call()
    return (time.perf_counter() - started) * 1e3, (_worked() - worked) * 1e3


def _worked() -> float:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def _print(name: str, times: list[tuple[float, float]]) -> float:
    """The 95th percentile by the clock."""
    shown = []
    for part in zip(*times, strict=True):
        ordered = sorted(part)
        shown += [ordered[len(ordered) // 2], ordered[int(len(ordered) * 0.95)]]
    print(f"{name:28}" + "".join(f"{value:9.1f}" for value in shown), flush=True)
    return shown[1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=100_000)
    parser.add_argument("--archive", type=Path, help="an archive that is there, instead of generated articles")
    parser.add_argument("--rounds", type=int, default=30)
    options = parser.parse_args()
    if options.archive and not options.archive.exists():
        parser.error(f"there is no {options.archive}")
    path = options.archive or Path(f"/tmp/ingest-reading-{options.articles}.db")
    if not path.exists() and options.archive is None:
        make(path, options.articles)
    over = measure(path, options.rounds)
    if over:
        sys.exit(f"over the bar: {', '.join(over)}")


if __name__ == "__main__":
    main()
