"""The index follows the articles: batches, revisions, deletion, rebuilding."""

from __future__ import annotations

from datetime import timedelta

import pytest

from storage import articles, feeds, search
from storage.archive import Archive
from tests.storage import sample


@pytest.fixture
def archive(tmp_path):
    with Archive.open(f"sqlite:///{tmp_path}/archive.db", write=True) as archive:
        with archive.transaction() as t:
            feeds.sync(t, sample.OUTLETS)
        yield archive


def add(archive: Archive, title: str, body: str = "body") -> int:
    with archive.transaction() as t:
        return articles.add(t, sample.draft("dawn", title, body), sample.START)


def flush(archive: Archive, **limit: int) -> int:
    with archive.transaction() as t:
        return search.flush(t, **limit)


def found(archive: Archive, expression: str) -> list[int]:
    with archive.reading() as t:
        query = "SELECT rowid FROM article_words WHERE article_words MATCH ? ORDER BY rowid"
        return [number for (number,) in t.run(query, (expression,))]


def flush_and_fail(archive: Archive) -> None:
    with archive.transaction() as t:
        search.flush(t)
        raise ZeroDivisionError


def in_step(archive: Archive) -> bool:
    with archive.transaction() as t:
        t.run("INSERT INTO article_words(article_words) VALUES ('integrity-check')")
        return search.out_of_step(t) == 0


def test_batches_are_worked_off_oldest_first(archive):
    ids = [add(archive, f"steel {number}") for number in range(5)]
    assert found(archive, "steel") == []
    assert flush(archive, limit=2) == 2
    assert found(archive, "steel") == ids[:2]
    assert [flush(archive, limit=2), flush(archive, limit=2), flush(archive)] == [2, 1, 0]
    assert found(archive, "steel") == ids
    assert in_step(archive)


@pytest.mark.parametrize("flushed", [True, False])
def test_a_revision_replaces_what_is_found(archive, flushed):
    number = add(archive, "old headline", "old text")
    if flushed:
        flush(archive)
    with archive.transaction() as t:
        sample.edit(t, number, sample.draft("dawn", "new headline", "fresh text"), sample.START + timedelta(hours=1))
    flush(archive)
    assert found(archive, "old") == []
    assert found(archive, "new") == found(archive, "fresh") == [number]
    assert in_step(archive)


@pytest.mark.parametrize("flushed", [True, False])
def test_a_forgotten_article_is_not_found(archive, flushed):
    number = add(archive, "headline", "text")
    if flushed:
        flush(archive)
    with archive.transaction() as t:
        search.forget(t, number)
        t.run("DELETE FROM unindexed WHERE article_id = ?", (number,))
    assert found(archive, "headline") == []


def test_a_rebuilt_index_finds_the_same(archive):
    ids = [add(archive, f"steel {number}") for number in range(3)]
    flush(archive)
    with archive.transaction() as t:
        search.rebuild(t)
        assert search.waiting(t) == 3
    assert found(archive, "steel") == []
    flush(archive)
    assert found(archive, "steel") == ids
    assert in_step(archive)


def test_what_is_out_of_step_is_counted(archive):
    for number in range(3):
        add(archive, f"steel {number}")
    flush(archive, limit=1)
    with archive.transaction() as t:
        t.run("DELETE FROM unindexed")
        assert search.out_of_step(t) == 2


def test_a_rolled_back_batch_stays_queued(archive):
    add(archive, "steel")
    with pytest.raises(ZeroDivisionError):
        flush_and_fail(archive)
    assert found(archive, "steel") == []
    assert flush(archive) == 1
    assert in_step(archive)
