"""How rare a shingle is in an archive: in how many *stories* it stands, by a table of counters.

Stories are counted, not articles: a wire report in 200 outlets is one story, and its words are not a template. A
shingle has one of 2^24 counters. With many stories counters are shared, so the mean load is taken off each: the
count-mean-min sketch of Deng and Rafiei (2007) with one row.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ingest.duplicates.fingerprint import Fingerprint
from ingest.duplicates.shingles import Hashes, Shingled
from storage.model import Signature

SLOT_BITS = 24
_SHIFT = np.uint64(64 - SLOT_BITS)


@dataclass(frozen=True, slots=True, eq=False)
class Rarity:
    """`counters` has 2^24 entries: stories in which a shingle of that slot stands. `load` is their mean."""

    counters: NDArray[np.uint16]
    stories: int
    load: float

    def stories_with(self, hashes: Hashes) -> NDArray[np.float64]:
        """In about how many stories each shingle stands."""
        return np.maximum(self.counters[slots(hashes)].astype(np.float64) - self.load, 0.0)


def slots(hashes: Hashes) -> NDArray[np.uint32]:
    return (hashes >> _SHIFT).astype(np.uint32)


def counted_slots(shingled: Shingled) -> bytes:
    """The distinct counters of a text's shingles, packed: what is counted when it founds a story."""
    return np.unique(slots(np.concatenate(shingled.sets))).tobytes()


def slots_of_signature(signature: Signature) -> bytes:
    """`counted_slots` for a stored signature: with it a log of decisions is replayed."""
    return counted_slots(Shingled(Fingerprint.from_signature(signature)))
