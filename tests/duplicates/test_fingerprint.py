"""Fingerprints: stateless, packed without loss, blind to how a text is set."""

from __future__ import annotations

from importlib import import_module

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.duplicates import Fingerprint, every_key, fingerprint
from ingest.duplicates.fingerprint import LONGEST, MAX_TOKENS, MIN_TOKENS, _Known, bodies_of
from ingest.duplicates.rarity import Rarity
from ingest.duplicates.shingles import LEAD_SIZE, SKETCH_SIZE, Shingled, sketch
from tests.duplicates.texts import BRIDGE, CHINESE, URDU

SET_OTHERWISE = [
    BRIDGE.upper(),
    BRIDGE.replace(". ", ".\n\n"),
    BRIDGE.replace(" ", "  "),
    BRIDGE.replace("o", "ó"),
    BRIDGE.replace(",", " –"),
    "SPRINGFIELD, Nov 3 (Reuters) - " + BRIDGE,
    "LONDON (AP) — " + BRIDGE,
    "By Anna Berg, Staff Writer\n" + BRIDGE,
]


@pytest.mark.parametrize("text", SET_OTHERWISE)
def test_setting_and_dateline_do_not_count(text: str) -> None:
    assert fingerprint(text).exact == fingerprint(BRIDGE).exact


def test_another_word_counts() -> None:
    assert fingerprint(BRIDGE.replace("Monday", "Tuesday")).exact != fingerprint(BRIDGE).exact


def test_a_short_text_is_told_from_others_by_its_title() -> None:
    one, other = fingerprint("Photo gallery", title="The storm"), fingerprint("Photo gallery", title="The match")
    assert one.exact != other.exact
    assert one.exact == fingerprint("photo gallery!", title="The Storm").exact


def test_title_of_a_long_text_does_not_count_as_text() -> None:
    assert fingerprint(BRIDGE, title="One").exact == fingerprint(BRIDGE, title="Another").exact


@given(st.text(), st.text(max_size=80))
def test_any_text_packs_and_unpacks(text: str, title: str) -> None:
    one = fingerprint(text, title=title)
    assert Fingerprint.from_signature(one.to_signature()).to_signature() == one.to_signature()
    assert sum(one.sentences.tolist()) == len(one.body)


@pytest.mark.parametrize("text", [BRIDGE, CHINESE, URDU])
def test_sketch_is_small_and_known_to_every_key(text: str) -> None:
    one = fingerprint(text)
    shingled = Shingled(one)
    keys = sketch(shingled, Rarity().stories_with(shingled.shingles(3)) > 0)
    assert SKETCH_SIZE <= len(keys) <= 1 + SKETCH_SIZE + LEAD_SIZE
    assert set(keys) <= set(every_key(one))
    assert all(-(2**31) <= key < 2**31 for key in keys)


def test_nothing_has_no_key_and_a_few_words_have_one() -> None:
    for text, count in (("", 0), ("…", 0), ("two words", 1), ("one " * (MIN_TOKENS - 1), 1)):
        shingled = Shingled(fingerprint(text))
        assert len(sketch(shingled, Rarity().stories_with(shingled.shingles(3)) > 0)) == count


def test_a_huge_text_is_cut() -> None:
    assert len(fingerprint("word " * (MAX_TOKENS + 5)).body) == MAX_TOKENS


def test_few_words_are_remembered_and_no_long_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    module, known = import_module("ingest.duplicates.fingerprint"), _Known()  # the package has a function of this name
    monkeypatch.setattr(module, "REMEMBERED", 10)
    monkeypatch.setattr(module, "_known", known)
    text = " ".join(["x" * 60, *(f"word{number}" for number in range(35))])
    assert fingerprint(text).to_signature() == fingerprint(text).to_signature()
    assert 0 < len(known) <= 10
    assert max(map(len, known)) <= LONGEST


def test_bodies_of_many_texts_are_unpacked_together_without_their_titles() -> None:
    made = [
        fingerprint(BRIDGE, title="Lantern Bridge reopens"),
        fingerprint("", title="A title alone"),
        fingerprint(CHINESE),
        fingerprint(URDU, title="پل"),
    ]
    tokens, lengths = bodies_of([one.to_signature() for one in made])
    assert lengths == [len(one.body) for one in made]
    assert tokens.tolist() == [token for one in made for token in one.body.tolist()]


def test_no_texts_have_no_bodies() -> None:
    tokens, lengths = bodies_of([])
    assert (len(tokens), lengths) == (0, [])
