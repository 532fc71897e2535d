"""Lines that an outlet repeats."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class LineWord(StrEnum):
    """What a person said of a line. Nobody contradicts it."""

    NONE = "none"
    BOILERPLATE = "boilerplate"
    TEXT = "text"


class LineCount(NamedTuple):
    """What is known of one line of one outlet; `ingest.pages.boilerplate` gives it its meaning."""

    hash: int  # 63 bits over its letters
    text: str = ""  # kept from its second story on
    stories: tuple[int, ...] = ()  # the latest distinct stories that have it
    seen: int = 0  # distinct stories in all
    last_at: int = 0  # the outlet's article that had it last, by number in order of arrival
    word: LineWord = LineWord.NONE


@dataclass(frozen=True, slots=True)
class OutletLines:
    """Lines of an outlet, by hash, as they stand after its `articles` articles."""

    outlet_id: int
    articles: int
    lines: tuple[LineCount, ...]
