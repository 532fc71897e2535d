"""Two fingerprints, compared exactly."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ingest.duplicates.fingerprint import Fingerprint
from ingest.duplicates.rarity import Rarity
from ingest.duplicates.shingles import Shingled
from storage.model import EdgeKind

THRESHOLD = 0.6


@dataclass(frozen=True, slots=True)
class Comparison:
    """The verdict on two texts: `kind` is None when they are not the same text. Scores are from 0 to 1."""

    score: float
    kind: EdgeKind | None
    threshold: float
    containment: float  # share of the smaller text's 3-shingles that stand in the other
    jaccard: float


def compare(a: Fingerprint, b: Fingerprint, *, rarity: Rarity | None = None) -> Comparison:
    """How far two texts are the same. Symmetric. `rarity` is what an archive knows of its shingles."""
    return compare_shingled(Shingled(a), Shingled(b), rarity)


def compare_shingled(a: Shingled, b: Shingled, rarity: Rarity | None = None) -> Comparison:
    if a.fingerprint.exact == b.fingerprint.exact:
        return Comparison(1.0, EdgeKind.EXACT, 1.0, 1.0, 1.0)
    if a.fingerprint.is_short or b.fingerprint.is_short:
        return Comparison(0.0, None, THRESHOLD, 0.0, 0.0)
    one, other = a.sets[2], b.sets[2]
    common = len(np.intersect1d(one, other, assume_unique=True))
    containment = common / max(1, min(len(one), len(other)))
    jaccard = common / max(1, len(one) + len(other) - common)
    kind = EdgeKind.NEAR if containment >= THRESHOLD else None
    return Comparison(containment, kind, THRESHOLD, containment, jaccard)
