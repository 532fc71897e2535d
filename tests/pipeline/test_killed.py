"""Killed at any moment and started again, the archive is what an undisturbed run would have made."""

from __future__ import annotations

import random
import sqlite3
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.pipeline.conftest import PATIENCE, start_once
from tests.pipeline.papers import Papers, invent, serving

Once = Callable[..., dict[str, Any]]
KILLS = {0: 2} | dict.fromkeys(range(1, 6), 4)  # by seed; five seeds make twenty random moments (`make soak`)


@pytest.fixture
def copied() -> Iterator[Papers]:
    """Four outlets; the second and third carry wire stories of the first, cut or with something added."""
    with serving(4, 12) as papers:
        wire = papers.all[0].stories
        for index, paper in enumerate(papers.all[1:3], start=1):
            for number in range(4):
                cut = wire[number].paragraphs[: 5 if index == 1 else 6]
                added = invent(f"{paper.name} adds", 1) if index == 2 else ()
                paper.stories[number] = replace(paper.stories[number], paragraphs=cut + added)
            paper.publish()
        yield papers


def content(archive: Path) -> dict[str, Any]:
    """What must not depend on interruptions: articles with their revisions, and which of them stand together."""
    connection = sqlite3.connect(f"file:{archive}?mode=ro", uri=True)
    try:
        articles = connection.execute("select id, canonical_url, title, text, story_id from articles").fetchall()
        revisions = connection.execute("select article_id, number, title, text from revisions").fetchall()
        assert connection.execute("pragma integrity_check").fetchall() == [("ok",)]
        assert connection.execute("pragma foreign_key_check").fetchall() == []
        assert connection.execute("select status, count(*) from sightings group by 1").fetchall() == [("stored", 48)]
    finally:
        connection.close()
    names = {number: url for number, url, *_ in articles}
    stories: defaultdict[int, set[str]] = defaultdict(set)
    for _, url, _, _, story in articles:
        stories[story].add(url)
    assert len(names) == len(set(names.values())) == 48
    return {
        "articles": {(url, title, text) for _, url, title, text, _ in articles},
        "revisions": sorted((names[number], *rest) for number, *rest in revisions),
        "stories": sorted(sorted(members) for members in stories.values()),
    }


def kill_after(config: Path, papers: Papers, requests: int) -> None:
    """Start a run and kill it once it has been answered so many requests, or has ended before."""
    process, before = start_once(config, "--json"), papers.journal.count()
    while process.poll() is None and papers.journal.count() < before + requests:
        time.sleep(0.002)  # the servers have no other sign
    process.kill()
    process.communicate(timeout=PATIENCE)


@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.soak) for seed in range(1, 6))])
def test_killed_and_rerun_equals_undisturbed(copied: Papers, once: Once, tmp_path: Path, seed: int) -> None:
    (tmp_path / "calm").mkdir()
    (tmp_path / "killed").mkdir()
    calm = copied.write_config(tmp_path / "calm")
    once(calm)
    killed = copied.write_config(tmp_path / "killed")
    moments = random.Random(seed)
    for _ in range(KILLS[seed]):
        kill_after(killed, copied, moments.randrange(52))  # of 4 feeds and 48 pages
    once(killed)

    expected = content(tmp_path / "calm" / "archive.db")
    assert sum(len(story) > 1 for story in expected["stories"]) == 4
    assert content(tmp_path / "killed" / "archive.db") == expected
