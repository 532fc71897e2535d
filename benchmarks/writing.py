"""CPU of the writer's steps, each in a transaction of its own, on the texts of the whole benchmark.

python -m benchmarks.writing
"""

from __future__ import annotations

import random
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from benchmarks.whole.workload import ENTRIES, paragraphs
from ingest.drafts import draft_from_feed
from ingest.jobs import OutletHints
from ingest.keeping import keep, new_counters
from storage import entries, feeds, search
from storage.archive import Archive
from storage.model import (
    ArticleDraft,
    Entry,
    FeedState,
    FeedStatus,
    Novelty,
    Outlet,
    PendingEntry,
    PlannedEntry,
    PollOutcome,
)

T = TypeVar("T")
R = TypeVar("R")

NOW = datetime(2026, 1, 1, tzinfo=UTC)
FEEDS, ARTICLES, WARM = 24, 200, 4


def main() -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        Archive.open(f"sqlite:///{Path(folder, 'archive.db')}", write=True) as archive,
    ):
        measure(archive)


def measure(archive: Archive) -> None:
    urls = [f"https://sample.example/{number}.rss" for number in range(FEEDS)]
    with archive.transaction() as t:
        feeds.sync(t, {Outlet("sample", "Sample", None, "en", ()): urls})
        states = feeds.states(t)
    timed(archive, "a feed's state and its poll", states, save)
    listed = [[plan(state.id, number) for number in range(ENTRIES)] for state in states]
    made = timed(archive, f"{ENTRIES} new entries of a feed", listed, record)
    waiting = [ref.sighting_id for recorded in made for ref in recorded.pending][: ARTICLES + WARM]
    taken = timed(archive, "take a pending entry", waiting, entries.load_pending)
    drafts = [(pending, draft_from_feed(pending, OutletHints())) for pending in taken if pending]
    counters = new_counters()

    def store(t: Any, item: tuple[PendingEntry, object]) -> None:
        pending, draft = item
        assert isinstance(draft, ArticleDraft)
        kept = keep(t, draft, counters, NOW)
        entries.finish(t, pending, kept.status, article_id=kept.article_id)

    timed(archive, "match and keep an article", drafts, store)
    timed(archive, f"full-text rows of {search.BATCH} articles", [search.BATCH], search.flush, warm=0)


def timed(archive: Archive, name: str, items: Sequence[T], work: Callable[[Any, T], R], *, warm: int = WARM) -> list[R]:
    """The results of `work` on each item; prints the CPU of one, the first few left out."""
    results: list[R] = []
    started = time.process_time()
    for number, item in enumerate(items):
        if number == warm:
            started = time.process_time()
        with archive.transaction() as t:
            results.append(work(t, item))
    print(f"{name:36}{(time.process_time() - started) / (len(items) - warm) * 1000:8.2f} ms")
    return results


def save(t: Any, state: FeedState) -> None:
    polled = replace(state, status=FeedStatus.OK, last_polled_at=NOW, last_success_at=NOW, next_poll_at=NOW)
    feeds.save(t, state, polled)
    feeds.record_poll(t, feeds.PollRecord(state.id, NOW, PollOutcome.UNCHANGED, "on time"))


def record(t: Any, plans: Sequence[PlannedEntry]) -> entries.Recorded:
    known = int(plans[0].key.partition("/")[0])
    return entries.record(t, known, plans, NOW)


def plan(feed: int, number: int) -> PlannedEntry:
    key = f"{feed}/{number}"
    text = paragraphs(random.Random(key))
    body = "".join(f"<p>{paragraph}</p>" for paragraph in text)
    url = f"https://sample.example/{key}"
    entry = Entry(key=key, url=url, title=text[0][:60], summary=text[0][:160], content_html=body, content_hash=key)
    return PlannedEntry(entry, key, url, Novelty.NEW)


if __name__ == "__main__":
    main()
