"""Shingles: hashes of runs of tokens, and the few of them that stand for the text in the index.

A shingle of order 1, 2 or 3 is a run of 1, 2 or 3 words, or of 2, 4 or 6 characters in scripts without spaces.
"""

from __future__ import annotations

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

Hashes = NDArray[np.uint64]
Flags = NDArray[np.bool_]
Values = TypeVar("Values", np.uint32, np.uint64, np.intp)

_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)  # 2^64 / golden ratio (Knuth 6.4)
_MIX = np.uint64(0xD6E8FEB86659FD93)  # odd constant of the rrmxmx mixer
_HALF = np.uint64(32)


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

    @cached_property
    def orders(self) -> tuple[Hashes, Hashes, Hashes]:
        """The shingles of order 1, 2, 3, in reading order, repeats included."""
        body = self.fingerprint.body
        return shingles(body, self.unit), shingles(body, 2 * self.unit), shingles(body, 3 * self.unit)

    @cached_property
    def ordered(self) -> tuple[Hashes, Hashes, Hashes]:
        """The shingles of order 1, 2, 3, sorted for look-up, repeats included."""
        one, two, three = self.orders
        return np.sort(one), np.sort(two), np.sort(three)

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
        return within(self.orders[order - 1], other.ordered[order - 1])

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


def common(text: Shingled, others: Sequence[Shingled], least: float) -> list[Common | None]:
    """What each other text has in common with one; None where it is surely less than a share `least` of either.

    All at once: most articles that share an index key share next to nothing else, and this tells them for a tenth of
    what a comparison costs. Texts whose words are counted otherwise (`unit`) have nothing in common.
    """
    width, wanted = 3 * text.unit, text.ordered[2]
    if not len(wanted) or not others:
        return [None] * len(others)
    ends = np.cumsum([len(other.fingerprint.body) for other in others]).tolist()
    hashes = shingles(np.concatenate([other.fingerprint.body for other in others]), width)
    at = np.searchsorted(wanted, hashes)
    at[at == len(wanted)] = 0
    found = wanted[at] == hashes
    repeats = np.searchsorted(wanted, wanted, side="right") - np.searchsorted(wanted, wanted)
    most = int(repeats.max())
    result: list[Common | None] = []
    for other, start, end in zip(others, [0, *ends], ends, strict=False):
        count = max(end - start - width + 1, 0) if other.unit == text.unit else 0
        inside = at[start : start + count][found[start : start + count]]
        if len(inside) and (len(inside) >= least * count or len(inside) * most >= least * len(wanted)):
            own = int(repeats[distinct(inside)].sum())
            result.append(Common(len(wanted), own, count, len(inside)))
        else:
            result.append(None)
    return result


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
    hashes = shingled.orders[2]
    end = LEAD_WORDS * shingled.unit
    lead = hashes[:end][~common[:end]]
    chosen = [keys(distinct(part)[:size]) for part, size in ((hashes[~common], SKETCH_SIZE), (lead, LEAD_SIZE))]
    return tuple({own: None, **dict.fromkeys(np.concatenate(chosen).tolist())})


def every_key(fingerprint: Fingerprint) -> tuple[int, ...]:
    """All keys under which a text can stand in the index, whatever was common when it was put there."""
    found = keys(distinct(Shingled(fingerprint).orders[2])).tolist()
    return (exact_key(fingerprint), *found)
