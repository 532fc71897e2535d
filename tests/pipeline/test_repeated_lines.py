"""What an outlet prints under each of its articles: stored with them, learned, and left out when they are compared."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from ingest.duplicates import fingerprint
from tests.pipeline.conftest import invoke
from tests.pipeline.papers import Paper, invent, serving
from tests.pipeline.test_once import rows

Once = Callable[..., dict[str, Any]]
FOOTERS = (
    "The Courier has no advertisements. It is paid for by its readers, who own it and elect its editor every year.",
    "Letters to the editor should bear a name and a town. We print the shortest first, and never print the longest.",
)
WIRE = invent("an article that both outlets print", 6)


def print_under(paper: Paper, footer: str) -> None:
    paper.stories = [replace(item, paragraphs=(*item.paragraphs, footer)) for item in paper.stories]
    paper.publish()


def test_lines_are_learned_and_left_out_of_fingerprints(once: Once, tmp_path: Path) -> None:
    with serving(2, 5) as papers:
        config = papers.write_config(tmp_path)
        later = [paper.stories.pop() for paper in papers.all]
        for paper, footer in zip(papers.all, FOOTERS, strict=True):
            print_under(paper, footer)
        assert once(config)["articles"]["stored"] == 8
        for paper, footer, item in zip(papers.all, FOOTERS, later, strict=True):
            paper.stories.append(replace(item, title="Printed by both", paragraphs=(*WIRE, footer)))
            paper.publish()
        articles = once(config)["articles"]
        assert (articles["stored"], articles["updated"], articles["duplicates"]) == (2, 0, 1)
        for paper, footer in zip(papers.all, FOOTERS, strict=True):
            known = invoke("feeds", "boilerplate", paper.name, "--json", "--config", config)
            assert [(row["line"], row["left_out"]) for row in known["lines"]] == [(footer, True)]
        assert rows(tmp_path, "SELECT kind FROM duplicates") == [("exact",)]
        texts = rows(tmp_path, "SELECT text FROM articles WHERE title = 'Printed by both' ORDER BY outlet")
        assert texts == [("\n".join((*WIRE, footer)),) for footer in FOOTERS]
        exact = rows(
            tmp_path,
            "SELECT DISTINCT exact FROM fingerprint JOIN articles ON id = article_id WHERE title = 'Printed by both'",
        )
        assert exact == [(fingerprint("\n".join(WIRE)).exact,)]
