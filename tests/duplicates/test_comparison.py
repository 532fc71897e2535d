"""Verdicts on pairs of texts, one pair a line."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.duplicates import compare, fingerprint
from ingest.duplicates.numbers import Numbers, other_facts
from storage.model import EdgeKind
from tests.duplicates.texts import BRIDGE, CHINESE, HARBOUR, QUAKE, URDU

REWRITTEN = "".join(CHINESE[-place] if place % 6 == 1 else CHINESE[place] for place in range(len(CHINESE)))
ONE_QUAKE = QUAKE.format("6.1", 80, "Denver", 14, 32, 9, 12)
OTHER_QUAKE = QUAKE.format("5.4", 35, "Quito", 3, 18, 41, 7)
CUT = BRIDGE[: BRIDGE.index("The bridge was built")]

VERDICTS = [
    ("cut", BRIDGE, CUT, EdgeKind.NEAR),
    ("boilerplate", BRIDGE, "Sign up for our newsletter.\n" + BRIDGE + "\nAll rights reserved.", EdgeKind.NEAR),
    ("a word here and there", BRIDGE, BRIDGE.replace("deep", "long").replace("crowns", "dollars"), EdgeKind.NEAR),
    ("reordered", BRIDGE, " ".join(reversed(BRIDGE.split(". "))), EdgeKind.NEAR),
    ("Chinese, cut", CHINESE, CHINESE[:100], EdgeKind.NEAR),
    ("Chinese, every sixth character another one", CHINESE, REWRITTEN, EdgeKind.NEAR),
    ("Urdu, cut", URDU, URDU[:250], EdgeKind.NEAR),
    ("other news", BRIDGE, HARBOUR, None),
    ("other language", BRIDGE, CHINESE, None),
    ("one form, other numbers", ONE_QUAKE, OTHER_QUAKE, None),
    ("too short", "Read more here", "Read more there", None),
    ("same and short", "Read more here", "Read more here!", EdgeKind.EXACT),
]


@pytest.mark.parametrize(("a", "b", "kind"), [case[1:] for case in VERDICTS], ids=[case[0] for case in VERDICTS])
def test_verdicts(a: str, b: str, kind: EdgeKind | None) -> None:
    assert compare(fingerprint(a), fingerprint(b)).kind == kind


def test_a_text_is_exactly_itself() -> None:
    result = compare(fingerprint(BRIDGE), fingerprint(BRIDGE.upper()))
    assert (result.kind, result.score) == (EdgeKind.EXACT, 1.0)


FACTS = [  # distinct numbers of the text that has fewer, share in the other, in their places: changed, kept; are they others?
    ("a form, all numbers others", Numbers(4, 0.0, 4, 0), True),
    ("a form, most numbers others", Numbers(3, 1 / 3, 2, 1), True),
    ("all where they were but a dateline's", Numbers(3, 2 / 3, 0, 6), False),
    ("one where it was, three times, the others gone", Numbers(3, 1 / 3, 0, 3), True),
    ("some where they were, the others gone", Numbers(3, 1 / 3, 0, 1), True),
    ("few numbers", Numbers(2, 0.5, 1, 1), False),
]


@pytest.mark.parametrize(("numbers", "others"), [case[1:] for case in FACTS], ids=[case[0] for case in FACTS])
def test_numbers_of_texts_that_are_the_same_from_end_to_end(numbers: Numbers, *, others: bool) -> None:
    assert other_facts(numbers, jaccard=0.8, length_ratio=0.95) is others


WORDS = st.lists(st.sampled_from(BRIDGE.split()), min_size=15, max_size=60).map(" ".join)


@settings(max_examples=25)
@given(WORDS, WORDS)
def test_comparison_is_symmetric_and_within_bounds(a: str, b: str) -> None:
    one, other = compare(fingerprint(a), fingerprint(b)), compare(fingerprint(b), fingerprint(a))
    assert (one.kind, one.score) == (other.kind, other.score)
    assert 0 <= one.score <= 1
