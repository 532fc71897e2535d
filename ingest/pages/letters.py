"""How two spellings of a line are told to be one."""

from __future__ import annotations

import re

_WORDS = re.compile(r"\w+")


def letters(text: str) -> str:
    """What is compared: letters and digits, without case, space and punctuation."""
    return "".join(_WORDS.findall(text.lower()))
