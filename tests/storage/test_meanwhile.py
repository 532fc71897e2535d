"""What changes while a poll or an article is under way is not undone by its end."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from storage import Archive, entries, feeds
from storage.model import Entry, EntryStatus, Failure, FailureKind, FeedStatus, Novelty, Outlet, PlannedEntry

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
URL = "https://dawn.example/1"
ENTRY = Entry(URL, URL, "As first published", content_hash="1:first")


@pytest.fixture
def archive(tmp_path):
    with Archive.open(f"sqlite:///{tmp_path}/archive.db", write=True) as opened:
        with opened.transaction() as t:
            feeds.sync(t, {Outlet("dawn", "Dawn"): ["https://dawn.example/feed"]})
        yield opened


def list_entry(archive, entry):
    """A poll that lists the entry; what is pending then."""
    with archive.transaction() as t:
        known = entries.known(t, 1, keys=[entry.key], canonical_urls=[URL], content_hashes=[entry.content_hash])
        novelty = Novelty.CHANGED if known else Novelty.NEW
        plan = PlannedEntry(entry, entry.key, URL, novelty, known=known[0] if known else None)
        (ref,) = entries.record(t, 1, [plan], NOW).pending
        return entries.load_pending(t, ref.sighting_id)


def finish(archive, pending, *, end):
    with archive.transaction() as t:
        if end == "gone":
            entries.finish(t, pending, EntryStatus.GONE, failure=Failure(FailureKind.GONE, "404"))
        else:
            entries.finish(t, pending, EntryStatus.STORED)


def sighting(archive):
    return archive.sql("SELECT status, title FROM sightings").first()


@pytest.mark.parametrize("end", ["stored", "gone"])
def test_an_entry_that_its_feed_changes_meanwhile_stays_pending(archive, end):
    first = list_entry(archive, ENTRY)
    second = list_entry(archive, replace(ENTRY, title="As corrected", content_hash="1:second"))
    finish(archive, first, end=end)
    assert sighting(archive) == ("pending", "As corrected")
    with archive.transaction() as t:
        assert entries.pending_count(t) == 1
        assert entries.load_pending(t, second.sighting_id).entry.title == "As corrected"
    finish(archive, second, end=end)
    assert sighting(archive) == (end, "As corrected")
    with archive.transaction() as t:
        assert entries.pending_count(t) == 0


def test_a_feed_that_is_taken_out_meanwhile_stays_out(archive):
    with archive.transaction() as t:
        (before,) = feeds.states(t)
        feeds.sync(t, {})
        after = replace(before, status=FeedStatus.OK, last_polled_at=NOW, next_poll_at=NOW + timedelta(hours=1))
        feeds.save(t, before, after)
        assert feeds.states(t) == []
        assert feeds.due(t, NOW + timedelta(days=1), without=(), most=5) == []


def test_what_others_wrote_meanwhile_stays(archive):
    with archive.transaction() as t:
        (before,) = feeds.states(t)
        feeds.save(t, before, replace(before, hub="https://hub.example/"))
        feeds.save(t, before, replace(before, status=FeedStatus.OK, last_polled_at=NOW))
        (found,) = feeds.states(t)
        assert (found.hub, found.status, found.last_polled_at) == ("https://hub.example/", FeedStatus.OK, NOW)
