"""What the numbers of two texts say: a copy keeps them, a form is filled in anew.

Numbers are compared as such, and in their places: a number between the same two words in both texts, but not the same
number, is a changed fact, however many other numbers (times, dates, years) happen to recur. Runs of numeral
characters of Chinese and Japanese (四百一十二) are numbers in their places too.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ingest.duplicates.fingerprint import IDENTITY, KIND, token_hash
from ingest.duplicates.shingles import NUMBER, Hashes, Places, Shingled, distinct, mixed, runs, within

NO_NUMBERS = 0.75  # what stands for a share of nothing: about the mean of pairs that have some
MANY_CHANGED = 4
CHANGED_TO_KEPT = 0.5

_NUMERALS = distinct(np.array([*map(token_hash, "〇零一二三四五六七八九十百千万亿億兩两半")], np.uint32) & IDENTITY)
_NOWHERE = Places.of(np.empty(0, np.uint64), np.empty(0, np.uint64))
_LEFT = np.uint64(0x9E3779B97F4A7C15)
_RIGHT = np.uint64(0xD6E8FEB86659FD93)


@dataclass(frozen=True, slots=True)
class Numbers:
    """`count` and `shared` are of the text that has fewer distinct numbers, the others of the one with fewer places."""

    count: int
    shared: float  # share of them that the other text has
    changed: int  # between the same words in the other text stands another number
    kept: int  # between the same words stands the same number


def compared(a: Shingled, b: Shingled) -> Numbers:
    return Numbers(*_shared(a, b), *_in_places(a, b))


def _shared(a: Shingled, b: Shingled) -> tuple[int, float]:
    """`Numbers.count` and `Numbers.shared`."""
    fewer, more = a.distinct_numbers, b.distinct_numbers
    if len(more) < len(fewer):
        fewer, more = more, fewer
    return len(fewer), np.count_nonzero(within(fewer, more)) / len(fewer) if len(fewer) else NO_NUMBERS


def _in_places(a: Shingled, b: Shingled) -> tuple[int, int]:
    """`Numbers.changed` and `Numbers.kept`."""
    own, other = placed(a), placed(b)
    if len(other.contexts) < len(own.contexts):
        own, other = other, own
    kept = within(own.filled, other.sorted_filled)
    changed = within(own.contexts, other.sorted_contexts) & ~kept
    return int(np.count_nonzero(changed)), int(np.count_nonzero(kept))


def other_facts(numbers: Numbers, jaccard: float, length_ratio: float) -> bool:
    """Results, prices, weather, quakes: one form, other facts. Such texts are never the same, whatever the score.

    Where two texts are the same from end to end, a few numbers tell: a copy has no reason to change them. One number
    may be gone where all others stand between the same words: that of a dateline, or a sum in another currency.
    """
    changed, kept = numbers.changed, numbers.kept
    if _few_shared(numbers.count, numbers.shared) or (changed >= MANY_CHANGED and changed >= CHANGED_TO_KEPT * kept):
        return True
    end_to_end = jaccard >= 0.7 and length_ratio >= 0.9
    gone = round(numbers.count * (1 - numbers.shared))
    others_kept = gone <= 1 and not changed and kept >= numbers.count
    return end_to_end and numbers.count >= 3 and numbers.shared <= 0.75 and not others_kept


def surely_other_facts(a: Shingled, b: Shingled, jaccard: float, length_ratio: float) -> bool:
    """The same of two texts; what tells most of them apart comes first."""
    count, shared = _shared(a, b)
    return _few_shared(count, shared) or other_facts(Numbers(count, shared, *_in_places(a, b)), jaccard, length_ratio)


def _few_shared(count: int, shared: float) -> bool:
    return (count >= 4 and shared < 0.25) or (count >= 8 and shared < 0.4)


def placed(text: Shingled) -> Places:
    """The numbers of a text in their places; kept with the text."""
    if text.number_places is None:
        text.number_places = _placed(text)
    return text.number_places


def _placed(text: Shingled) -> Places:
    if text.unit == 1 and not len(text.numbers):
        return _NOWHERE
    body = text.fingerprint.body
    words = body & IDENTITY
    numeric = (body & KIND) == NUMBER
    if text.unit > 1:
        numeric |= within(words, _NUMERALS)
    starts, ends = runs(numeric)
    if not len(starts):
        return _NOWHERE
    around = np.empty(len(words) + 2, np.uint64)
    around[0], around[1:-1], around[-1] = 1, words, 2
    contexts = mixed(around[starts] * _LEFT + around[ends + 1] * _RIGHT)
    return Places.of(contexts, mixed(contexts + _values(words[numeric].astype(np.uint64), ends - starts)))


def _values(words: Hashes, lengths: np.ndarray[tuple[int], np.dtype[np.intp]]) -> Hashes:
    """One hash for each run of words, of which the lengths are given."""
    firsts = np.cumsum(lengths) - lengths
    position = np.arange(len(words)) - np.repeat(firsts, lengths)
    summed: Hashes = np.add.reduceat(mixed(words + position.astype(np.uint64)), firsts)
    return summed
