"""Plain text: what goes, what stays, and that it never takes long."""

from __future__ import annotations

import doctest
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

import ingest.text
from ingest.text import cap_bytes, clean_line, plain_text, too_deep

MARKUP = [
    ("plain", "plain"),
    ("AT&amp;T", "AT&T"),
    ("AT&amp;amp;T", "AT&amp;T"),
    ("<b>bold</b>ly", "boldly"),
    ("<p>one</p><p>two</p>", "one two"),
    ("one<br>two<BR/>three", "one two three"),
    ("5 < 6 and 7 > 2", "5 < 6 and 7 > 2"),
    ("I <3 it", "I <3 it"),
    ("a<script>alert(1)</script>b<style>p{}</style>c", "abc"),
    ("a<!-- hidden -->b", "ab"),
    ('<a title="x > y">link</a>', "link"),
    ("&#8220;q&#8221; &hellip; &nbsp;x", "“q” … x"),
    ("&#128;5 &#x92;", "€5 ’"),
    ("&lt;b&gt; as text", "<b> as text"),
    ("کہ\u200cہے", "کہ\u200cہے"),
    ("\u202eoverride\u202c \u2066isolate\u2069", "override isolate"),
    ("nul\x00 bell\x07 \ud800lone \ufeffbom", "nul bell lone bom"),
    ("Cafe\u0301", "Café"),
    ("", ""),
]


@pytest.mark.parametrize(("markup", "expected"), MARKUP)
def test_plain_text(markup: str, expected: str) -> None:
    assert plain_text(markup) == expected


def test_clean_line_leaves_markup_alone() -> None:
    assert clean_line(" List<String>\n &amp; co ") == "List<String> &amp; co"


def test_examples() -> None:
    assert doctest.testmod(ingest.text).failed == 0


def test_deep_nesting_is_known_without_building_a_tree() -> None:
    assert too_deep("<div>" * 100_000)
    assert not too_deep("<p>one<p>two<br>" * 10_000)
    assert not too_deep("<div><b>x</b></div>" * 10_000)
    assert plain_text("<div>" * 100_000 + "text") == "text"


def test_heaps_of_marks_are_cut() -> None:
    assert len(clean_line("a" + "\u0315\u0300" * 100_000)) < 40


@given(st.text())
def test_clean_text_is_clean_and_stays(text: str) -> None:
    clean = plain_text(text)
    assert clean.encode("utf-8").decode("utf-8") == clean
    assert unicodedata.is_normalized("NFC", clean)
    assert not any(unicodedata.category(char) == "Cc" for char in clean)
    assert clean_line(clean) == clean


@given(st.text(), st.integers(0, 40))
def test_cap_never_cuts_a_character(text: str, limit: int) -> None:
    capped = cap_bytes(clean_line(text), limit)
    assert clean_line(text).startswith(capped)
    assert len(capped.encode("utf-8")) <= limit
