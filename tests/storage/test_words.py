"""Spelling variants of many languages fold to one form; every word knows its place."""

from __future__ import annotations

import doctest
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage import words as module
from storage.words import fold, words

SAME = [  # variants that people use for one word
    ("case", "Steel STEEL steel"),
    ("accents", "café cafe Café CAFE"),
    ("strokes", "Łódź lodz"),
    ("sharp s", "Straße STRASSE strasse"),
    ("ligature", "ﬁnance finance"),
    ("full width", "Ｔｏｋｙｏ tokyo"),
    ("Turkish i", "Istanbul İstanbul ıstanbul"),
    ("Greek accents", "Αθήνα αθηνα"),
    ("Russian yo", "ёлка елка ЁЛКА"),
    ("Russian stress", "за́мок замок"),
    ("Arabic alefs", "أحمد احمد إحمد آحمد ٱحمد"),
    ("Arabic vowel signs", "مُحَمَّد محمد مـحـمـد"),
    ("Arabic article", "الاقتصاد والاقتصاد بالاقتصاد اقتصاد"),
    ("Arabic ta marbuta", "مدينة مدينه"),
    ("Urdu and Arabic keyboards", "کراچی كراچي كراچى"),
    ("Urdu he", "ہفتہ هفته"),
    ("Hindi nukta", "क़ानून कानून"),
    ("Hindi candrabindu", "हँसी हंसी"),
    ("Hebrew points", "שָׁלוֹם שלום"),
    ("digits", "2025 ٢٠٢٥ ۲۰۲۵ २०२५"),
    ("Hindi joiners", "क्‍ष क्ष"),
    ("soft hyphen", "pro\u00adduc\u00adtion production"),
]
DIFFERENT = [
    ("Hindi vowel signs", "कल काल"),
    ("short word with an article", "الله له"),
    ("Urdu plural", "بڑے بڑی"),
    ("Japanese voicing", "か が"),
]
CUT = [
    ("punctuation", "don't U.S. co-op snake_case", "don t u s co op snake case"),
    ("typographic punctuation", "“steel”—iron… ‘tin’", "steel iron tin"),
    ("Chinese", "北京2025年", "北 京 2025 年"),
    ("Japanese", "東京のコーヒー", "東 京 の コ ー ヒ ー"),
    ("half width kana", "ｺｰﾋｰ", "コ ー ヒ ー"),
    ("Korean", "정부가", "정 부 가"),
    ("Thai", "ข่าว", "ข ่ า ว"),
    ("Hindi danda", "हिन्दी।समाचार", "हिन्दी समाचार"),
    ("Urdu full stop", "خبر۔تازہ", "خبر تازه"),
    ("Persian non-joiner", "می‌خواهم", "می خواهم"),
    ("emoji", "rain☔️👩‍👩‍👧road", "rain road"),
]


def test_doctests():
    assert doctest.testmod(module).failed == 0


@pytest.mark.parametrize(("name", "text"), SAME)
def test_variants_are_one_word(name, text):
    assert len({fold(variant).strip() for variant in text.split(" ")}) == 1


@pytest.mark.parametrize(("name", "text"), DIFFERENT)
def test_different_words_stay_apart(name, text):
    first, second = text.split(" ")
    assert fold(first).split() != fold(second).split()


@pytest.mark.parametrize(("name", "text", "expected"), CUT)
def test_cut_into_words(name, text, expected):
    assert fold(text).split() == expected.split()


@given(st.text())
def test_words_are_those_of_fold_in_their_place(text):
    text = unicodedata.normalize("NFC", text)
    found = list(words(text))
    assert [word.text for word in found] == fold(text).split()
    for word in found:
        assert 0 <= word.start < word.end <= len(text)
        assert word.text in fold(text[word.start : word.end]).split()
