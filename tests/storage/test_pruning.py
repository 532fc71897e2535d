"""Old articles go with everything that belongs to them, and do not come back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from storage import Archive, articles, checkup, entries, listings, pruning
from storage.model import Alias, AliasKind, Entry, EntryStatus, Novelty, PlannedEntry
from tests.storage import sample

NOW = sample.START + timedelta(days=200)
LATER = sample.START + timedelta(hours=1)  # articles 2 and 3 are newer


@pytest.fixture
def archive(newsroom_copy):
    with Archive.open(newsroom_copy, write=True) as archive:
        yield archive


def prune(archive: Archive, before, *, keep: bool = False) -> pruning.Pruned:
    counted = pruning.count_prunable(archive, before, keep_representatives=keep)
    pruned = pruning.prune(
        archive,
        before,
        NOW,
        keep_representatives=keep,
        forget_fingerprint=lambda t, number: t.run(f"DELETE FROM fingerprint WHERE article_id = {number}"),
    )
    assert pruned.articles == counted
    return pruned


def left(archive: Archive) -> list[int]:
    return sorted(article.id for article in archive.articles())


def sound(archive: Archive) -> bool:
    return not any(checked.findings for checked in checkup.check(archive))


@pytest.mark.parametrize("batch", [1, 2, 200])
@pytest.mark.parametrize(
    ("before", "keep", "expected"),
    [
        (sample.START - timedelta(days=99), False, [*range(1, 14)]),
        (sample.START, False, [1, 2, 3, 4, 12, 13]),
        (sample.START, True, [*range(1, 14)]),
        (LATER, False, [2, 3]),
        (NOW, True, [1, *range(4, 14)]),
        (NOW, False, []),
    ],
)
def test_what_goes(archive, monkeypatch, batch, before, keep, expected):
    monkeypatch.setattr(pruning, "BATCH", batch)
    prune(archive, before, keep=keep)
    assert left(archive) == expected
    assert sound(archive)
    assert prune(archive, before, keep=keep).articles == 0


def test_a_story_goes_on_with_the_copies_that_stay(archive):
    prune(archive, LATER)
    story = archive.story(1)
    assert (story.representative_id, story.article_count) == (2, 2)
    assert archive.article(3).duplicate_of == 2
    assert list(archive.duplicates()) == []
    assert {article.id for article in archive.search("steel")} == {2, 3}


def test_sightings_stay_while_feeds_list_them(archive):
    assert prune(archive, sample.START).sightings == 0
    prune(archive, LATER)
    remaining = list(archive.sql("SELECT entry_key, status, article_id FROM sightings ORDER BY 1"))
    assert remaining == [
        ("https://dawn.example/1", "stored", 2),
        ("https://tribune.example/later", "pending", None),
    ]


def test_what_feeds_listed_is_forgotten_with_sightings_for_their_numbers_are_given_again(archive):
    with archive.transaction() as t:
        listed = {99: t.value("SELECT id FROM sighting WHERE status = 'pending'")}
        listings.remember(t, 1, listed)
    prune(archive, sample.START)
    with archive.reading() as t:
        assert [entry.key for entry in listings.recall(t, 1).values()] == ["https://tribune.example/later"]
    assert prune(archive, LATER).sightings
    with archive.reading() as t:
        assert listings.recall(t, 1) == {}


def test_what_went_is_known_when_it_comes_again(archive):
    url = "https://xinwen.example/ur"
    prune(archive, sample.START)
    with archive.transaction() as t:
        assert articles.named(t, [Alias(AliasKind.FINAL_URL, url)]) == articles.Named(is_pruned=True)
        assert articles.named(t, [Alias(AliasKind.URL, "https://xinwen.example/new")]) == articles.Named()
        entry = Entry(url, url, "Once more", content_hash="1:x")
        recorded = entries.record(t, 4, [PlannedEntry(entry, url, url, Novelty.NEW)], NOW)
        assert recorded.pending == ()
        assert len(recorded.refused) == 1
    ((status, detail),) = archive.sql("SELECT status, detail FROM sightings WHERE url = ?", (url,))
    assert (status, detail) == (EntryStatus.FAILED, "pruned from the archive")
