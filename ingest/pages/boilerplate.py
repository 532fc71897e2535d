"""Lines that an outlet repeats at the edges of its articles: learned by counting in how many stories they stand.

The archive keeps a `LineCount` for each hash; these functions say how counts change and what they mean. A line is
learned when three distinct stories of the outlet have it, unlearned when it fades, and a person's word beats both.
Learned lines leave the fingerprints of duplicates; a stored text is never cut by them.
"""

from __future__ import annotations

from collections.abc import Sequence

import xxhash

from ingest.pages.letters import letters
from storage.model import LineCount, LineWord, OutletLines

LEARNED_FROM = 3  # distinct stories
WINDOW = 200  # articles of the outlet after which a line that did not come again is forgotten
KEPT_STORIES = 5  # ids kept for each line: enough to tell distinct stories from copies of one
FIRST, LAST = 4, 10  # lines of a text that are looked at: what an outlet adds stands before or behind the article
MIN_LETTERS, MAX_LETTERS = 4, 300
LEAST_REST = 0.5  # of the letters of a text, or nothing is taken from it


def line_hash(line: str) -> int:
    """The key of a line: 63 bits over its letters, so that case, spaces and punctuation do not count."""
    return _hash(letters(line))


def _hash(spelt: str) -> int:
    return xxhash.xxh3_64_intdigest(spelt.encode("utf-8", "surrogatepass")) >> 1


def edge_lines(text: str) -> dict[int, str]:
    """The lines of a text that may turn out to be boilerplate, by hash: short ones at its beginning and its end."""
    lines = text.split("\n")
    return {key: lines[place] for place, key in _edges(lines)}


def _edges(lines: Sequence[str]) -> list[tuple[int, int]]:
    """Places of the countable lines at both ends, and their hashes."""
    places = range(len(lines))
    edges = sorted({*places[:FIRST], *places[-LAST:]})
    spelt = ((place, letters(lines[place])) for place in edges if len(lines[place]) <= 2 * MAX_LETTERS)
    return [(place, _hash(found)) for place, found in spelt if MIN_LETTERS <= len(found) <= MAX_LETTERS]


def count(known: OutletLines, lines: dict[int, str], *, story: int) -> list[LineCount]:
    """The counts that change with one more article of the outlet, which has these `edge_lines` and this story.

    Copies of one story count once, however often they come.
    """
    number = known.articles + 1
    before = {line.hash: line for line in known.lines}
    changed = []
    for key, text in lines.items():
        old = before.get(key, LineCount(key))
        if _has_faded(old, number):
            old = LineCount(key, word=old.word)
        if story not in old.stories:
            stories = (*old.stories, story)[-KEPT_STORIES:]
            shown = old.text or (text if old.seen else "")
            changed.append(LineCount(key, shown, stories, old.seen + 1, number, old.word))
        else:
            changed.append(LineCount(key, old.text, old.stories, old.seen, number, old.word))
    return changed


def _has_faded(line: LineCount, number: int) -> bool:
    return number - line.last_at > WINDOW


def is_learned(line: LineCount, *, articles: int) -> bool:
    """Whether the line is boilerplate now, when the outlet has so many articles."""
    if line.word is not LineWord.NONE:
        return line.word is LineWord.BOILERPLATE
    return line.seen >= LEARNED_FROM and not _has_faded(line, articles)


def learned(known: OutletLines) -> frozenset[int]:
    """The hashes of the lines that are boilerplate now."""
    return frozenset(line.hash for line in known.lines if is_learned(line, articles=known.articles))


def without_learned(text: str, hashes: frozenset[int]) -> str:
    """`text` for the fingerprint, or for a reader who wants it short: without learned lines at its edges.

    A text that would lose more than half of its letters loses nothing.
    """
    lines = text.split("\n")
    leaving = {place for place, key in _edges(lines) if key in hashes}
    if not leaving:
        return text
    rest = "\n".join(line for place, line in enumerate(lines) if place not in leaving)
    return rest if len(letters(rest)) >= LEAST_REST * len(letters(text)) else text
