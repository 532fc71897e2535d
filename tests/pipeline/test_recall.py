"""A document that has changed: what it listed before is recognized, and nothing is lost by that."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from ingest.cli.progress import Quiet
from ingest.config import load_settings
from ingest.pipeline import Selection
from ingest.pipeline.context import Stage
from ingest.pipeline.once import opened, work
from storage import Archive, listings
from storage.errors import ArchiveUnavailable
from storage.listings import recall
from storage.model import Entry
from storage.transaction import Transaction
from tests.pipeline.conftest import call
from tests.pipeline.papers import Paper, Papers, invent, serving, story
from tests.pipeline.test_once import rows

Once = Callable[..., dict[str, Any]]


@pytest.fixture
def papers() -> Iterator[Papers]:
    with serving(1, 5) as served:
        yield served


def add(paper: Paper, number: int) -> None:
    paper.stories.insert(0, story(paper.name, number))
    paper.publish()


def recalled(folder: Path) -> set[str]:
    """The keys of the entries that the feed's next document would be recognized by."""
    with Archive.open(f"sqlite:///{folder}/archive.db") as archive, archive.reading() as t:
        return {entry.key for entry in recall(t, 1).values()}


def test_known_entries_are_seen_again_new_ones_kept_edited_ones_revised(
    papers: Papers, once: Once, tmp_path: Path
) -> None:
    paper, config = papers.all[0], papers.write_config(tmp_path)
    assert once(config)["articles"]["stored"] == 5
    assert recalled(tmp_path) == {item.guid for item in paper.stories}

    gone = paper.stories.pop()
    add(paper, 9)
    with closing(sqlite3.connect(tmp_path / "archive.db")) as c, c:
        c.execute("update sighting set last_seen_at = '2026-01-01T00:00:00Z'")
    report = once(config)
    assert report["entries"] == {"seen": 5, "new": 1}
    assert report["articles"]["stored"] == 1
    assert rows(tmp_path, "select url from sightings where last_seen_at < '2026-02-01'") == [(paper.url(gone),)]
    assert recalled(tmp_path) == {item.guid for item in paper.stories}

    paper.revise(2, title="Corrected", paragraphs=invent("other words", 5))
    report = once(config)
    assert report["entries"] == {"seen": 5, "new": 0}
    assert report["articles"]["updated"] == 1
    assert once(config)["feeds"]["unchanged"] == 1


def test_a_feed_that_cannot_be_read_in_parts_any_more_is_read_whole(papers: Papers, once: Once, tmp_path: Path) -> None:
    paper, config = papers.all[0], papers.write_config(tmp_path)
    once(config)
    paper.stories.append(paper.stories[0])  # an entry listed twice
    add(paper, 9)
    report = once(config)
    assert report["entries"] == {"seen": 6, "new": 1}
    assert report["articles"]["stored"] == 1
    assert recalled(tmp_path) == set()


class Meddler(Quiet):
    """Removes the sighting of an entry while the document that lists it is read."""

    def __init__(self, archive: Path) -> None:
        self.archive = archive

    def stage_ended(self, stage: Stage, seconds: float) -> None:
        if stage == "parse_feed":
            with closing(sqlite3.connect(self.archive)) as c, c:
                c.execute("delete from sighting where id = 2")


def test_what_is_removed_while_it_is_recognized_is_read_at_the_next_poll(
    papers: Papers, once: Once, tmp_path: Path
) -> None:
    paper, config = papers.all[0], papers.write_config(tmp_path)
    once(config)
    add(paper, 9)

    async def run() -> None:
        settings = load_settings(config)
        with Archive.open(settings.database, write=True) as archive:
            async with opened(archive, settings, Meddler(archive.path)) as opened_run:
                await work(opened_run, Selection(tuple(settings.feeds())))

    asyncio.run(run())
    assert rows(tmp_path, "select count(*), count(distinct article_id) from sightings") == [(5, 5)]
    assert rows(tmp_path, "select gap_until from feeds") == [(None,)]
    assert recalled(tmp_path) == set()
    articles = once(config)["articles"]
    assert articles == dict.fromkeys(articles, 0) | {"unchanged": 1}
    assert rows(tmp_path, "select count(*), count(distinct article_id) from sightings") == [(6, 6)]
    assert recalled(tmp_path) == {item.guid for item in paper.stories}


def test_an_archive_that_fails_is_no_fault_of_the_feed(
    papers: Papers, once: Once, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(t: Transaction, feed_id: int) -> dict[int, Entry]:
        raise ArchiveUnavailable("the archive cannot be read")

    config = papers.write_config(tmp_path)
    once(config)
    add(papers.all[0], 9)
    monkeypatch.setattr(listings, "recall", fail)
    result = call("once", "--config", config)
    assert (result.exit_code, result.stderr.strip()) == (1, "ingest: the archive cannot be read")
    assert rows(tmp_path, "select status, failures from feeds") == [("ok", 0)]
