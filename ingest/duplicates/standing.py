"""Text that stands around the news and differs between printings: datelines and bylines."""

from __future__ import annotations

import re

_DATELINE = re.compile(r"\s*(?:[A-Z][\w.'’ /-]{1,40}(?:, [\w. ]{1,30}){0,3} ?\([\w /,.]{2,30}\) ?[-–—]+ ?)")
_BYLINE = re.compile(r"\s*By [A-Z][\w.'-]+(?: [A-Z][\w.'-]+){0,3}(?:, [\w ]{3,30})?[ \t]*\r?\n")


def without_dateline(text: str) -> str:
    """The text without the dateline and byline it opens with."""
    for pattern in (_DATELINE, _BYLINE):
        if match := pattern.match(text):
            text = text[match.end() :]
    return text
