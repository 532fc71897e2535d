"""One article against the archive: look up, compare, decide. The archive is behind `MatchIndex`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ingest.duplicates.comparison import Comparison, compare_shingled
from ingest.duplicates.fingerprint import Fingerprint
from ingest.duplicates.rarity import Rarity, counted_slots
from ingest.duplicates.shingles import Shingled, sketch
from storage.model import EdgeDraft, EdgeKind, MatchCandidate, MatchDecision

CANDIDATES = 12  # compared exactly, best first
COMMON_STORIES = 150  # a 3-shingle that stands in as many stories is no key


class MatchIndex(Protocol):
    """What matching asks of the archive; `storage.matching.MatchStore` answers inside one transaction."""

    def candidates(
        self, keys: Sequence[int], limit: int, *, without: int | None = None
    ) -> Sequence[MatchCandidate]: ...

    def rarity(self) -> tuple[NDArray[np.uint16], int, float]: ...


def match(
    fingerprint: Fingerprint,
    index: MatchIndex,
    *,
    article_id: int | None = None,
    separated: frozenset[int] = frozenset(),
) -> MatchDecision:
    """Look an article up and decide.

    `article_id` is its own when it is matched again, `separated` the stories it was taken out of by hand.
    """
    shingled = Shingled(fingerprint)
    rarity = Rarity(*index.rarity())
    keys = sketch(shingled, rarity.stories_with(shingled.orders[2]) >= COMMON_STORIES)
    found = index.candidates(keys, CANDIDATES, without=article_id) if keys else ()
    return decide(shingled, keys, found, rarity, separated=separated)


def decide(
    shingled: Shingled,
    keys: tuple[int, ...],
    candidates: Sequence[MatchCandidate],
    rarity: Rarity,
    *,
    separated: frozenset[int] = frozenset(),
) -> MatchDecision:
    """Pure: which story the article joins, and by which edge."""
    compared = [(candidate, _compare(shingled, candidate, rarity)) for candidate in candidates]
    matching = [(c, r) for c, r in compared if r.kind is not None and c.story_id not in separated]
    best = max(matching, key=lambda pair: (pair[1].score, pair[1].jaccard, -pair[0].article_id), default=None)
    scheme = shingled.fingerprint.scheme
    if best is None:
        return MatchDecision(scheme, None, (), keys, counted_slots(shingled))
    candidate, result = best
    return MatchDecision(scheme, candidate.story_id, (_edge(candidate, result),), keys)


def _compare(shingled: Shingled, candidate: MatchCandidate, rarity: Rarity) -> Comparison:
    return compare_shingled(shingled, Shingled(Fingerprint.from_signature(candidate.signature)), rarity)


def _edge(candidate: MatchCandidate, result: Comparison) -> EdgeDraft:
    kind = result.kind or EdgeKind.NEAR
    return EdgeDraft(candidate.article_id, kind, result.score, result.threshold, json.dumps(asdict(result)))
