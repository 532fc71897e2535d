"""One article against the archive: look up, compare, decide. The archive is behind `MatchIndex`.

An article joins the one best story, never the union of all that match: one false bridge would glue hundreds. It is the
same whether the copy or the original comes first. A text that holds parts of several stories keeps a story of its own.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from ingest.duplicates import roundups
from ingest.duplicates.comparison import Comparison, compare_shingled, surely_differ
from ingest.duplicates.evidence import FIGURES, MIN_CONTAINMENT
from ingest.duplicates.fingerprint import SCHEME, Fingerprint, bodies_of
from ingest.duplicates.model import fitted
from ingest.duplicates.rarity import Rarity, counted_slots
from ingest.duplicates.remembered import Remembered
from ingest.duplicates.roundups import Inside, Part
from ingest.duplicates.shingles import Common, Shingled, common, sketch
from storage.model import EdgeDraft, EdgeKind, MatchCandidate, MatchDecision, Signature

CANDIDATES = 12  # compared exactly, best first
PER_STORY = 3  # of them, so that a story of many copies leaves room for others
MAX_PART = 0.95  # of the length of a round-up
WHOLE_COPY = 0.6  # of the shingles of both together, or of a text that may have been added to
COMMON_STORIES = 150  # a 3-shingle that stands in as many stories is no key
REMEMBERED = 300_000  # tokens of articles whose shingles are kept for the next look-up: 9 MB at 150 words each

TWO_TEXTS = Comparison(0.0, None, fitted().threshold, None)


class MatchIndex(Protocol):
    """What matching asks of the archive; `storage.matching.MatchStore` answers inside one transaction."""

    def candidates(
        self, keys: Sequence[int], limit: int, *, per_story: int, without: int | None = None
    ) -> Sequence[MatchCandidate]: ...

    def roundups(self, numbers: Sequence[int]) -> set[int]: ...

    def rarity(self) -> tuple[NDArray[np.uint16], int, float]: ...


class Compared(NamedTuple):
    """A candidate with its text and what the comparison said."""

    candidate: MatchCandidate
    result: Comparison
    common: Common | None  # None: next to nothing
    # Texts of several stories are known to stand inside it, or what it is a copy of. Asked where it matters alone.
    is_roundup: bool = False

    @property
    def text(self) -> Shingled:
        return _shingled(self.candidate.signature)

    @property
    def rank(self) -> tuple[float, float, int]:
        evidence = self.result.evidence
        return self.result.score, evidence.jaccard if evidence else 1.0, -self.candidate.article_id

    @property
    def is_whole_copy(self) -> bool:
        """The two are the same from end to end, whatever else stands in them."""
        evidence = self.result.evidence
        return self.result.kind is EdgeKind.EXACT or (evidence is not None and evidence.jaccard >= WHOLE_COPY)

    def contains(self, text: Shingled) -> bool:
        """The text that was looked up stands in the candidate, as the smaller part of it."""
        inside = self.common is not None and self.common.text_share >= roundups.MIN_CONTAINED
        return inside and text.words <= MAX_PART * self.text.words

    @property
    def stands_inside(self) -> bool:
        """The candidate's own text stands in the article, whatever else does."""
        return self.common is not None and self.common.other_share >= roundups.LONG_CONTAINED

    @property
    def may_be_part(self) -> bool:
        """If the candidate is a round-up, the article is a part of it rather than a copy of the whole."""
        return self.result.kind is EdgeKind.NEAR and not self.is_whole_copy

    @property
    def is_part_of_roundup(self) -> bool:
        return self.is_roundup and self.may_be_part


@dataclass(frozen=True, slots=True, eq=False)
class Whole:
    """A candidate that is a round-up, with its parts other than the article."""

    compared: Compared
    parts: tuple[Part, ...]


def match(
    fingerprint: Fingerprint,
    index: MatchIndex,
    *,
    article_id: int | None = None,
    separated: frozenset[int] = frozenset(),
) -> MatchDecision:
    """Look an article up and decide. Its fingerprint has to be of this scheme.

    `article_id` is its own when it is matched again, `separated` the stories it was taken out of by hand.
    """
    search = Search(index, Rarity(*index.rarity()), separated)
    text = Shingled(fingerprint)
    keys = search.keys(text)
    compared = search.compared(text, keys, article_id)
    wholes = search.wholes(text, compared)
    return decide(text, keys, compared, search.rarity, separated=separated, wholes=wholes)


