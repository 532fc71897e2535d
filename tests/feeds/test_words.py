"""The quick ways to clean and count words say what the plain ones would."""

from __future__ import annotations

import re
import sys

from hypothesis import given
from hypothesis import strategies as st

from ingest import text
from ingest.feeds.identity import _words

TEXTS = st.text(st.characters() | st.sampled_from("abcé“”’–…_0 \n\t،。京"))


@given(TEXTS)
def test_the_words_of_an_entry(said: str) -> None:
    assert _words(said) == " ".join(re.findall(r"\w+", said)).encode("utf-8", "replace")


def test_whatever_is_unwanted_is_not_printable() -> None:
    every = map(chr, range(sys.maxunicode + 1))
    assert [character for character in every if text._UNWANTED.match(character) and character.isprintable()] == []
