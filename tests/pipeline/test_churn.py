"""A feed that changes at every poll whatever tells its entries apart: each article is still stored once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from tests.pipeline.papers import Paper, serving
from tests.pipeline.test_once import rows

Once = Callable[..., dict[str, Any]]
Change = Callable[[Paper], None]
ARTICLES = 20


def renew_guids(paper: Paper) -> None:
    paper.stories = [replace(item, guid=str(uuid5(NAMESPACE_URL, item.guid))) for item in paper.stories]


def turn_round(paper: Paper) -> None:
    paper.stories.reverse()


def drop_dates(paper: Paper) -> None:
    paper.dated = False


def list_twice(paper: Paper) -> None:
    paper.stories = [item for item in paper.stories for _ in range(2)]


def move_to_another_host(paper: Paper) -> None:
    paper.stories = paper.stories[::2]
    paper.host = "localhost"
    renew_guids(paper)


def rename_links(paper: Paper) -> None:
    paper.past = paper.stories
    paper.stories = [replace(item, path=item.path.replace(".html", "-renamed.html")) for item in paper.stories]


def test_a_churning_feed(once: Once, tmp_path: Path) -> None:
    polls: tuple[tuple[Change, ...], ...] = (
        (rename_links,),
        (renew_guids, turn_round, drop_dates),
        (renew_guids, list_twice),
        (move_to_another_host,),
    )
    with serving(1, ARTICLES) as papers:
        paper = papers.all[0]
        config = papers.write_config(tmp_path)
        assert once(config)["articles"]["stored"] == ARTICLES
        for changes in polls:
            for change in changes:
                change(paper)
            paper.publish()
            assert once(config)["articles"]["stored"] == 0, changes
    assert rows(tmp_path, "select count(*), count(distinct title) from articles") == [(ARTICLES, ARTICLES)]
    assert rows(tmp_path, "select count(*) from revisions") == [(ARTICLES,)]