@dataclass(frozen=True, slots=True, eq=False)
class Search:
    """The archive as one article meets it."""

    index: MatchIndex
    rarity: Rarity
    separated: frozenset[int]

    def keys(self, text: Shingled) -> tuple[int, ...]:
        return sketch(text, self.rarity.in_many(text.shingles(3), COMMON_STORIES))

    def compared(self, text: Shingled, keys: Sequence[int], article_id: int | None) -> list[Compared]:
        if not keys:
            return []
        found = self.index.candidates(keys, CANDIDATES, per_story=PER_STORY, without=article_id)
        compared = compare_all(text, _of_this_scheme(found), self.rarity)
        known = self.index.roundups(_suspects(text, compared))
        return [c._replace(is_roundup=True) if c.candidate.article_id in known else c for c in compared]

    def wholes(self, text: Shingled, compared: Sequence[Compared]) -> list[Whole]:
        """The candidates that turn out to be round-ups, now that this article is known as a part of them."""
        best = _best(compared, self.separated)
        if best is not None and best.result.kind is EdgeKind.EXACT:
            return []
        suspects = [c for c in compared if c.contains(text) and not c.is_roundup]
        suspects = [c for c in suspects if c is best or not _same_story(c, best)]
        wholes = (Whole(c, tuple(self._other_parts(text, c))) for c in suspects)
        return [whole for whole in wholes if whole.parts]

    def _other_parts(self, text: Shingled, suspect: Compared) -> list[Part]:
        """Parts of the suspect that have nothing to do with the article."""
        whole, of = suspect.text, suspect.candidate
        own = _part_of(text, suspect, self.rarity)
        found = self.index.candidates(self.keys(whole), CANDIDATES, per_story=1, without=of.article_id)
        found = _of_this_scheme(found)
        known = self.index.roundups([c.article_id for c in found])
        found = [c for c in found if c.article_id not in known]
        shares = common(whole, *bodies_of([c.signature for c in found]), roundups.LONG_CONTAINED)
        inside = [
            Inside(c.article_id, c.story_id, _shingled(c.signature), shared)
            for c, shared in zip(found, shares, strict=True)
            if shared is not None and shared.other_share >= roundups.LONG_CONTAINED
        ]
        others = roundups.parts(whole, inside, self.rarity)
        copies = [
            _shingled(c.signature)
            for c, shared in zip(found, shares, strict=True)
            if c.story_id == of.story_id and shared is not None and shared.text_share >= WHOLE_COPY
        ]
        if any(roundups.is_added(own, whole, copy) for copy in copies):
            return []
        return [part for part in others if len(roundups.independent(whole, [own, part], self.rarity)) > 1]


def _suspects(text: Shingled, compared: Sequence[Compared]) -> list[int]:
    """The candidates of which it matters whether they are round-ups."""
    inside = {c.candidate.story_id for c in compared if c.stands_inside}
    return [
        c.candidate.article_id
        for c in compared
        if c.may_be_part or c.contains(text) or (len(inside) > 1 and c.stands_inside)
    ]


def _of_this_scheme(candidates: Sequence[MatchCandidate]) -> list[MatchCandidate]:
    """Fingerprints of another scheme say nothing to this one; a rebuild replaces them."""
    return [candidate for candidate in candidates if candidate.signature.scheme == SCHEME]


def compare_all(text: Shingled, candidates: Sequence[MatchCandidate], rarity: Rarity) -> list[Compared]:
    """Every candidate compared, up to one that is exactly equal. What is sure to differ is not gone into."""
    shares = common(text, *bodies_of([candidate.signature for candidate in candidates]), MIN_CONTAINMENT)
    compared = []
    for candidate, shared in zip(candidates, shares, strict=True):
        compared.append(Compared(candidate, _result(text, candidate.signature, shared, rarity), shared))
        if compared[-1].result.kind is EdgeKind.EXACT:
            break
    return compared


