"""How fast an archive answers: `python benchmarks/reading.py [--articles 100000] [--file PATH] [--rounds 30]`.

Makes an archive of generated articles (Zipf's law for words, 60 outlets, eight languages, every sixth article a copy,
every fiftieth revised), unless the file is there already, and prints for each kind of reading the median and the 95th
percentile of warm calls, each with other arguments. The bar is 200 ms at 1,000,000 articles; opening, 50 ms.
"""

from __future__ import annotations

import argparse
import random
import resource
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from storage import search
from storage.archive import Archive
from storage.records import Article
from storage.schema import format_time

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


def readings(archive: Archive, count: int) -> dict[str, Callable[[random.Random], object]]:
    """Each kind of reading, with arguments drawn anew for every call."""
    english = vocabulary("en")
    chinese = vocabulary("zh")

    def moment_of(dice: random.Random) -> datetime:
        return START + dice.random() * SPAN * (count / 1_000_000)

    def day(dice: random.Random) -> str:
        return moment_of(dice).strftime("%Y-%m-%d")

    def word(dice: random.Random, first: int, last: int) -> str:
        return str(english[dice.randint(first, last)])

    def outlet(dice: random.Random) -> str:
        return f"outlet-{dice.randint(1, OUTLETS)}"

    def feed(dice: random.Random) -> str:
        return f"https://outlet.example/feed/{3 * dice.randint(1, OUTLETS)}"

    def listed(**conditions: Any) -> list[Article]:
        return list(archive.articles(limit=50, **conditions))

    def found(query: str, **conditions: Any) -> list[Article]:
        return list(archive.search(query, limit=20, **conditions))

    return {
        "list": lambda d: listed(),
        "list --outlet": lambda d: listed(outlet=outlet(d)),
        "list, 3 outlets": lambda d: listed(outlet=[outlet(d), outlet(d), outlet(d)]),
        "list --language fi": lambda d: listed(language="fi"),
        "list --language xx": lambda d: listed(language="xx"),
        "list --since --until": lambda d: listed(since=(at := day(d)), until=at),
        "list --unique": lambda d: listed(unique=True),
        "list --revised": lambda d: listed(revised=True),
        "list --across": lambda d: listed(across=True),
        "list --title, rare": lambda d: listed(title=word(d, 5_000, 50_000)),
        "list --author": lambda d: listed(author="web desk"),
        "list --feed": lambda d: listed(feed=feed(d)),
        "list, somewhere far down": lambda d: _deep_page(archive, d, count),
        "search, commonest word": lambda d: found(word(d, 0, 3)),
        "search, common word": lambda d: found(word(d, 10, 200)),
        "search, two common words": lambda d: found(f"{word(d, 0, 9)} {word(d, 10, 60)}"),
        "search, rare word": lambda d: found(word(d, 5_000, 50_000)),
        "search, common phrase": lambda d: found(f'"{word(d, 0, 9)} {word(d, 10, 60)}"'),
        "search, phrase": lambda d: found(f'"{word(d, 0, 9)} {word(d, 1_000, 5_000)}"'),
        "search, prefix": lambda d: found(word(d, 300, 3_000)[:3] + "*"),
        "search, Chinese": lambda d: found(str(chinese[d.randint(3_000, 9_000)])),
        "search common --outlet": lambda d: found(word(d, 0, 20), outlet=outlet(d)),
        "search common --since": lambda d: found(word(d, 0, 20), since=(at := day(d)), until=at),
        "search common --unique": lambda d: found(word(d, 0, 20), unique=True),
        "search common --language": lambda d: found(word(d, 0, 20), language="en"),
        "search, nothing": lambda d: found("zzzzzzzzzz"),
        "article": lambda d: archive.article(d.randint(1, count)),
        "story": lambda d: list(archive.articles(story=d.randint(1, count))),
        "stories --across": lambda d: list(archive.stories(across=True, limit=50)),
        "revisions": lambda d: archive.revisions(d.randint(1, count // 50) * 50),
        "duplicates list": lambda d: list(archive.duplicates(limit=50)),
        "duplicates of one": lambda d: list(archive.duplicates(d.randint(1, count))),
        "feeds": lambda d: archive.feeds(),
        "outlets": lambda d: archive.outlets(),
        "stats, 30 days": lambda d: archive.statistics(since=(at := moment_of(d)) - timedelta(days=30), until=at),
    }


def _deep_page(archive: Archive, dice: random.Random, count: int) -> object:
    """What a page far down costs: its key is that of an article somewhere in the middle."""
    middle = archive.article(dice.randint(1, count))
    assert middle is not None
    return list(archive.articles(limit=50, until=middle.sort_at))


def measure(path: Path, rounds: int) -> None:
    opening = [_timed(lambda: Archive.open(f"sqlite:///{path}").close()) for _ in range(rounds)]
    with Archive.open(f"sqlite:///{path}") as archive:
        count = int(archive.sql("SELECT count(*) FROM articles").first()[0])  # type: ignore[index,call-overload]
        print(f"{count:,} articles, {path.stat().st_size / 1e9:.2f} GB")
        print(f"{'':28}{'median':>9}{'p95':>9} ms{'CPU':>6}{'p95':>9}")
        _print("open", opening)
        for name, reading in readings(archive, count).items():
            dice = random.Random(name)
            _timed(lambda: reading(dice))  # noqa: B023  # called at once
            _print(name, [_timed(lambda: reading(dice)) for _ in range(rounds)])  # noqa: B023
    print(f"most memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3:.0f} MB")


def whole_commands(path: Path, rounds: int) -> None:
    """The same from the shell: with the start of Python and its libraries."""
    for arguments in (["--version"], ["--help"], ["list"], ["search", "ab"], ["story", "600"]):
        options = [] if arguments[0].startswith("-") else ["--database", f"sqlite:///{path}"]
        command = [sys.executable, "-m", "ingest", *arguments, *options]
        runs = [_timed(lambda: subprocess.run(command, capture_output=True, check=True)) for _ in range(rounds)]  # noqa: B023
        _print("ingest " + " ".join(arguments), runs)


def _timed(call: Callable[[], object]) -> tuple[float, float]:
    """Milliseconds by the clock and of this process's CPU, which a busy machine stretches less."""
    started, worked = time.perf_counter(), time.process_time()
    call()
    return (time.perf_counter() - started) * 1e3, (time.process_time() - worked) * 1e3


def _print(name: str, times: list[tuple[float, float]]) -> None:
    shown = []
    for part in zip(*times, strict=True):
        ordered = sorted(part)
        shown += [ordered[len(ordered) // 2], ordered[int(len(ordered) * 0.95)]]
    print(f"{name:28}" + "".join(f"{value:9.1f}" for value in shown), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=100_000)
    parser.add_argument("--file", type=Path)
    parser.add_argument("--rounds", type=int, default=30)
    options = parser.parse_args()
    path = options.file or Path(f"/tmp/ingest-reading-{options.articles}.db")
    if not path.exists():
        make(path, options.articles)
    measure(path, options.rounds)
    whole_commands(path, 5)


if __name__ == "__main__":
    main()
