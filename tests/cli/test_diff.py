"""The word diff: what went, what came, and both texts readable from it."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.cli.diff import word_diff

CASES = [
    ("no change", "a b", "a b", "a b"),
    ("a word replaced", "It costs 2.4 million.", "It costs 4.2 million.", "It costs [-2.4-] {+4.2+} million."),
    ("words added at the end", "one two", "one two three", "one two {+three+}"),
    ("a word taken out", "one two three", "one three", "one [-two-] three"),
    ("a paragraph added", "first\nlast", "first\nnew\nlast", "first\n{+new+}\nlast"),
    ("a paragraph taken out", "first\nold\nlast", "first\nlast", "first\n[-old-]\nlast"),
    ("from nothing", "", "all new", "{+all new+}"),
    ("to nothing", "all old", "", "[-all old-]"),
    ("one word between changes goes along", "red and blue", "green and white", "[-red and blue-]{+green and white+}"),
    ("Chinese by characters", "今天天气很好，出海。", "今天天气不错，出海。", "今天天气[-很好-]{+不错+}，出海。"),
    ("Hindi words stay whole", "रसोई में खाना पकेगा", "रसोई में भोजन पकेगा", "रसोई में [-खाना-] {+भोजन+} पकेगा"),
    ("Urdu", "چار ہزار افراد منتقل", "پانچ ہزار افراد منتقل", "[-چار-] {+پانچ+} ہزار افراد منتقل"),
    ("control characters go", "a \x1b[2Jb", "a b", "a b"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_marked_diffs(old: str, new: str, expected: str) -> None:
    assert word_diff(old, new, marked=True).plain == expected


def test_colours_tell_what_went_and_came() -> None:
    text = word_diff("The bill is 2.4 million.", "The bill is 4.2 million.")
    assert [(text.plain[s.start : s.end], str(s.style)) for s in text.spans] == [
        ("2.4", "red strike"),
        ("4.2", "green"),
    ]


def test_unchanged_paragraphs_shrink_to_a_count() -> None:
    old = "one\ntwo\nthree\nfour\nfive"
    new = "one\ntwo\n3\nfour\nfive"
    assert word_diff(old, new, whole=False, marked=True).plain == (
        "… 2 paragraphs unchanged\n[-three-]{+3+}\n… 2 paragraphs unchanged"
    )


def test_texts_made_to_keep_a_diff_busy_count_as_replaced() -> None:
    old, new = " ".join(["a", "b"] * 20_000), " ".join(["b", "a", "a"] * 20_000)
    assert word_diff(old, new, marked=True).plain == f"[-{old}-] {{+{new}+}}"


words = st.lists(st.sampled_from(["ice", "sea", "4.2", "雾", "浪", "\n", "मछली", "—", "don't"]), max_size=30).map(
    " ".join
)


@given(words, words)
def test_both_texts_can_be_read_from_a_diff(old: str, new: str) -> None:
    diff = word_diff(old, new, marked=True).plain
    assert squeezed(re.sub(r"\[-|-\]|\{\+.*?\+\}", " ", diff, flags=re.S)) == squeezed(old)
    assert squeezed(re.sub(r"\{\+|\+\}|\[-.*?-\]", " ", diff, flags=re.S)) == squeezed(new)


def squeezed(text: str) -> str:
    return re.sub(r"\s", "", text)
