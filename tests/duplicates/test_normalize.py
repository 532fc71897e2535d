"""Text to comparable form: what one line of each table says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.duplicates.normalize import fold, sentences, tokens

SAME = [
    ("Ça va, Élan über naïve Łódź", "Ca va, Elan uber naive Lodz"),
    ("الْعَرَبِيَّةُ", "العربية"),
    ("مـــوسم", "موسم"),
    ("كتاب علي", "کتاب علی"),
    ("أحمد إلى", "احمد الي"),
    ("١٢٣ ۴۵ १२", "123 45 12"),
    ("zero\u200bwidth\ufeff", "zerowidth"),
    ("ﬁnancial ＡＢＣ", "financial ABC"),
    ("ещё Ёлка", "еще Елка"),
    ("cafe\u0301", "café"),
]

TOKENS = [
    ("हिन्दी में समाचार।", ["हिन्दी", "में", "समाचार"]),
    ("2018年10月25日", ["2018", "年", "10", "月", "25", "日"]),
    ("ภาษา", ["ภ", "า", "ษ", "า"]),
    ("it's 3.5 per-cent", ["it", "s", "3", "5", "per", "cent"]),
    ("snake_case 🙂 𝒳", ["snake", "case", "X"]),
    ("", []),
]

SENTENCES = [
    ("One. Two! Three?", ["One.", "Two!", "Three?"]),
    ("今天下雨。明天晴！“好。”他说", ["今天下雨。", "明天晴！", "“好。”", "他说"]),
    ("پہلا جملہ۔ دوسرا", ["پہلا جملہ۔", "دوسرا"]),
    ("line\n\nline", ["line", "line"]),
    ("3.5 per cent", ["3.5 per cent"]),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_spellings_of_one_text_fold_alike(one: str, other: str) -> None:
    assert [token.casefold() for token in tokens(fold(one))] == [token.casefold() for token in tokens(fold(other))]


@pytest.mark.parametrize(("text", "expected"), TOKENS)
def test_tokens(text: str, expected: list[str]) -> None:
    assert tokens(fold(text)) == expected


@pytest.mark.parametrize(("text", "expected"), SENTENCES)
def test_sentences(text: str, expected: list[str]) -> None:
    assert sentences(text) == expected


@given(st.text())
def test_folding_never_raises_and_is_idempotent(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text())
def test_sentences_lose_no_token(text: str) -> None:
    folded = fold(text)
    assert [token for piece in sentences(folded) for token in tokens(piece)] == tokens(folded)
