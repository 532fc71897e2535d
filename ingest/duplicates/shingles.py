"""Shingles: hashes of runs of tokens, and the few of them that stand for the text in the index.

A shingle of order 1, 2 or 3 is a run of 1, 2 or 3 words, or of 2, 3 or 4 characters in scripts without spaces.
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
# Tokens of a shingle of each order, by `unit`. Six characters would be as telling as three words, but a text of which a
# third of the characters was changed has hardly six in a row left; of four some are.
_WIDTHS = {1: (1, 2, 3), 2: (2, 3, 4)}

Hashes = NDArray[np.uint64]
Flags = NDArray[np.bool_]
Values = TypeVar("Values", np.uint32, np.uint64, np.intp)

_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)  # 2^64 / golden ratio (Knuth 6.4)
_MIX = np.uint64(0xD6E8FEB86659FD93)  # odd constant of the rrmxmx mixer
_HALF = np.uint64(32)
_FIRST = np.uint64(48)  # leaves the upper 16 bits
# What numpy compares an array with five times as fast as with a member of an enumeration.
NUMBER, _CHARACTER = np.uint32(Word.NUMBER), np.uint32(Word.CHARACTER)


def mixed(hashes: Hashes) -> Hashes:
    """Every bit of the result depends on every bit given."""
    hashes = hashes ^ (hashes >> _HALF)
    hashes *= _MIX
    hashes ^= hashes >> _HALF
    hashes *= _MIX
    hashes ^= hashes >> _HALF
    return hashes


def unit(tokens: Tokens) -> int:
    """Tokens that count as one word: 2 where most tokens are characters of a script without spaces."""
    return 2 if 2 * np.count_nonzero((tokens & KIND) == _CHARACTER) > len(tokens) else 1


def width_of(order: int, unit: int) -> int:
    """Tokens of a shingle of this order."""
    return _WIDTHS[unit][order - 1]


def shingles(tokens: Tokens, width: int) -> Hashes:
    """The hash of every run of `width` tokens, in order; empty when there are fewer."""
    return mixed(rolled(tokens, width))


def rolled(tokens: Tokens, width: int) -> Hashes:
    """The same before they are mixed, which is one to one: enough to find what two texts have in common."""
    return _rolled(_identities(tokens), width)


def _identities(tokens: Tokens) -> Hashes:
    """Tokens without what they are."""
    return (tokens & IDENTITY).astype(np.uint64)


def _rolled(identity: Hashes, width: int) -> Hashes:
    count = len(identity) - width + 1
    if count <= 0:
        return np.empty(0, np.uint64)
    hashes = (identity[:count] + np.uint64(width)) * _MULTIPLIER
    for offset in range(1, width):
        hashes += identity[offset : offset + count]
        hashes *= _MULTIPLIER
    return hashes


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
        self._rolled: dict[int, Hashes] = {}
        self._shingles: dict[int, Hashes] = {}
        self._sorted: dict[int, Hashes] = {}

    def shingles(self, order: int) -> Hashes:
        """The shingles of order 1, 2 or 3, in reading order, repeats included."""
        if order not in self._shingles:
            self._shingles[order] = mixed(self.rolled(order))
        return self._shingles[order]

    @cached_property
    def _identities(self) -> Hashes:
        return _identities(self.fingerprint.body)

    def rolled(self, order: int) -> Hashes:
        """The same before they are mixed."""
        if order not in self._rolled:
            self._rolled[order] = _rolled(self._identities, width_of(order, self.unit))
        return self._rolled[order]

    def sorted_rolled(self, order: int) -> Hashes:
        """The same, sorted for look-up."""
        if order not in self._sorted:
            self._sorted[order] = np.sort(self.rolled(order))
        return self._sorted[order]

    @cached_property
    def numbers(self) -> Tokens:
        """The numbers of the body, in reading order."""
        body = self.fingerprint.body
        chosen: Tokens = body[(body & KIND) == NUMBER]
        return chosen

    @cached_property
    def distinct_numbers(self) -> Tokens:
        return distinct(self.numbers)

    @cached_property
    def distinct_title(self) -> Tokens:
        return distinct(self.fingerprint.title & IDENTITY)

    def found_in(self, other: Shingled, order: int) -> Flags:
        """For each shingle of an order, in reading order: does it stand in the other text?"""
        return within(self.rolled(order), other.sorted_rolled(order))

    def covered(self, found: Flags, order: int) -> Flags:
        """For each token: does it stand in a shingle of `order` that was found?"""
        covered = np.zeros(len(self.fingerprint.body), np.bool_)
        for offset in range(width_of(order, self.unit)):
            covered[offset : offset + len(found)] |= found
        return covered


def distinct(hashes: NDArray[Values]) -> NDArray[Values]:
    """Sorted and without repeats; for our sizes several times faster than `numpy.unique`."""
    ordered = hashes.copy()
    ordered.sort()
    is_first = np.ones(len(ordered), np.bool_)
    np.not_equal(ordered[1:], ordered[:-1], out=is_first[1:])
    return ordered[is_first]


def within(values: NDArray[Values], ordered: NDArray[Values]) -> Flags:
    """For each value: is it among the ordered ones? Much faster than `numpy.isin` for arrays of our sizes."""
    if not len(ordered):
        return np.zeros(len(values), np.bool_)
    at = ordered.searchsorted(values)
    found: Flags = ordered.take(at, mode="clip") == values
    return found


def runs(flags: Flags) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Where the unbroken runs of true flags start, and where they end (the first place after each)."""
    padded = np.zeros(len(flags) + 2, np.bool_)
    padded[1:-1] = flags
    edges = np.flatnonzero(padded[1:] != padded[:-1])
    return edges[::2], edges[1::2]


