"""One article against the archive: look up, compare, decide. The archive is behind `MatchIndex`.

An article joins the one best story, never the union of all that match: one false bridge would glue hundreds. It is the
same whether the copy or the original comes first. A text that holds parts of several stories keeps a story of its own.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ingest.duplicates import roundups
from ingest.duplicates.comparison import Comparison, compare_shingled
from ingest.duplicates.fingerprint import SCHEME, Fingerprint
from ingest.duplicates.rarity import Rarity, counted_slots
from ingest.duplicates.roundups import Part
from ingest.duplicates.shingles import Shingled, sketch
from storage.model import EdgeDraft, EdgeKind, MatchCandidate, MatchDecision

CANDIDATES = 12  # compared exactly, best first
PER_STORY = 3  # of them, so that a story of many copies leaves room for others
MEMBERS = 8  # of a story that is looked at for a round-up
COMMON_STORIES = 150  # a 3-shingle that stands in as many stories is no key


class MatchIndex(Protocol):
    """What matching asks of the archive; `storage.matching.MatchStore` answers inside one transaction."""

    def candidates(
        self, keys: Sequence[int], limit: int, *, per_story: int, without: int | None = None
    ) -> Sequence[MatchCandidate]: ...

    def members(self, story_id: int, limit: int) -> Sequence[MatchCandidate]: ...

    def rarity(self) -> tuple[NDArray[np.uint16], int, float]: ...


@dataclass(frozen=True, slots=True, eq=False)
class Compared:
    """A candidate with its text and what the comparison said."""

    candidate: MatchCandidate
    text: Shingled
    result: Comparison

    @property
    def rank(self) -> tuple[float, float, int]:
        evidence = self.result.evidence
        return self.result.score, evidence.jaccard if evidence else 1.0, -self.candidate.article_id


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
    text = Shingled(fingerprint)
    rarity = Rarity(*index.rarity())
    keys = sketch(text, rarity.stories_with(text.orders[2]) >= COMMON_STORIES)
    found = index.candidates(keys, CANDIDATES, per_story=PER_STORY, without=article_id) if keys else ()
    compared = compare_all(text, found, rarity)
    bridge = _bridge(text, compared, index, rarity, separated)
    return decide(text, keys, compared, rarity, separated=separated, bridge=bridge)


def compare_all(text: Shingled, candidates: Sequence[MatchCandidate], rarity: Rarity) -> list[Compared]:
    compared = []
    for candidate in candidates:
        other = Shingled(Fingerprint.from_signature(candidate.signature))
        compared.append(Compared(candidate, other, compare_shingled(text, other, rarity)))
        if compared[-1].result.kind is EdgeKind.EXACT:
            break
    return compared


def decide(
    text: Shingled,
    keys: tuple[int, ...],
    compared: Sequence[Compared],
    rarity: Rarity,
    *,
    separated: frozenset[int] = frozenset(),
    bridge: Sequence[Part] = (),
) -> MatchDecision:
    """Pure: which story the article joins, and by which edges.

    `bridge` are the other parts of a round-up that the article would be glued to: the round-up leaves its story.
    """
    founding = MatchDecision(SCHEME, None, (), keys, counted_slots(text))
    best = _best(compared, separated)
    if best is None or best.result.kind is not EdgeKind.EXACT:
        parts = _parts(text, compared, rarity)
        if len(parts) > 1:
            edges = tuple(_contained(part.article_id, None, part) for part in parts)
            return MatchDecision(SCHEME, None, edges, keys, counted_slots(text))
    if best is None:
        return founding
    if bridge:
        whole = best.candidate.article_id
        own = roundups.part(0, 0, text, best.text)
        edges = (_contained(None, whole, own), *(_contained(part.article_id, whole, part) for part in bridge))
        rest = decide(text, keys, [c for c in compared if c is not best], rarity, separated=separated)
        return MatchDecision(SCHEME, rest.story_id, (*edges, *rest.edges), keys, rest.counted, (whole, *rest.leaving))
    return MatchDecision(SCHEME, best.candidate.story_id, (_edge(best),), keys)


def _best(compared: Sequence[Compared], separated: frozenset[int]) -> Compared | None:
    matching = [c for c in compared if c.result.kind is not None and c.candidate.story_id not in separated]
    return max(matching, key=lambda c: c.rank, default=None)


def _parts(text: Shingled, compared: Sequence[Compared], rarity: Rarity) -> list[Part]:
    """The parts of the text that stand in stories of their own, if it is a round-up."""
    found = [
        roundups.part(c.candidate.article_id, c.candidate.story_id, c.text, text) for c in compared if c.result.evidence
    ]
    return roundups.independent(text, found, rarity) if len({part.story_id for part in found}) > 1 else []


def _bridge(
    text: Shingled, compared: Sequence[Compared], index: MatchIndex, rarity: Rarity, separated: frozenset[int]
) -> list[Part]:
    """If the best candidate turns out to be a round-up, of which this article is one part: its other parts."""
    best = _best(compared, separated)
    if best is None or best.result.kind is EdgeKind.EXACT or best.text.words <= text.words:
        return []
    whole = best.text
    own = roundups.part(0, 0, text, whole)
    others = []
    for member in index.members(best.candidate.story_id, MEMBERS):
        if member.article_id != best.candidate.article_id:
            other = Shingled(Fingerprint.from_signature(member.signature))
            others.append(roundups.part(member.article_id, member.story_id, other, whole))
    return [part for part in others if len(roundups.independent(whole, [own, part], rarity)) > 1]


def _edge(compared: Compared) -> EdgeDraft:
    result = compared.result
    figures = {name: round(value, 4) for name, value in asdict(result.evidence).items()} if result.evidence else {}
    kind = result.kind or EdgeKind.NEAR
    return EdgeDraft(compared.candidate.article_id, kind, result.score, result.threshold, json.dumps(figures))


def _contained(part_id: int | None, whole_id: int | None, part: Part) -> EdgeDraft:
    """The score is the share of the whole that the part covers."""
    share = float(part.covered.mean())
    evidence = json.dumps({"words": round(part.words)})
    return EdgeDraft(whole_id, EdgeKind.CONTAINED, share, roundups.MIN_SHARE, evidence, article_id=part_id)
