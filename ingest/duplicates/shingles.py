"""Shingles: hashes of runs of tokens, and the few of them that stand for the text in the index.

A shingle of order 1, 2 or 3 is a run of 1, 2 or 3 words, or of 2, 4 or 6 characters in scripts without spaces.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from ingest.duplicates.fingerprint import IDENTITY, KIND, Fingerprint, Tokens, Word

SKETCH_SIZE = 24
LEAD_SIZE = 12
LEAD_WORDS = 90
ORDERS = (1, 2, 3)

Hashes = NDArray[np.uint64]
Flags = NDArray[np.bool_]
Values = TypeVar("Values", np.uint32, np.uint64, np.intp)

_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)  # 2^64 / golden ratio (Knuth 6.4)
_MIX = np.uint64(0xD6E8FEB86659FD93)  # odd constant of the rrmxmx mixer
_HALF = np.uint64(32)
_LOW = np.uint64(0xFFFF)


def mixed(hashes: Hashes) -> Hashes:
    """Every bit of the result depends on every bit given."""
    hashes = (hashes ^ (hashes >> _HALF)) * _MIX
    hashes = (hashes ^ (hashes >> _HALF)) * _MIX
    return hashes ^ (hashes >> _HALF)


def unit(tokens: Tokens) -> int:
    """Tokens that count as one word: 2 where most tokens are characters of a script without spaces."""
    return 2 if 2 * np.count_nonzero((tokens & KIND) == Word.CHARACTER) > len(tokens) else 1


def shingles(tokens: Tokens, width: int) -> Hashes:
    """The hash of every run of `width` tokens, in order; empty when there are fewer."""
    count = len(tokens) - width + 1
    if count <= 0:
        return np.empty(0, np.uint64)
    identity = (tokens & IDENTITY).astype(np.uint64)
    rolled = np.full(count, width, np.uint64)
    for offset in range(width):
        rolled = (rolled + identity[offset : offset + count]) * _MULTIPLIER
    return mixed(rolled)


@dataclass(frozen=True, slots=True, eq=False)
class Places:
    """Numbers of a text: the hash of the words around each, and the same with the number itself."""

    contexts: Hashes
    filled: Hashes
    sorted_contexts: Hashes
    sorted_filled: Hashes

    @classmethod
    def of(cls, contexts: Hashes, filled: Hashes) -> Places:
        return cls(contexts, filled, np.sort(contexts), np.sort(filled))


class Shingled:
    """A fingerprint with its shingles, derived when first asked for and kept."""

    def __init__(self, fingerprint: Fingerprint) -> None:
        self.fingerprint = fingerprint
        self.unit = unit(fingerprint.body)
        self.words = len(fingerprint.body) / self.unit
        self.number_places: Places | None = None  # see `ingest.duplicates.numbers`
        self._shingles: dict[int, Hashes] = {}
        self._sorted: dict[int, Hashes] = {}

    def shingles(self, order: int) -> Hashes:
        """The shingles of order 1, 2 or 3, in reading order, repeats included."""
        if order not in self._shingles:
            self._shingles[order] = shingles(self.fingerprint.body, order * self.unit)
        return self._shingles[order]

    def sorted_shingles(self, order: int) -> Hashes:
        """The same, sorted for look-up."""
        if order not in self._sorted:
            self._sorted[order] = np.sort(self.shingles(order))
        return self._sorted[order]

    @cached_property
    def numbers(self) -> Tokens:
        """The numbers of the body, in reading order."""
        return self._body_of(Word.NUMBER)

    @cached_property
    def distinct_numbers(self) -> Tokens:
        return distinct(self.numbers)

    @cached_property
    def distinct_title(self) -> Tokens:
        return distinct(self.fingerprint.title & IDENTITY)

    def _body_of(self, kind: Word) -> Tokens:
        body = self.fingerprint.body
        chosen: Tokens = body[(body & KIND) == kind]
        return chosen

    def found_in(self, other: Shingled, order: int) -> Flags:
        """For each shingle of an order, in reading order: does it stand in the other text?"""
        return within(self.shingles(order), other.sorted_shingles(order))

    def covered(self, found: Flags, order: int) -> Flags:
        """For each token: does it stand in a shingle of `order` that was found?"""
        covered = np.zeros(len(self.fingerprint.body), np.bool_)
        for offset in range(order * self.unit):
            covered[offset : offset + len(found)] |= found
        return covered


def distinct(hashes: NDArray[Values]) -> NDArray[Values]:
    """Sorted and without repeats; for our sizes several times faster than `numpy.unique`."""
    ordered = np.sort(hashes)
    return ordered[np.concatenate(([True], ordered[1:] != ordered[:-1]))] if len(ordered) else ordered


def within(values: NDArray[Values], ordered: NDArray[Values]) -> Flags:
    """For each value: is it among the ordered ones? Much faster than `numpy.isin` for arrays of our sizes."""
    if not len(ordered):
        return np.zeros(len(values), np.bool_)
    at = np.searchsorted(ordered, values)
    at[at == len(ordered)] = 0
    found: Flags = ordered[at] == values
    return found


@dataclass(frozen=True, slots=True)
class Common:
    """How many 3-shingles two texts have in common, repeats included, of how many."""

    of_text: int
    found_in_other: int
    of_other: int
    found_in_text: int

    @property
    def text_share(self) -> float:
        return self.found_in_other / self.of_text

    @property
    def other_share(self) -> float:
        return self.found_in_text / self.of_other

    @property
    def jaccard(self) -> float:
        """As `Evidence.jaccard`."""
        return (self.found_in_other + self.found_in_text) / (self.of_text + self.of_other)


def common(text: Shingled, others: Sequence[Tokens], least: float) -> list[Common | None]:
    """What the body of each other text has in common with one; None where it is surely less than `least` of either.

    All at once: most articles that share an index key share next to nothing else, and this tells them for a tenth of
    what a comparison costs. Texts whose words are counted otherwise (`unit`) have nothing in common.
    """
    width, wanted = 3 * text.unit, text.sorted_shingles(3)
    if not len(wanted) or not others:
        return [None] * len(others)
    places, at = _found(shingles(np.concatenate(others), width), wanted)
    if not len(places):
        return [None] * len(others)
    repeats = np.searchsorted(wanted, wanted, side="right") - np.searchsorted(wanted, wanted)
    most, listed = int(repeats.max()), places.tolist()
    result: list[Common | None] = []
    end = 0
    for other in others:
        start, end = end, end + len(other)
        first, last = bisect_left(listed, start), bisect_right(listed, end - width)
        count, inside = len(other) - width + 1, last - first
        enough = inside > 0 and (inside >= least * count or inside * most >= least * len(wanted))
        if enough and unit(other) == text.unit:
            own = int(repeats[distinct(at[first:last])].sum())
            result.append(Common(len(wanted), own, count, inside))
        else:
            result.append(None)
    return result


def _found(hashes: Hashes, ordered: Hashes) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The places of the hashes that are among the ordered ones, and where each stands there.

    A first look at 16 bits of each leaves few to search for.
    """
    flags = np.zeros(1 << 16, np.bool_)
    flags[ordered & _LOW] = True
    places = np.flatnonzero(flags[hashes & _LOW])
    hashes = hashes[places]
    at = np.searchsorted(ordered, hashes)
    at[at == len(ordered)] = 0
    found = ordered[at] == hashes
    return places[found], at[found]


