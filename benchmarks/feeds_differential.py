"""Read every feed of the corpus with fastfeedparser too, and account for each difference.

    python -m benchmarks.feeds_differential [--list REASON]

Prints how many values agree, and how many differ for which reason. Reasons are predicates, tried in order; each says
who is right. What none of them explains is listed and makes the exit code 1.
"""

from __future__ import annotations

import argparse
import base64
import binascii
import os
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import fastfeedparser

from benchmarks.feeds_truth import address, words
from ingest.dates import parse_date
from ingest.feeds import ParsedFeed, parse_feed
from storage.model import Entry

CORPUS = Path(os.environ.get("INGEST_SHARED", "../shared")) / "corpus/feeds"


class Pair(NamedTuple):
    """One value as fastfeedparser has it, and what may stand for it in ours."""

    file: str
    field: str  # count, key, link, title, date, content
    theirs: object
    ours: tuple[object, ...]
    feed: ParsedFeed
    entry: Entry | None
    body: bytes

    @property
    def agrees(self) -> bool:
        return self.theirs in self.ours

    @property
    def text(self) -> str:
        return str(self.theirs)


def pairs() -> Iterator[Pair]:
    for file in sorted(CORPUS.rglob("*")):
        if file.is_file() and file.suffix not in (".json", ".opml"):
            yield from _pairs(str(file.relative_to(CORPUS)), file.read_bytes())


def _pairs(file: str, body: bytes) -> Iterator[Pair]:
    try:
        theirs = fastfeedparser.parse(body)
    except Exception:  # noqa: BLE001  (whatever it raises: it is not on trial)
        return
    feed = parse_feed(body, url="http://example.com/feed")
    if feed.failure is not None:
        return
    yield Pair(file, "count", len(theirs.entries), (len(feed.entries),), feed, None, body)
    if len(theirs.entries) != len(feed.entries):
        return
    for one, entry in zip(theirs.entries, feed.entries, strict=True):
        date = parse_date(one.get("published") or "").value
        compared = (
            ("key", one.get("id"), (entry.guid, entry.key)),
            ("link", address(one.get("link")), (address(entry.url),)),
            ("title", words(one.get("title")), (words(entry.title),)),
            ("date", date, (entry.published_at, entry.updated_at)),
            ("content", words(one.get("description")), (words(entry.summary), words(entry.content_html))),
        )
        for field, value, ours in compared:
            if value:
                yield Pair(file, field, value, ours, feed, entry, body)


# --- reasons --------------------------------------------------------------------------------------------------------


def _is_cut(pair: Pair) -> bool:
    return any(text and str(text).startswith(pair.text[:100]) for text in pair.ours)


def _is_garbled(pair: Pair) -> bool:
    """The same but for what is not ASCII."""
    theirs = re.sub(r"[^a-z0-9]", "", pair.text.encode("ascii", "ignore").decode().lower())[:60]
    ours = [re.sub(r"[^a-z0-9]", "", str(text).encode("ascii", "ignore").decode().lower()) for text in pair.ours]
    return not pair.text.isascii() and any(text.startswith(theirs) for text in ours)


def _is_undecoded(pair: Pair) -> bool:
    if not pair.text.isascii():
        return "\ufffd" in pair.text
    try:
        decoded = base64.b64decode(pair.text, validate=True)
    except (binascii.Error, ValueError):
        return False
    return len(decoded) > 3


def _drops_active(pair: Pair) -> bool:
    return (
        re.search(rb"script|style|<(?:\w+:)?(?:svg|math|object|embed|form|title)\b|<!--", pair.body, re.I) is not None
    )


def _has_modules(pair: Pair) -> bool:
    """A module's element of the same local name: `dc:description`, `media:title`, one of the feed's own."""
    return re.search(rb"<(?!/)\w+:(?:title|description|summary|content|link|item|date)\b", pair.body) is not None


def _was_relative(pair: Pair) -> bool:
    return not pair.text.startswith(("http:", "https:"))


def _is_before_redirect(pair: Pair) -> bool:
    return b"origLink" in pair.body or b'rel="canonical"' in pair.body


def _is_no_article_link(pair: Pair) -> bool:
    return pair.entry is not None and pair.entry.url is None


def _lost_ampersands(pair: Pair) -> bool:
    return any(re.sub(r"&\w*;?", "", str(link)).startswith(re.sub(r"&\w*;?", "", pair.text)[:30]) for link in pair.ours)


def _several(tag: bytes) -> Callable[[Pair], bool]:
    return lambda pair: len(re.findall(rb"<(?:\w+:)?(?:" + tag + rb")\b", pair.body)) > len(pair.feed.entries)


