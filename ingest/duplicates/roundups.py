"""Round-ups: one text that holds the texts of several stories, in parts that do not overlap.

A round-up would glue its stories together, so it stays a story of its own. It shows itself when two stories that have
nothing to do with one another cover different parts of it: when it arrives, or later, when the second part does.
Two excerpts of one text cover different parts as well; but they speak of the same people and places.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ingest.duplicates.rarity import RARE, Rarity
from ingest.duplicates.shingles import Common, Flags, Shingled

MIN_WORDS = 20  # of a part
MIN_SHARE = 0.04  # of the whole
MIN_CONTAINED = 0.42  # of the part's own text: less is a quote, background or standing text in common, unless it is
# So long, in one piece, and from the start: the beginning of a long report. What an outlet puts before and behind two
# texts is not, nor the paragraph that it ends every text with.
LONG_WORDS, LONG_CONTAINED, ONE_PIECE, START = 60, 0.2, 0.45, 0.25
MAX_OVERLAP = 0.25  # of the smaller of two parts
RELATED = 0.3  # of the rare words of the shorter part


@dataclass(frozen=True, slots=True, eq=False)
class Inside:
    """A text of the archive, and what the whole has in common with it (the whole is the `text` of `shared`)."""

    article_id: int
    story_id: int
    text: Shingled
    shared: Common


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """A text of the archive, and where it stands in the whole."""

    article_id: int
    story_id: int
    text: Shingled
    covered: Flags  # tokens of the whole
    words: float
    contained: float  # share of the part's own text that stands in the whole
    start: float  # share of the part's own text before the first word that stands there
    closeness: float  # of what stands there: its share of the stretch from its first to its last word


def parts(whole: Shingled, inside: Sequence[Inside], rarity: Rarity) -> list[Part]:
    """Where texts stand in the whole; standing text of many stories does not count."""
    if not inside:
        return []
    rare = rarity.weights(whole.shingles(3)) >= RARE
    return [_part(whole, rare, one, rarity) for one in inside]


def _part(whole: Shingled, rare: Flags, inside: Inside, rarity: Rarity) -> Part:
    text = inside.text
    covered = whole.covered(inside.shared.in_text & rare, 3)
    words = float(np.count_nonzero(covered)) / whole.unit
    if words < MIN_WORDS:  # most, where forms meet: what they have in common is no part, wherever it stands in them
        return Part(inside.article_id, inside.story_id, text, covered, words, 0.0, 1.0, 0.0)
    found = inside.shared.in_other & (rarity.weights(text.shingles(3)) >= RARE)
    contained = np.count_nonzero(found) / len(found)
    return Part(inside.article_id, inside.story_id, text, covered, words, contained, *_stretch(found))


def _stretch(found: Flags) -> tuple[float, float]:
    """Where what was found starts, and how close together it stands."""
    places = np.flatnonzero(found)
    if not len(places):
        return 1.0, 0.0
    return places[0] / len(found), len(places) / float(places[-1] - places[0] + 1)


def is_added(part: Part, whole: Shingled, copy: Shingled) -> bool:
    """Whether a part is what an outlet put around the text: a copy of the whole goes without it."""
    held = whole.covered(whole.found_in(copy, 3), 3)
    return bool(2 * np.count_nonzero(part.covered & held) < np.count_nonzero(part.covered))


def independent(whole: Shingled, parts: Sequence[Part], rarity: Rarity) -> list[Part]:
    """The parts, largest first, of stories that have nothing to do with one another; a round-up has two or more."""
    least = max(MIN_WORDS, MIN_SHARE * whole.words)
    kept: list[Part] = []
    for candidate in sorted(parts, key=lambda p: -p.words):
        if _is_excerpt(candidate, least) and all(_independent(candidate, other, rarity) for other in kept):
            kept.append(candidate)
    return kept


def _is_excerpt(part: Part, least: float) -> bool:
    is_beginning = part.words >= LONG_WORDS and part.start <= START and part.closeness >= ONE_PIECE
    return part.words >= least and part.contained >= (LONG_CONTAINED if is_beginning else MIN_CONTAINED)


def _independent(a: Part, b: Part, rarity: Rarity) -> bool:
    if a.story_id == b.story_id:
        return False
    overlap = np.count_nonzero(a.covered & b.covered) / min(np.count_nonzero(a.covered), np.count_nonzero(b.covered))
    return bool(overlap <= MAX_OVERLAP) and not related(a.text, b.text, rarity)


def related(a: Shingled, b: Shingled, rarity: Rarity) -> bool:
    """Whether two texts share rare words beyond chance: names of people and places, terms of one matter."""
    short, long = (a, b) if a.words <= b.words else (b, a)
    found = short.found_in(long, 1)
    weights = rarity.information(short.shingles(1)) ** 2
    return float(weights[found].sum()) >= RELATED * max(float(weights.sum()), 1e-9)