@dataclass(frozen=True, slots=True, eq=False)
class Common:
    """Which 3-shingles two texts have in common: flags in the reading order of each, and how many are true."""

    in_text: Flags
    in_other: Flags
    found_in_text: int
    found_in_other: int

    @property
    def turned(self) -> Common:
        """The same, seen from the other text."""
        return Common(self.in_other, self.in_text, self.found_in_other, self.found_in_text)

    @property
    def text_share(self) -> float:
        """How much of the text stands in the other one."""
        return self.found_in_text / len(self.in_text)

    @property
    def other_share(self) -> float:
        return self.found_in_other / len(self.in_other)

    @property
    def jaccard(self) -> float:
        """As `Evidence.jaccard`."""
        return (self.found_in_text + self.found_in_other) / (len(self.in_text) + len(self.in_other))


def common(text: Shingled, bodies: Tokens, lengths: Sequence[int], least: float) -> list[Common | None]:
    """What the body of each other text has in common with one; None where it is surely less than `least` of either.

    The bodies are given one after the other, with the tokens of each.
    All at once: most articles that share an index key share next to nothing else, and this tells them for a tenth of
    what a comparison costs. Texts whose words are counted otherwise (`unit`) have nothing in common.
    """
    width, wanted = width_of(3, text.unit), text.sorted_rolled(3)
    result: list[Common | None] = [None] * len(lengths)
    if not len(wanted) or not lengths:
        return result
    places, at = _found(rolled(bodies, width), wanted)
    if not len(places):
        return result
    first = wanted.searchsorted(text.rolled(3))  # of each shingle of the text, where its equals begin
    most, listed = int(np.bincount(first).max()), places.tolist()
    end = 0
    for number, length in enumerate(lengths):
        start, end = end, end + length
        begin, stop = bisect_left(listed, start), bisect_right(listed, end - width)
        count, inside = length - width + 1, stop - begin
        enough = inside > 0 and (inside >= least * count or inside * most >= least * len(wanted))
        if enough and unit(bodies[start:end]) == text.unit:
            in_other, met = np.zeros(count, np.bool_), np.zeros(len(wanted), np.bool_)
            in_other[places[begin:stop] - start] = True
            met[at[begin:stop]] = True
            in_text = met[first]
            result[number] = Common(in_text, in_other, int(np.count_nonzero(in_text)), inside)
    return result


def _found(hashes: Hashes, ordered: Hashes) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The places of the hashes that are among the ordered ones, and where each stands there.

    A first look at 16 bits of each leaves few to search for.
    """
    flags = np.zeros(1 << 16, np.bool_)
    flags[(ordered >> _FIRST).view(np.intp)] = True
    places = flags.take((hashes >> _FIRST).view(np.intp)).nonzero()[0]
    hashes = hashes[places]
    at = ordered.searchsorted(hashes)
    found = ordered.take(at, mode="clip") == hashes
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
