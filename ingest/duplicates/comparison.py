"""Two fingerprints, compared exactly: evidence, score, verdict."""

from __future__ import annotations

from dataclasses import dataclass

from ingest.duplicates.evidence import Evidence, gather
from ingest.duplicates.fingerprint import Fingerprint
from ingest.duplicates.model import fitted
from ingest.duplicates.rarity import Rarity
from ingest.duplicates.shingles import Shingled
from storage.model import EdgeKind

NO_RARITY = Rarity()


@dataclass(frozen=True, slots=True)
class Comparison:
    """The verdict on two texts: `kind` is None when they are not the same text. Scores are from 0 to 1."""

    score: float
    kind: EdgeKind | None
    threshold: float
    evidence: Evidence | None  # None when the texts are exactly equal, too short, or have next to nothing in common


def compare(a: Fingerprint, b: Fingerprint, *, rarity: Rarity | None = None) -> Comparison:
    """How far two texts are the same. Symmetric. `rarity` is what an archive knows of its shingles."""
    return compare_shingled(Shingled(a), Shingled(b), rarity or NO_RARITY)


def compare_shingled(a: Shingled, b: Shingled, rarity: Rarity) -> Comparison:
    threshold = fitted().threshold
    if a.fingerprint.exact == b.fingerprint.exact:
        return Comparison(1.0, EdgeKind.EXACT, 1.0, None)
    if a.fingerprint.is_short or b.fingerprint.is_short:
        return Comparison(0.0, None, threshold, None)
    evidence = gather(a, b, rarity)
    if evidence is None:
        return Comparison(0.0, None, threshold, None)
    score = fitted().score(evidence)
    return Comparison(score, EdgeKind.NEAR if score >= threshold else None, threshold, evidence)
