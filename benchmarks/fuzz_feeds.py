"""Mutate feed documents byte by byte and see that nothing leaves `parse_feed` but a `ParsedFeed`.

    python -m benchmarks.fuzz_feeds --seconds 60 [--seed N]

Starts from small documents of every format, and from the corpus where it is at hand. On an exception the document is
written beside the working directory, and the exit code is 1.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from ingest.feeds import ParsedFeed, parse_feed

CORPUS = Path(os.environ.get("INGEST_SHARED", "../shared")) / "corpus/feeds"
SEEDS = (
    b"<?xml version='1.0' encoding='utf-8'?><!DOCTYPE rss [<!ENTITY a 'b'>]><rss version='2.0' xmlns:dc='http://purl.org/"
    b"dc/elements/1.1/'><channel><title>T &amp; &a;</title><ttl>5</ttl><item><title><![CDATA[x <b>y</b>]]></title>"
    b"<link>/a?b=1&amp;c=2</link><guid>g</guid><dc:date>2026-11-23T10:00:00Z</dc:date><description>&lt;p&gt;d</description>"
    b"<category>c</category><enclosure url='e' type='audio/mpeg' length='5'/></item></channel></rss>",
    b"<feed xmlns='http://www.w3.org/2005/Atom' xml:base='http://e.com/'><title type='html'>a&lt;b&gt;</title><entry>"
    b"<id>1</id><link href='a'/><content type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'><p>x</p></div></content>"
    b"<updated>2026-11-23</updated></entry></feed>",
    b"<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns='http://purl.org/rss/1.0/'><channel/>"
    b"<item rdf:about='x'><title>t</title></item></rdf:RDF>",
    b'{"version":"https://jsonfeed.org/version/1.1","items":[{"id":1,"url":"/a","tags":["t"],"attachments":[{"url":"x"}]}]}',
    b"<urlset xmlns:news='http://www.google.com/schemas/sitemap-news/0.9'><url><loc>/a</loc><news:news><news:title>t"
    b"</news:title></news:news></url></urlset>",
    b"<!DOCTYPE html><html><head><link rel='alternate' type='application/rss+xml' href='/feed'></head></html>",
    "<rss><channel><item><title>Привет</title></item></channel></rss>".encode("koi8-r"),
    "<rss><channel><item><title>نیوز</title></item></channel></rss>".encode("utf-16"),
)
TOKENS = [
    *(
        b"<",
        b">",
        b"&",
        b";",
        b"'",
        b'"',
        b"<![CDATA[",
        b"]]>",
        b"<!--",
        b"-->",
        b"<?xml",
        b"?>",
        b"<!DOCTYPE",
        b"[",
        b"]",
    ),
    *(
        b"&#xD800;",
        b"&#0;",
        b"&#x110000;",
        b"&bogus;",
        b"\x00",
        b"\xff\xfe",
        b"\xef\xbb\xbf",
        b"\x1b$B",
        b"\xed\xa0\x80",
    ),
    *(
        b"<item>",
        b"</item>",
        b"<entry/>",
        b"xml:base='::'",
        b"encoding='utf-7'",
        b"javascript:",
        b"http://[",
        b"\\ud800",
    ),
    *(b"{", b"}", b"1e999", b"-1", b"9" * 30, b"\r\n", b" " * 50, b"a" * 500),
]


def mutate(body: bytes, chance: random.Random) -> bytes:
    """One to eight changes: bytes flipped, removed, doubled, replaced by tokens that matter, pieces moved."""
    changed = bytearray(body)
    for _ in range(chance.randint(1, 8)):
        place = chance.randrange(len(changed) + 1)
        span = place + chance.choice((1, 2, 8, 64, 400))
        match chance.randrange(6):
            case 0:
                changed[place:place] = chance.choice(TOKENS)
            case 1:
                changed[place : place + 1] = bytes([chance.randrange(256)])
            case 2:
                del changed[place:span]
            case 3:
                changed[place:place] = changed[place:span] * chance.choice((1, 2, 20))
            case 4:
                changed[place:span] = chance.choice(TOKENS)
            case _:
                piece = changed[place:span]
                del changed[place:span]
                changed[(other := chance.randrange(len(changed) + 1)) : other] = piece
    return bytes(changed)


def documents(chance: random.Random) -> Iterator[bytes]:
    files = [file for file in sorted(CORPUS.rglob("*")) if file.is_file() and file.stat().st_size < 20_000]
    while True:
        body = chance.choice(files).read_bytes() if files and chance.random() < 0.5 else chance.choice(SEEDS)
        yield mutate(body, chance)


def fuzz(seconds: float, seed: int, limit: int | None = None) -> tuple[int, bytes | None, float]:
    """How many documents were tried, the one that got through, and the seconds of the slowest."""
    chance = random.Random(seed)
    ends = time.monotonic() + seconds
    slowest = 0.0
    for number, body in enumerate(documents(chance), 1):
        kind = chance.choice((None, "text/xml; charset=utf-8", "text/html; charset=windows-1251", "charset=\x00"))
        started = time.process_time()
        try:
            if not isinstance(parse_feed(body, url="https://example.com/feed", content_type=kind), ParsedFeed):
                return number, body, slowest
        except Exception:  # noqa: BLE001  (the very thing that is looked for)
            return number, body, slowest
        slowest = max(slowest, time.process_time() - started)
        if time.monotonic() > ends or number == limit:
            return number, None, slowest
    raise AssertionError("documents never end")


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seconds", type=float, default=60)
    options.add_argument("--seed", type=int, default=time.time_ns() % 1_000_000)
    chosen = options.parse_args()
    tried, culprit, slowest = fuzz(chosen.seconds, chosen.seed)
    verdict = "no exception" if culprit is None else "an exception"
    print(f"seed {chosen.seed}: {tried} documents, slowest {slowest:.2f} s, {verdict}")
    if culprit is not None:
        Path("fuzz-culprit.bin").write_bytes(culprit)
        print("the document is in fuzz-culprit.bin", file=sys.stderr)
    return int(culprit is not None)


if __name__ == "__main__":
    sys.exit(main())
