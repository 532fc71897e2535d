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
from ingest.urls import canonical_url
from tests.pipeline.conftest import export, invoke, kept_by_export

EXACT = 48  # of 50 articles, word for word; two keep the sentence that their outlet says of itself under every essay
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


def named(archive: Path, truth: Truth) -> dict[int, tuple[str, str]]:
    """Article numbers with the names of the truth, by any of their addresses: links are tracked and redirected."""
    names = {canonical_url(article.url): article.name for article in truth.articles}
    aliases = rows(archive, "select article_id, value from alias where scope = 0")
    return {number: names[value] for number, value in aliases if value in names}


def stories(archive: Path, truth: Truth) -> set[frozenset[tuple[str, str]]]:
    """The archive's stories of two articles or more, by the names of the truth."""
    names = named(archive, truth)
    found: defaultdict[int, set[tuple[str, str]]] = defaultdict(set)
    for number, story in rows(archive, "select id, story_id from articles"):
        found[story].add(names[number])
    return {frozenset(members) for members in found.values() if len(members) > 1}


def test_two_editions_come_out_as_their_truth_and_so_does_their_export(
    newsroom: Newsroom, once: Once, tmp_path: Path
) -> None:
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
    lines, again = tmp_path / "all.jsonl", tmp_path / "again.db"
    lines.write_text("\n".join(export(archive)), encoding="utf-8")
    invoke("import", lines, "--json", "--database", f"sqlite:///{again}")
    assert kept_by_export(again) == kept_by_export(archive)


def test_the_stored_texts_are_what_was_written(newsroom: Newsroom, once: Once, tmp_path: Path) -> None:
    archive, config = tmp_path / "archive.db", tmp_path / "feeds.yaml"
    newsroom.write_config(config, f"sqlite:///{archive}")
    once(config)
    truth = newsroom.truth()
    names = named(archive, truth)
    stored = {
        names[number]: (title, text) for number, title, text in rows(archive, "select id, title, text from articles")
    }
    assert {name: title for name, (title, _) in stored.items()} == {a.name: a.title for a in truth.stored(1)}
    lacking = [a.name for a in truth.stored(1) if not set(a.paragraphs) <= set(stored[a.name][1].split("\n"))]
    assert lacking == []
    exact = [a.name for a in truth.stored(1) if stored[a.name][1] == "\n".join(a.paragraphs)]
    assert len(exact) >= EXACT