def _result(text: Shingled, other: Signature, shared: Common | None, rarity: Rarity) -> Comparison:
    is_exact = text.fingerprint.exact == other.exact
    if not is_exact and (shared is None or surely_differ(text, _shingled(other), shared)):
        return TWO_TEXTS
    return compare_shingled(text, _shingled(other), rarity, shared)


_shingled = Remembered(REMEMBERED).shingled  # copies and forms meet the same articles again and again


def decide(
    text: Shingled,
    keys: tuple[int, ...],
    compared: Sequence[Compared],
    rarity: Rarity,
    *,
    separated: frozenset[int] = frozenset(),
    wholes: Sequence[Whole] = (),
) -> MatchDecision:
    """Pure: which story the article joins, and by which edges. It joins none of the `wholes`, which leave theirs."""
    left = {whole.compared.candidate.article_id for whole in wholes}
    rest = [c for c in compared if c.candidate.article_id not in left]
    best = _best(rest, separated)
    parts = [] if best is not None and best.is_whole_copy else _parts(text, rest, rarity)
    edges = [edge for whole in wholes for edge in _edges_of_whole(text, whole, rarity)]
    edges += [_inside(text, c, rarity) for c in rest if c.is_part_of_roundup]
    leaving = tuple(sorted(left))
    if len(parts) > 1:
        edges += [_contained(part.article_id, None, part) for part in parts]
        best = None
    if best is None:
        return MatchDecision(SCHEME, None, tuple(edges), keys, counted_slots(text), leaving)
    story_id = best.candidate.story_id
    counted = counted_slots(text, [c.text for c in rest if c.candidate.story_id == story_id])
    return MatchDecision(SCHEME, story_id, (_edge(best), *edges), keys, counted, leaving)


def _best(compared: Sequence[Compared], separated: frozenset[int]) -> Compared | None:
    matching = [c for c in compared if c.result.kind is not None and c.candidate.story_id not in separated]
    return max((c for c in matching if not c.is_part_of_roundup), key=lambda c: c.rank, default=None)


def _same_story(one: Compared, other: Compared | None) -> bool:
    return other is not None and one.candidate.story_id == other.candidate.story_id


def _parts(text: Shingled, compared: Sequence[Compared], rarity: Rarity) -> list[Part]:
    """The parts of the text that stand in stories of their own, if it is a round-up."""
    inside = [
        Inside(c.candidate.article_id, c.candidate.story_id, c.text, c.common)
        for c in compared
        if c.common is not None and c.stands_inside and not c.is_roundup
    ]
    if len({one.story_id for one in inside}) < 2:
        return []
    return roundups.independent(text, roundups.parts(text, inside, rarity), rarity)


def _part_of(text: Shingled, whole: Compared, rarity: Rarity) -> Part:
    """Where the article stands in a candidate."""
    assert whole.common is not None, "what stands in a text has something in common with it"
    return roundups.parts(whole.text, [Inside(0, -1, text, whole.common.turned)], rarity)[0]


def _edges_of_whole(text: Shingled, whole: Whole, rarity: Rarity) -> list[EdgeDraft]:
    number = whole.compared.candidate.article_id
    return [
        _inside(text, whole.compared, rarity),
        *(_contained(part.article_id, number, part) for part in whole.parts),
    ]


def _inside(text: Shingled, whole: Compared, rarity: Rarity) -> EdgeDraft:
    return _contained(None, whole.candidate.article_id, _part_of(text, whole, rarity))


def _edge(compared: Compared) -> EdgeDraft:
    result = compared.result
    figures = {name: round(getattr(result.evidence, name), 4) for name in FIGURES} if result.evidence else {}
    kind = result.kind or EdgeKind.NEAR
    return EdgeDraft(compared.candidate.article_id, kind, result.score, result.threshold, json.dumps(figures))


def _contained(part_id: int | None, whole_id: int | None, part: Part) -> EdgeDraft:
    """The score is the share of the whole that the part covers."""
    share = float(part.covered.mean())
    evidence = json.dumps({"words": round(part.words)})
    return EdgeDraft(whole_id, EdgeKind.CONTAINED, share, roundups.MIN_SHARE, evidence, article_id=part_id)
