"""Lines that an outlet repeats: learned by counting in how many distinct stories they stand.

The archive keeps a `LineCount` for each hash; these functions say how counts change and what they mean. A line is
learned when three distinct stories of the outlet have it among the last `WINDOW`, unlearned when it fades, and a person's
word beats both. Learned lines leave the fingerprints of duplicates; a stored text is never cut by them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

import xxhash

from ingest.pages.evidence import letters

LEARNED_FROM = 3  # distinct stories
WINDOW = 200  # stories of the outlet after which a line that did not come again is forgotten
KEPT_STORIES = 5  # ids kept for each line: enough to tell distinct stories from copies of one
MIN_LETTERS, MAX_LETTERS = 4, 600


class Word(StrEnum):
    """What a person said of a line."""

    NONE = "none"
    BOILERPLATE = "boilerplate"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class LineCount:
    """What is known of one line of one outlet. `stories`: the latest distinct stories that have it."""

    hash: int
    line: str
    stories: tuple[int, ...] = ()
    seen: int = 0  # distinct stories in all
    last_at: int = 0  # number of the outlet's story that had it last
    word: Word = Word.NONE


def line_hash(line: str) -> int:
    """The key of a line: 63 bits over its letters, so that case, spaces and punctuation do not count."""
    return xxhash.xxh3_64_intdigest(letters(line).encode()) >> 1


def countable_lines(text: str) -> dict[int, str]:
    """The lines of a text that may turn out to be boilerplate, by hash."""
    return {line_hash(line): line for line in text.split("\n") if MIN_LETTERS <= len(letters(line)) <= MAX_LETTERS}


def count(known: Mapping[int, LineCount], text: str, *, story: int, number: int) -> list[LineCount]:
    """The counts that change with one more article: `story` is its story's id, `number` counts the outlet's stories.

    Copies of one story count once, however often they come.
    """
    changed = []
    for key, line in countable_lines(text).items():
        old = known.get(key, LineCount(key, line))
        if story in old.stories:
            continue
        stories = (*old.stories, story)[-KEPT_STORIES:]
        faded = old.seen and number - old.last_at > WINDOW
        changed.append(
            replace(old, stories=(story,) if faded else stories, seen=1 if faded else old.seen + 1, last_at=number)
        )
    return changed


def is_learned(line: LineCount, *, number: int) -> bool:
    """Whether the line is boilerplate now, when the outlet has `number` stories."""
    if line.word is not Word.NONE:
        return line.word is Word.BOILERPLATE
    return line.seen >= LEARNED_FROM and number - line.last_at <= WINDOW


def learned(lines: Iterable[LineCount], *, number: int) -> frozenset[int]:
    """The hashes of the lines that are boilerplate now."""
    return frozenset(line.hash for line in lines if is_learned(line, number=number))


def without_learned(text: str, hashes: frozenset[int]) -> str:
    """`text` for the fingerprint, or for a reader who wants it short: without learned lines."""
    return "\n".join(line for line in text.split("\n") if line_hash(line) not in hashes)
