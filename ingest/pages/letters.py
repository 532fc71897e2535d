"""How two spellings of a line are told to be one."""

from __future__ import annotations

import re

_WORDS = re.compile(r"\w+")
_MARKS = "’‘“”–—…"
_NO_WORD = {code: None for code in range(128) if not (chr(code).isalnum() or chr(code) == "_")}


def letters(text: str) -> str:
    """What is compared: letters and digits, without case, space and punctuation."""
    lower = text.lower()
    if not lower.isascii():
        for mark in _MARKS:  # for their sake alone few lines would miss the fast way
            lower = lower.replace(mark, "")
    return lower.translate(_NO_WORD) if lower.isascii() else "".join(_WORDS.findall(lower))
