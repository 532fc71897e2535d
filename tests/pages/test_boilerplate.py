"""What an outlet repeats is learned from distinct stories, at the edges of texts, and never takes an article along."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.pages import count, edge_lines, is_learned, learned, line_hash, without_learned
from ingest.pages.boilerplate import FIRST, LAST, LEARNED_FROM, MAX_LETTERS, WINDOW
from storage.model import LineCount, LineWord, OutletLines

FOOTER = "The Courier has no advertisements. It is paid for by its readers."
KEY = line_hash(FOOTER)


def body(name: object, lines: int = 6) -> list[str]:
    return [f"Paragraph {number} of the article {name}, which says something of its own." for number in range(lines)]


def after(texts: list[tuple[int, str]], known: OutletLines | None = None) -> OutletLines:
    """The counts of an outlet after articles, each with its story."""
    known = known or OutletLines(1, 0, ())
    for story, text in texts:
        changed = {line.hash: line for line in count(known, edge_lines(text), story=story)}
        lines = {line.hash: line for line in known.lines} | changed
        known = OutletLines(1, known.articles + 1, tuple(lines.values()))
    return known


def with_footer(*stories: int, footer: str = FOOTER) -> list[tuple[int, str]]:
    return [(story, "\n".join([*body(f"{place} of {story}"), footer])) for place, story in enumerate(stories)]


def without_footer(articles: int) -> list[tuple[int, str]]:
    return [(1000 + number, "\n".join(body(number))) for number in range(articles)]


CASES = [
    ("two stories", with_footer(1, 2), False),
    ("three stories", with_footer(1, 2, 3), True),
    ("a story and its copies", with_footer(1, 1, 1, 1), False),
    ("two stories, taking turns", with_footer(1, 2, 1, 2, 1, 2), False),
    ("other spaces, case and punctuation", [*with_footer(1, 2), *with_footer(3, footer=f"— {FOOTER.upper()} ")], True),
    ("almost the same", [*with_footer(1, 2), *with_footer(3, footer=FOOTER.replace("no", "few"))], False),
    ("a while ago", [*with_footer(1, 2, 3), *without_footer(WINDOW)], True),
    ("longer ago", [*with_footer(1, 2, 3), *without_footer(WINDOW + 1)], False),
    ("twice before it faded", [*with_footer(1, 2), *without_footer(WINDOW + 1), *with_footer(3)], False),
]


@pytest.mark.parametrize(("texts", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_what_is_learned(texts: list[tuple[int, str]], *, expected: bool) -> None:
    assert (KEY in learned(after(texts))) is expected


def test_the_text_of_a_line_is_kept_from_the_second_story_on() -> None:
    for stories, shown in ((1,), ""), ((1, 1), ""), ((1, 2), FOOTER):
        (found,) = [line for line in after(with_footer(*stories)).lines if line.hash == KEY]
        assert found.text == shown


@pytest.mark.parametrize(("word", "expected"), [(LineWord.TEXT, False), (LineWord.BOILERPLATE, True)])
def test_a_persons_word_beats_the_count(word: LineWord, *, expected: bool) -> None:
    for seen, last_at in ((0, 0), (1, 1), (50, 999)):
        assert is_learned(LineCount(KEY, FOOTER, (), seen, last_at, word), articles=1000) is expected
    said = replace(after(with_footer(1)), lines=(LineCount(KEY, FOOTER, word=word),))
    (counted,) = [line for line in after(with_footer(*range(9)), said).lines if line.hash == KEY]
    assert counted.word is word


def test_only_short_lines_at_the_edges_are_counted() -> None:
    lines = body("long", FIRST + LAST + 1)
    assert set(edge_lines("\n".join(lines)).values()) == {*lines[:FIRST], *lines[-LAST:]}
    assert edge_lines("\n".join(["ok", "—", "a" * (MAX_LETTERS + 1), "", "four"])) == {line_hash("four"): "four"}


def test_what_is_learned_stays_inside_a_text_and_leaves_its_edges() -> None:
    lines = body("edges", FIRST + LAST + 5)
    text = "\n".join([*lines[: FIRST + 2], FOOTER, *lines[FIRST + 2 :], FOOTER])
    assert without_learned(text, frozenset([KEY])) == text.removesuffix("\n" + FOOTER)


def test_a_text_that_would_lose_more_than_half_loses_nothing() -> None:
    text = f"Closed today.\n{FOOTER}"
    assert without_learned(text, frozenset([KEY])) == text


LINES = st.lists(st.sampled_from([*body("a", 3), *body("b", 3), FOOTER, "Read also", "short", "", "—"]), max_size=30)


@given(st.lists(st.tuples(st.integers(1, 5), LINES), max_size=12))
def test_what_is_learned_stood_at_the_edges_of_three_stories(articles: list[tuple[int, list[str]]]) -> None:
    texts = [(story, "\n".join(lines)) for story, lines in articles]
    stories: dict[int, set[int]] = {}
    for story, text in texts:
        for key in edge_lines(text):
            stories.setdefault(key, set()).add(story)
    assert learned(after(texts)) == {key for key, found in stories.items() if len(found) >= LEARNED_FROM}


@given(LINES, st.sets(st.sampled_from([FOOTER, "Read also", "short", *body("a", 3)])))
def test_nothing_but_learned_edge_lines_goes(lines: list[str], repeated: set[str]) -> None:
    text, hashes = "\n".join(lines), frozenset(map(line_hash, repeated))
    rest = without_learned(text, hashes).split("\n")
    middle = lines[FIRST:-LAST]
    assert "\n".join(middle) in "\n".join(rest)
    assert [line for line in rest if line not in repeated] == [
        line for line in text.split("\n") if line not in repeated
    ]


@given(st.text())
def test_any_text_can_be_counted(text: str) -> None:
    assert without_learned(text, frozenset()) == text
    assert all(0 <= key < 1 << 63 for key in edge_lines(text))
