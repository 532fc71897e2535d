"""Rules that a person writes for one outlet: each key does what it says, and mistakes are named."""
# ruff: noqa: E501 - one case a line

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ingest.pages import Extraction, ExtractRules, extract_article, problems_of

FIRST = "The lock keeper opened the gates at dawn, and by noon forty barges had gone through on their way to the sea."
SECOND = "He has kept a book of their names since he was a boy, and it fills eleven volumes that stand in his kitchen."
PROMO = "Our readers' club meets on every first Tuesday of the month in the old customs house, and all are welcome."
PAGE = f"""<html><head><title>Forty barges in a morning</title></head><body><h1>Canal news</h1><h2 class="real">Forty barges in a morning</h2>
<p class="who">words: Liesbeth Oorthuys</p><p class="when">3 March 2025, 08:30</p>
<div class="story"><p>{FIRST}</p><p class="club">{PROMO}</p><p>{SECOND}</p></div><div class="side"><p>{PROMO.upper()}</p></div></body></html>"""


def extract(**rules: str) -> Extraction:
    return extract_article(
        PAGE.encode(), url="https://canal.example/a", rules=ExtractRules.of(rules), language="en", explain=True
    )


@pytest.mark.parametrize("rules", [{"remove": ".club"}, {"strip": "^Our readers' club"}, {"strip": "readers' CLUB"}])
def test_what_an_outlet_repeats_can_be_taken_out(rules: dict[str, str]) -> None:
    assert extract(body="div.story").text.split("\n") == [FIRST, PROMO, SECOND]
    assert extract(body="div.story", **rules).text.split("\n") == [FIRST, SECOND]


def test_metadata_by_selectors() -> None:
    found = extract(title=".real", authors=".who", date=".when")
    assert found.title == "Forty barges in a morning"
    assert found.published_at == datetime(2025, 3, 3, 8, 30, tzinfo=UTC)
    assert [found.source_of(name) for name in ("title", "published_at")] == ["outlet_rule", "outlet_rule"]


def test_removed_lines_are_listed_with_the_rule() -> None:
    found = extract(body="div.story", strip="^Our readers' club")
    assert {(line.text, line.rule) for line in found.removed} >= {
        (PROMO, "outlet_rule"),
        (PROMO.upper(), "not_selected"),
    }


@pytest.mark.parametrize(
    ("rules", "key"),
    [({"body": "div..story"}, "body[0]"), ({"strip": "("}, "strip[0]"), ({"strip": ".*"}, "strip[0]"), ({"remove": " "}, "remove[0]")],
)  # fmt: skip
def test_mistakes_are_named(rules: dict[str, str], key: str) -> None:
    assert [name for name, _ in problems_of(ExtractRules.of(rules))] == [key]