def keys(hashes: Hashes) -> NDArray[np.int32]:
    """Shingle hashes as 32-bit index keys: SQLite keeps a signed 32-bit integer in four bytes."""
    return (hashes >> _HALF).astype(np.uint32).view(np.int32)


def exact_key(fingerprint: Fingerprint) -> int:
    return int.from_bytes(fingerprint.exact[:4], "little", signed=True)


def sketch(shingled: Shingled, common: Flags) -> tuple[int, ...]:
    """The index keys of a text: the exact hash, the bottom-24 3-shingles, the bottom-12 of the first 90 words.

    Bottom-k sketches are Broder's (1997), taken here as postings; the lead has its own, because a copy of the lead
    alone shares few of the bottom-k of a long text. `common` marks the 3-shingles (in reading order) to leave out.
    """
    own = exact_key(shingled.fingerprint)
    if shingled.fingerprint.is_short:
        return (own,) if len(shingled.fingerprint.body) + len(shingled.fingerprint.title) else ()
    hashes = shingled.shingles(3)
    end = LEAD_WORDS * shingled.unit
    lead = hashes[:end][~common[:end]]
    chosen = [keys(distinct(part)[:size]) for part, size in ((hashes[~common], SKETCH_SIZE), (lead, LEAD_SIZE))]
    return tuple({own: None, **dict.fromkeys(np.concatenate(chosen).tolist())})


def every_key(fingerprint: Fingerprint) -> tuple[int, ...]:
    """All keys under which a text can stand in the index, whatever was common when it was put there."""
    found = keys(distinct(Shingled(fingerprint).shingles(3))).tolist()
    return (exact_key(fingerprint), *found)
