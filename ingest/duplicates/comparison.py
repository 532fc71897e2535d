"""Two fingerprints, compared exactly: evidence, score, verdict."""

from __future__ import annotations

from dataclasses import dataclass

from ingest.duplicates import numbers
from ingest.duplicates.evidence import Evidence, gather, most_spread, ordered, spread
from ingest.duplicates.fingerprint import Fingerprint
from ingest.duplicates.model import fitted
from ingest.duplicates.rarity import Rarity
from ingest.duplicates.shingles import Common, Shingled
from storage.model import EdgeKind

PASSAGE_SHARE = 0.42  # of the shorter text
PASSAGE_SPREAD = 0.5  # of its places
NO_RARITY = Rarity()
# A text repeats another one when much of it stands there, or a little everywhere (an edited copy). What does neither
# must score higher.
MIN_CONTAINMENT = 0.4
MIN_SPREAD = 0.6
SCATTERED_THRESHOLD = 0.8


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


def compare_shingled(a: Shingled, b: Shingled, rarity: Rarity, common: Common | None = None) -> Comparison:
    """`common`: what `b` has of `a`, where that is known already."""
    threshold = fitted().threshold
    if a.fingerprint.exact == b.fingerprint.exact:
        return Comparison(1.0, EdgeKind.EXACT, 1.0, None)
    if a.fingerprint.is_short or b.fingerprint.is_short:
        return Comparison(0.0, None, threshold, None)
    evidence = gather(a, b, rarity, common)
    if evidence is None:
        return Comparison(0.0, None, threshold, None)
    return judged(evidence)


def judged(evidence: Evidence) -> Comparison:
    score, threshold = fitted().score(evidence), threshold_for(evidence)
    same = score >= threshold and not numbers_differ(evidence) and not is_passage(evidence)
    return Comparison(score, EdgeKind.NEAR if same else None, threshold, evidence)


def accepted(evidence: Evidence) -> bool:
    """Whether two texts with this evidence are the same text."""
    return judged(evidence).kind is not None


def threshold_for(evidence: Evidence) -> float:
    scattered = evidence.containment < MIN_CONTAINMENT and evidence.spread < MIN_SPREAD
    return SCATTERED_THRESHOLD if scattered else fitted().threshold


def numbers_differ(evidence: Evidence) -> bool:
    found = numbers.Numbers(
        int(evidence.numbers), evidence.number_overlap, int(evidence.changed_numbers), int(evidence.kept_numbers)
    )
    return numbers.other_facts(found, evidence.jaccard, evidence.length_ratio)


def is_passage(evidence: Evidence) -> bool:
    """A passage in common and next to nothing beyond it: a quotation, background, a part of a round-up.

    A text that was edited all over has little in common too, but in most of its places.
    """
    return evidence.containment < PASSAGE_SHARE and evidence.spread <= PASSAGE_SPREAD


def surely_differ(a: Shingled, b: Shingled, common: Common) -> bool:
    """Whether a rule says, before all is measured, that two texts are not the same; `common`: what `b` has of `a`."""
    short, long = ordered(a, b)
    flags, found = (common.in_text, common.found_in_text) if short is a else (common.in_other, common.found_in_other)
    if found < PASSAGE_SHARE * len(flags):  # as `is_passage`
        widest = most_spread(short, len(flags), found)
        if widest <= PASSAGE_SPREAD or spread(short, flags) <= PASSAGE_SPREAD:
            return True
    return numbers.surely_other_facts(a, b, common.jaccard, short.words / long.words)
