"""How rare a shingle is in an archive: in how many *stories* it stands, by a table of counters.

Stories are counted, not articles: a wire report in 200 outlets is one story, and its words are not a template. A
shingle has one of 2^24 counters. With many stories counters are shared, so the mean load is taken off each: the
count-mean-min sketch of Deng and Rafiei (2007) with one row.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ingest.duplicates.fingerprint import Fingerprint
from ingest.duplicates.shingles import ORDERS, Flags, Hashes, Shingled, distinct, mixed, within
from storage.model import Signature

SLOT_BITS = 24
YOUNG = 10_000  # stories: a smaller archive knows too little of frequencies, and counts as one of this size
HALF = 2  # other stories, of so many, that halve the weight of a shingle
RARE = 0.5  # of weight: a shingle of at most three stories in 10,000
_SHIFT = np.uint64(64 - SLOT_BITS)

Weights = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Rarity:
    """`counters` has 2^24 entries: stories in which a shingle of that slot stands. `load` is their mean.

    Without counters every shingle is as rare as any other.
    """

    counters: NDArray[np.uint16] | None = None
    stories: int = 0
    load: float = 0.0

    def stories_with(self, hashes: Hashes) -> Weights:
        """In about how many stories each shingle stands."""
        if self.counters is None:
            return np.zeros(len(hashes))
        counted: Weights = np.maximum(self.counters.take(slots(hashes)) - self.load, 0.0)
        return counted

    def in_many(self, hashes: Hashes, stories: int) -> Flags:
        """Which shingles stand in so many stories or more; at least one."""
        if self.counters is None:
            return np.zeros(len(hashes), np.bool_)
        many: Flags = self.counters.take(slots(hashes)) >= stories + self.load
        return many

    def weights(self, hashes: Hashes) -> Weights:
        """1 for a shingle of at most one story, 1/2 for one of three in 10,000, near 0 for a phrase that is everywhere.

        Relative to the size of the archive, so that a weight means the same as the archive grows.
        """
        others = np.maximum(self.stories_with(hashes) - 1.0, 0.0)
        return 1.0 / (1.0 + others * (YOUNG / max(self.stories, YOUNG) / HALF))

    def information(self, hashes: Hashes) -> Weights:
        """The inverse document frequency of each shingle: log(stories / stories that have it)."""
        return np.log((self.stories + 2) / np.maximum(self.stories_with(hashes), 1.0))


def slots(hashes: Hashes) -> NDArray[np.intp]:
    return (hashes >> _SHIFT).view(np.intp)


def counted_slots(shingled: Shingled, known: Sequence[Shingled] = ()) -> bytes:
    """The distinct counters of a text's shingles, packed: what is counted when it founds a story.

    When it joins one, only what the `known` articles of the story do not have: text that outlets add to many stories
    is standing text, and must become known as such.
    """
    own = _distinct_slots(shingled)
    for other in known:
        own = own[~within(own, _distinct_slots(other))]
    return own.tobytes()


def _distinct_slots(shingled: Shingled) -> NDArray[np.uint32]:
    return distinct(slots(mixed(np.concatenate([shingled.rolled(order) for order in ORDERS]))).astype(np.uint32))


def slots_of_signature(signature: Signature) -> bytes:
    """`counted_slots` for a stored signature: with it a log of decisions is replayed."""
    return counted_slots(Shingled(Fingerprint.from_signature(signature)))
