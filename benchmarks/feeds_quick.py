"""How many feeds the quick reader takes, whether it reads them as feedparser does, and what that saves.

    python -m benchmarks.feeds_quick

For each project of the corpus: documents of XML that are feeds, how many the quick reader takes, how many of those come
out otherwise than with feedparser (there must be none), and CPU seconds of both over what it takes.
"""

from __future__ import annotations

import os
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from ingest.feeds import ParsedFeed, parse_feed, xmlfeed
from ingest.feeds.quickxml import Parsed, read_usual

CORPUS = Path(os.environ.get("INGEST_SHARED", "../shared")) / "corpus/feeds"
NOW = datetime(2026, 11, 27, tzinfo=UTC)


def read(body: bytes, *, quick: bool) -> tuple[ParsedFeed, float, Parsed | None, bool]:
    """The feed, CPU seconds, what the quick reader said, and whether it was asked at all."""
    said: list[Parsed | None] = []

    def noted(markup: str) -> Parsed | None:
        said.append(read_usual(markup) if quick else None)
        return said[-1]

    xmlfeed.read_usual = noted
    started = time.process_time()
    feed = parse_feed(body, url="https://example.com/feed", now=NOW)
    return feed, time.process_time() - started, said[-1] if said else None, bool(said)


def bodies() -> Iterator[tuple[str, bytes]]:
    for file in sorted(CORPUS.rglob("*")):
        if file.is_file() and file.suffix not in (".json", ".opml"):
            yield file.relative_to(CORPUS).parts[0], file.read_bytes()


def main() -> None:
    asked, taken, different = Counter[str](), Counter[str](), Counter[str]()
    ours, theirs = Counter[str](), Counter[str]()
    for project, body in bodies():
        feed, seconds, said, was_asked = read(body, quick=True)
        asked[project] += was_asked
        if said is not None:
            other, other_seconds, _, _ = read(body, quick=False)
            taken[project] += 1
            different[project] += replace(feed, digests={}) != other  # feedparser's has none
            ours[project] += seconds
            theirs[project] += other_seconds
    print(f"{'':32}{'feeds':>7}{'taken':>7}{'differ':>8}{'CPU s':>8}{'with feedparser':>17}")
    for name in (*asked, "all"):
        row = [sum(c.values()) if name == "all" else c[name] for c in (asked, taken, different, ours, theirs)]
        print(f"{name:32}{row[0]:>7}{row[1]:>7}{row[2]:>8}{row[3]:>8.2f}{row[4]:>17.2f}")
    sys.exit(bool(different.total()))


if __name__ == "__main__":
    main()
