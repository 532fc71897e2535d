"""Why two articles are, or are not, the same text: in words, in figures, and passage by passage.

Works for any two articles, merged or not; prints nothing. Passages are offsets into the texts as they are kept.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from ingest.duplicates import normalize
from ingest.duplicates.comparison import Comparison, compare, numbers_differ
from ingest.duplicates.evidence import Evidence
from ingest.duplicates.fingerprint import MIN_TOKENS, fingerprint
from ingest.duplicates.model import fitted
from ingest.duplicates.rarity import Rarity
from ingest.duplicates.shingles import Hashes, shingles, unit, within
from storage.model import EdgeKind

MIN_PASSAGE = 3  # words

# What a figure says, when it speaks for (first) or against (second) one text.
WORDS = {
    "rare_overlap": ("most of the rarer wording recurs", "the rarer wording differs"),
    "common_rare": ("what they share is rare in the archive", "what they share is standing text of many stories"),
    "word_overlap": ("they use the same uncommon words", "they use other uncommon words"),
    "title_in_lead": ("the headline's words open the other text", "the headlines and leads speak of other things"),
    "title_overlap": ("the headlines agree", "the headlines differ"),
    "number_overlap": ("the numbers agree", "the numbers differ"),
    "reworded": ("hardly anything is reworded", "much is reworded around the same numbers"),
    "agreeing_numbers": ("all numbers agree", "there are few numbers, or not all agree"),
    "new_numbers": ("the shorter text has no numbers of its own", "the shorter text has numbers of its own"),
    "tail_covered": ("its end is its own", "its end recurs, as background often does"),
    "third_covered": ("the opening of the longer text recurs", "the opening of the longer text is its own"),
    "new_passages": ("there are hardly any new passages", "whole passages are new"),
    "lead_covered": ("the leads are worded differently", "only the leads agree"),
    "covered": ("most of the shorter text stands in the longer one", "much of the shorter text is its own"),
    "longest_run": ("the common passages are spread", "the common part is one block"),
    "length": ("there is enough text to judge by", "there is little text to judge by"),
}


@dataclass(frozen=True, slots=True)
class Span:
    """A passage: offsets into the text, `end` excluded."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Reason:
    """One figure behind a verdict; a positive weight speaks for the same text. In log-odds."""

    figure: str
    value: float
    weight: float
    words: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """`verdict` is one sentence; `reasons` come strongest first; passages in reading order of their text."""

    comparison: Comparison
    verdict: str
    reasons: tuple[Reason, ...]
    common_in_a: tuple[Span, ...]
    common_in_b: tuple[Span, ...]


def explain(a: str, b: str, *, title_a: str = "", title_b: str = "", rarity: Rarity | None = None) -> Explanation:
    """Compare two texts and say why. `rarity` as for `compare`: without it, nothing is known of standing text."""
    comparison = compare(fingerprint(a, title=title_a), fingerprint(b, title=title_b), rarity=rarity)
    in_a, in_b = common_passages(a, b)
    evidence = comparison.evidence
    reasons = _reasons(evidence) if evidence else ()
    return Explanation(comparison, _verdict(comparison, min(len(a), len(b))), reasons, in_a, in_b)


def common_passages(a: str, b: str) -> tuple[tuple[Span, ...], tuple[Span, ...]]:
    """Where runs of three or more words of one text stand in the other."""
    words_a, words_b = _located(a), _located(b)
    width = MIN_PASSAGE * unit(words_a.hashes)
    hashes_a, hashes_b = shingles(words_a.hashes, width), shingles(words_b.hashes, width)
    return words_a.spans(hashes_a, hashes_b, width), words_b.spans(hashes_b, hashes_a, width)


@dataclass(frozen=True, slots=True, eq=False)
class _Located:
    """The tokens of a text with their places in it."""

    hashes: np.ndarray[tuple[int], np.dtype[np.uint32]]
    starts: list[int]
    ends: list[int]

    def spans(self, own: Hashes, other: Hashes, width: int) -> tuple[Span, ...]:
        covered = np.zeros(len(self.starts) + 1, np.bool_)
        for start in np.flatnonzero(within(own, np.sort(other))):
            covered[start : start + width] = True
        edges = np.flatnonzero(np.diff(np.concatenate(([False], covered))))
        return tuple(
            Span(self.starts[first], self.ends[last - 1]) for first, last in zip(edges[::2], edges[1::2], strict=True)
        )


_PIECE = re.compile(rf"{normalize.CHARACTER.pattern}|[^\s{normalize.CHARACTER.pattern[1:]}+")


def _located(text: str) -> _Located:
    """Each written word, or character of an unspaced script, is folded by itself, so that its place is known."""
    hashes, starts, ends = [], [], []
    for match in _PIECE.finditer(text):
        for token in fingerprint(match[0]).body:
            hashes.append(int(token))
            starts.append(match.start())
            ends.append(match.end())
    return _Located(np.array(hashes, np.uint32), starts, ends)


def _reasons(evidence: Evidence) -> tuple[Reason, ...]:
    found = []
    for term in fitted().terms:
        weight = term.contribution(evidence)
        words = WORDS[term.figure][weight < 0]
        found.append(Reason(term.figure, float(getattr(evidence, term.figure)), weight, words))
    return tuple(sorted(found, key=lambda reason: -abs(reason.weight)))


def _verdict(comparison: Comparison, length: int) -> str:
    evidence = comparison.evidence
    if comparison.kind is EdgeKind.EXACT:
        return "The same text, word for word."
    if evidence is None:
        short = length < MIN_TOKENS
        return "Too short to compare." if short else "Two texts: they have next to nothing in common."
    share = f"{evidence.containment:.0%} of the shorter text stands in the longer one"
    score = f"score {comparison.score:.2f}, threshold {comparison.threshold:.2f}"
    if comparison.kind is EdgeKind.NEAR:
        return f"The same text, edited: {share} ({score})."
    if numbers_differ(evidence):
        return f"Two texts of one form: {share}, but most numbers differ ({score})."
    return f"Two texts: {share} ({score})."
