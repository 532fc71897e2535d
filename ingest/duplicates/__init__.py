"""Which articles carry the same text: fingerprints, candidates, verdicts, explanations."""

from ingest.duplicates.comparison import Comparison, compare
from ingest.duplicates.fingerprint import Fingerprint, fingerprint
from ingest.duplicates.matching import MatchIndex, decide, match
from ingest.duplicates.rarity import Rarity, slots_of_signature
from ingest.duplicates.shingles import every_key

__all__ = [
    "Comparison",
    "Fingerprint",
    "MatchIndex",
    "Rarity",
    "compare",
    "decide",
    "every_key",
    "fingerprint",
    "match",
    "slots_of_signature",
]
