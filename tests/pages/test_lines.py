"""The rules for lines: each rule's examples go, its look-alikes stay; and no rule can be made slow."""

from __future__ import annotations

import pytest

from ingest.pages.lines import LANGUAGES, MAX_LINE, Line, LineRule, is_date, iter_rules, match_line, rules_for

RULES = list(iter_rules())
NAMES = [f"{rule.language}-{rule.name}-{rule.kind}-{index}" for index, rule in enumerate(RULES)]


@pytest.mark.parametrize("rule", RULES, ids=NAMES)
def test_examples_go_and_look_alikes_stay(rule: LineRule) -> None:
    assert rule.go
    assert rule.stay
    assert [text for text in rule.go if not rule.matches(Line.of(text))] == []
    assert [text for text in rule.stay if rule.matches(Line.of(text))] == []


def test_no_rule_of_a_language_takes_what_another_of_its_rules_lets_stay() -> None:
    wrong = [
        (rule.language, other.name, text)
        for rule in RULES
        for other in rules_for(rule.language)
        for text in rule.stay
        if other.where == "anywhere" and other.kind != "heading" and other.matches(Line.of(text))
    ]
    assert wrong == []


def test_every_language_has_the_classes() -> None:
    names = {language: {rule.name for rule in RULES if rule.language == language} for language in LANGUAGES}
    common = set.intersection(*names.values())
    assert common >= {"related", "related-section", "newsletter", "share", "byline", "copyright"}


@pytest.mark.parametrize(
    "text",
    ["21 November 2026", "Nov 21, 2026", "2026年11月21日", "21 नवंबर 2026", "21/11/2026", "Пятница, 21 ноября 2026"],
)
def test_dates(text: str) -> None:
    assert is_date(text)


@pytest.mark.parametrize("text", ["November", "in 2026 prices", "21 swans", "", "May 2026 be kind"])
def test_no_dates(text: str) -> None:
    assert not is_date(text)


def test_lines_as_long_as_prose_are_never_taken() -> None:
    """Which also bounds the time of every pattern."""
    for rule in RULES:
        line = Line.of(f"{rule.go[0]} " * (MAX_LINE // len(rule.go[0]) + 1))
        assert match_line(line, rules_for(rule.language)) is None
