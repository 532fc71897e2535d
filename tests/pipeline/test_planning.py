"""Which entries of a poll are new, changed, known: one case a row."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from ingest.feeds import content_hash
from ingest.planning import MAX_CHANGES, plan
from storage.model import Entry, EntryStatus, FailureKind, KnownEntry, Novelty

NOW = datetime(2026, 11, 23, tzinfo=UTC)
A, B = "https://one.example/a", "https://one.example/b"


def entry(key: str, url: str | None = A, title: str = "Title", **more: object) -> Entry:
    return Entry(key=key, url=url, title=title, content_hash=content_hash(title, ""), **more)  # type: ignore[arg-type]


def known(key: str, url: str | None = A, title: str = "Title", changes: int = 0) -> KnownEntry:
    return KnownEntry(1, key, url, content_hash(title, ""), changes, EntryStatus.STORED, 7)


CASES = {
    "never listed": (entry("g1"), [], "new", "g1"),
    "listed before": (entry("g1"), [known("g1")], "known", "g1"),
    "another headline": (entry("g1", title="Other"), [known("g1")], "changed", "g1"),
    "a guid that churns": (entry("random-2"), [known("random-1")], "known", "random-1"),
    "a guid that churns, edited": (entry("random-2", title="Other"), [known("random-1")], "changed", "random-1"),
    "http became https": (entry("g1", "http://one.example/a"), [known("g1")], "known", "g1"),
    "one guid, another link": (entry("g1", B), [known("g1")], "new", f"g1 {B}"),
    "no link, same guid": (entry("g1", None), [known("g1", None)], "known", "g1"),
    "flips for ever": (entry("g1", title="Other"), [known("g1", changes=MAX_CHANGES)], "known", "g1"),
}


@pytest.mark.parametrize("name", CASES)
def test_plan(name: str) -> None:
    listed, before, novelty, key = CASES[name]
    (planned,) = plan([listed], before)
    assert (planned.novelty, planned.key) == (Novelty(novelty), key)


def test_ten_polls_with_random_guids_know_their_fifty_entries() -> None:
    seen: list[KnownEntry] = []
    for poll in range(10):
        listed = [entry(f"{poll}-{n}", f"https://one.example/{n}", f"Title {n}") for n in range(50)]
        for planned in plan(listed, seen):
            assert (planned.novelty is Novelty.NEW) == (poll == 0)
            if planned.known is None:
                seen.append(known(planned.key, planned.canonical_url, planned.entry.title))
    assert len(seen) == 50


def test_old_entries_of_a_first_poll_are_sightings_only() -> None:
    listed = [
        entry("old", A, published_at=NOW - timedelta(days=40)),
        entry("new", B, published_at=NOW - timedelta(days=2)),
        entry("undated", "https://one.example/c"),
    ]
    refused = {p.key: p.refused for p in plan(listed, [], not_before=NOW - timedelta(days=30))}
    assert refused["old"] is not None
    assert refused["old"].kind is FailureKind.TOO_OLD
    assert refused["new"] is refused["undated"] is None


def test_an_entry_without_link_and_text_is_refused() -> None:
    (planned,) = plan([entry("g1", None)], [])
    assert planned.refused is not None
    assert planned.refused.kind is FailureKind.NO_LINK
