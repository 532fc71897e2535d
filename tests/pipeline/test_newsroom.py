"""The pipeline against the sample newsroom, whose truth is known."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from ingest.demo import Newsroom, Truth

Once = Callable[..., dict[str, Any]]


@pytest.fixture
def newsroom() -> Iterator[Newsroom]:
    with Newsroom(datetime.now(UTC)) as served:
        yield served


def rows(archive: Path, query: str) -> list[tuple[Any, ...]]:
    connection = sqlite3.connect(f"file:{archive}?mode=ro", uri=True)
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()


def stories(archive: Path, truth: Truth) -> set[frozenset[tuple[str, str]]]:
    """The archive's stories of two articles or more, by the names of the truth."""
    names = {article.url: article.name for article in truth.articles}
    found: defaultdict[int, set[tuple[str, str]]] = defaultdict(set)
    for url, story in rows(archive, "select url, story_id from articles"):
        found[story].add(names[url])
    return {frozenset(members) for members in found.values() if len(members) > 1}


def test_two_editions_come_out_as_their_truth(newsroom: Newsroom, once: Once, tmp_path: Path) -> None:
    archive, config = tmp_path / "archive.db", tmp_path / "feeds.yaml"
    newsroom.write_config(config, f"sqlite:///{archive}")
    for edition in (1, 2):
        truth = newsroom.truth()
        report = once(config)
        expected = truth.counts(edition)
        assert {name: report["articles"][name] for name in expected} == expected
        assert {failure["url"] for failure in report["failures"]} >= set(truth.failing_feeds)
        assert stories(archive, truth) == {frozenset(s) for s in truth.stories_in(edition) if len(s) > 1}
        newsroom.advance()
    assert newsroom.requests(status=304) == 9


def test_the_stored_texts_are_what_was_written(newsroom: Newsroom, once: Once, tmp_path: Path) -> None:
    archive, config = tmp_path / "archive.db", tmp_path / "feeds.yaml"
    newsroom.write_config(config, f"sqlite:///{archive}")
    once(config)
    truth = newsroom.truth()
    stored = {url: (title, text) for url, title, text in rows(archive, "select url, title, text from articles")}
    wrong = [
        article.name
        for article in truth.stored(1)
        if stored.get(article.url) != (article.title, "\n".join(article.paragraphs))
    ]
    assert wrong == []
