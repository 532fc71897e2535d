"""How long `parse_feed` takes: over every file of the corpus, and beside feedparser on whole feeds.

    python -m benchmarks.feeds_speed

Prints exceptions (there must be none), the slowest files (none over 1 s), and CPU seconds for the feeds that outlets
really published, with entries per second; `known` is the same when all entries but the first two are those of the last poll.
"""

from __future__ import annotations

import io
import os
import sys
import time
from collections.abc import Callable, Iterable
from itertools import islice
from pathlib import Path

import feedparser

from ingest.feeds import parse_feed
from storage.model import Entry

CORPUS = Path(os.environ.get("INGEST_SHARED", "../shared")) / "corpus/feeds"
WHOLE_FEEDS = ("arminreiter+FeedReader/FeedReader.Tests/Feeds", "nicolus+picoFeed/tests/fixtures", "moved-from-heldout")


URL = "https://example.com/feed"


def ours(body: bytes) -> int:
    return len(parse_feed(body, url=URL).entries)


def with_known(bodies: Iterable[bytes]) -> Callable[[bytes], int]:
    """Reading with all entries of each document known but the first two."""
    known = {}
    for body in bodies:
        feed = parse_feed(body, url=URL)
        listed = {entry.key: Entry(entry.key, entry.url, entry.title, guid=entry.key) for entry in feed.entries}
        known[body] = {digest: listed[key] for key, digest in islice(feed.digests.items(), 2, None)}

    def read(body: bytes) -> int:
        return len(parse_feed(body, url=URL, known=known[body]).entries)

    return read


def plain(body: bytes) -> int:
    return len(feedparser.parse(io.BytesIO(body), sanitize_html=False, resolve_relative_uris=False).entries)


def cleaning(body: bytes) -> int:
    return len(feedparser.parse(io.BytesIO(body)).entries)


def timed(read: Callable[[bytes], int], body: bytes) -> tuple[float, int]:
    started = time.process_time()
    try:
        number = read(body)
    except Exception as error:  # noqa: BLE001  (the very thing that is looked for)
        print(f"{read.__name__}: {type(error).__name__}: {error}", file=sys.stderr)
        number = -1
    return time.process_time() - started, number


def main() -> None:
    files = [file for file in sorted(CORPUS.rglob("*")) if file.is_file()]
    results = [(*timed(ours, file.read_bytes()), file) for file in files]
    print(f"{len(files)} files, {sum(number < 0 for _, number, _ in results)} exceptions, "
          f"{sum(seconds > 1 for seconds, _, _ in results)} over 1 s")  # fmt: skip
    for seconds, number, file in sorted(results, reverse=True)[:5]:
        print(f"  {seconds:.2f} s  {file.stat().st_size:>9,} bytes {number:>5} entries  {file.relative_to(CORPUS)}")
    bodies = [file.read_bytes() for folder in WHOLE_FEEDS for file in (CORPUS / folder).rglob("*") if file.is_file()]
    readers = {
        "parse_feed": ours,
        "parse_feed, known": with_known(bodies),
        "feedparser, bare": plain,
        "feedparser, cleaning": cleaning,
    }
    for name, read in readers.items():
        measured = [timed(read, body) for body in bodies]
        seconds, entries = sum(one for one, _ in measured), sum(max(0, number) for _, number in measured)
        print(f"{name:22} {len(bodies)} feeds, {entries} entries, {seconds:.2f} s, {entries / seconds:.0f} entries/s")


if __name__ == "__main__":
    main()