def _all_counted(pair: Pair) -> bool:
    return len(re.findall(rb"<(?:\w+:)?(?:item|entry)[\s>]", pair.body)) == pair.ours[0]


def _all_counted(pair: Pair) -> bool:
    return len(re.findall(rb"<(?:\w+:)?(?:item|entry)[\s>]", pair.body)) == pair.ours[0]


def _unparsed(pair: Pair) -> bool:
    evidence = pair.entry and (pair.entry.published_evidence or pair.entry.updated_evidence)
    return evidence is None or "unparsed" in evidence.flags


def _fills_in_today(pair: Pair) -> bool:
    evidence = pair.entry and pair.entry.published_evidence
    return evidence is not None and len(evidence.raw) < 10


def _misread_clock(pair: Pair) -> bool:
    evidence = pair.entry and pair.entry.published_evidence
    return evidence is not None and re.search(r"\b[ap]m\b|GMT[+-]", evidence.raw, re.IGNORECASE) is not None


def _hours_apart(pair: Pair) -> bool:
    dates = [date for date in pair.ours if isinstance(date, datetime)]
    return isinstance(pair.theirs, datetime) and any(abs((pair.theirs - date).days) < 1 for date in dates)


Reason = tuple[str, str, Callable[[Pair], bool]]
REASONS: tuple[Reason, ...] = (
    ("count", "ours: an entry listed twice is one", lambda pair: "more than once" in " ".join(pair.feed.problems)),
    ("count", "ours: fastfeedparser does not know the namespace", lambda pair: pair.theirs == 0),
    (
        "count",
        "ours: not well-formed, and more of it is read",
        lambda pair: "well-formed" in " ".join(pair.feed.problems),
    ),
    ("count", "either: an item inside another element", _all_counted),
    ("key", "either: one of several guids", _several(b"guid|id")),
    (
        "key",
        "ours: no guid, so another link of the entry counts",
        lambda pair: bool(pair.entry and not pair.entry.guid),
    ),
    ("key", "ours: ampersands are kept", _lost_ampersands),
    ("link", "ours: relative links are resolved", _was_relative),
    ("link", "ours: the address before FeedBurner's redirect, the canonical one", _is_before_redirect),
    ("link", "ours: an enclosure, a licence, a guid that is no permalink are no link", _is_no_article_link),
    ("link", "ours: ampersands are kept", _lost_ampersands),
    ("link", "either: one of several links", _several(b"link")),
    ("title", "ours: its encoding is read right", _is_garbled),
    ("title", "ours: base64 is decoded, or its encoding read right", _is_undecoded),
    ("title", "ours: what draws or runs is dropped", _drops_active),
    ("title", "either: a module's title beside the entry's", _has_modules),
    ("title", "ours: what follows a reference or a tag is kept", _is_cut),
    ("content", "ours: fastfeedparser cuts descriptions", _is_cut),
    ("content", "ours: its encoding is read right", _is_garbled),
    ("content", "ours: base64 is decoded, or its encoding read right", _is_undecoded),
    ("content", "ours: what draws or runs is dropped", _drops_active),
    ("content", "either: a module's description beside the entry's", _has_modules),
    ("content", "either: one of several texts", _several(b"description|summary|content|body|div")),
    ("date", "ours: pm and GMT+9 are understood", _misread_clock),
    ("date", "ours: what is no date stays none", _unparsed),
    ("date", "ours: missing parts are not filled in with today's", _fills_in_today),
    ("date", "either: one of several dates", _several(b"published|updated|pubDate|issued|modified|created|date")),
    ("date", "ours: the zone is understood", _hours_apart),
)


def reason(pair: Pair) -> str | None:
    return next((why for field, why, applies in REASONS if field == pair.field and applies(pair)), None)


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--list", metavar="REASON", help="show the cases of this reason")
    chosen = options.parse_args().list
    agreed: Counter[str] = Counter()
    differing: defaultdict[str, Counter[str | None]] = defaultdict(Counter)
    for pair in pairs():
        if pair.agrees:
            agreed[pair.field] += 1
            continue
        why = reason(pair)
        differing[pair.field][why] += 1
        if why is None or (chosen and chosen in why):
            print(pair.file, pair.field, f"theirs {pair.text:.150}", f"ours {pair.ours!s:.300}", sep=" | ")
    print("| field | agree | differ | why |", "|---|---:|---:|---|", sep="\n")
    for field in ("count", "key", "link", "title", "date", "content"):
        print(f"| {field} | {agreed[field]} | {differing[field].total()} | |")
        for why, number in differing[field].most_common():
            print(f"| | | {number} | {why or 'not explained'} |")
    return int(any(None in reasons for reasons in differing.values()))


if __name__ == "__main__":
    sys.exit(main())
