"""Why two articles are, or are not, the same text: in words, in figures, and passage by passage.

Works for any two articles, merged or not; prints nothing. Passages are offsets into the texts as they are kept.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ingest.duplicates import normalize
from ingest.duplicates.comparison import Comparison, compare, numbers_differ
from ingest.duplicates.evidence import Evidence
from ingest.duplicates.fingerprint import IDENTITY, MAX_TOKENS, MIN_TOKENS, fingerprint
from ingest.duplicates.model import fitted
from ingest.duplicates.rarity import Rarity
from ingest.duplicates.shingles import Hashes, shingles, unit, width_of, within
from storage.model import EdgeKind

MIN_PASSAGE = 3  # words, or as many characters as a shingle of three
MAX_PLACES = 8  # of one run, that are looked at

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

# What a figure is. A share, and of the shorter text, unless it says otherwise.
MEANINGS = {
    "containment": "three-word runs that the longer text has",
    "jaccard": "three-word runs of both texts that both have",
    "rare_overlap": "two-word runs found, rare ones counting more",
    "word_overlap": "words found, uncommon ones counting more",
    "common_rare": "how rare the common wording is in the archive",
    "covered": "words that stand in common passages",
    "lead_covered": "the same, of the first 80 words of each text",
    "third_covered": "the same, of the first third of the longer text",
    "tail_covered": "the same, of the last third",
    "spread": "24-word windows with something in common",
    "longest_run": "the longest common passage",
    "new_passages": "words in passages of its own (over 12 words)",
    "number_overlap": "numbers that the other text has",
    "numbers": "how many numbers the text with fewer has",
    "new_numbers": "numbers of its own, to all its words",
    "title_overlap": "words of one headline in the other",
    "title_in_lead": "words of a headline where the other text opens",
    "length": "how long it is (logarithm of its words)",
    "length_ratio": "its length to that of the longer text",
    "reworded": "words changed where all numbers agree",
    "agreeing_numbers": "how many numbers, where all agree (logarithm)",
    "changed_numbers": "how many numbers changed between the same words",
    "kept_numbers": "how many stayed the same between the same words",
    "changed_share": "changed ones to both (two more count as kept)",
}


@dataclass(frozen=True, slots=True)
class Span:
    """A passage: offsets into the text, `end` excluded."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Passage:
    """Words that stand in both texts, in the same order and without a gap."""

    a: Span
    b: Span
    words: float


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of a comparison. `weight` (log-odds; positive: the same text) and `says` where the score uses it."""

    name: str
    value: float
    meaning: str
    weight: float | None = None
    says: str | None = None


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
    print_a, print_b = fingerprint(a, title=title_a), fingerprint(b, title=title_b)
    comparison = compare(print_a, print_b, rarity=rarity)
    in_a, in_b = common_passages(a, b)
    evidence = comparison.evidence
    reasons = _reasons(evidence) if evidence else ()
    return Explanation(
        comparison, _verdict(comparison, short=print_a.is_short or print_b.is_short), reasons, in_a, in_b
    )


def common_passages(a: str, b: str) -> tuple[tuple[Span, ...], tuple[Span, ...]]:
    """Where runs of three or more words (of four or more characters) of one text stand in the other."""
    words_a, words_b = _located(a), _located(b)
    width = width_of(MIN_PASSAGE, unit(words_a.hashes))
    hashes_a, hashes_b = shingles(words_a.hashes, width), shingles(words_b.hashes, width)
    return words_a.spans(hashes_a, hashes_b, width), words_b.spans(hashes_b, hashes_a, width)


def figures(explanation: Explanation) -> tuple[Figure, ...]:
    """All figures of a comparison: those of the score first, the weightiest before the others."""
    evidence, reasons = explanation.comparison.evidence, {reason.figure: reason for reason in explanation.reasons}
    if evidence is None:
        return ()
    names = [*reasons, *(name for name in MEANINGS if name not in reasons)]
    return tuple(_figure(name, float(getattr(evidence, name)), reasons.get(name)) for name in names)


def _figure(name: str, value: float, reason: Reason | None) -> Figure:
    if reason is None:
        return Figure(name, value, MEANINGS[name])
    return Figure(name, value, MEANINGS[name], reason.weight, reason.words)


def paired_passages(a: str, b: str) -> tuple[Passage, ...]:
    """The passages of three or more words that stand in both texts, in the order of the first; the longest of those
    that begin at a word. Linear in the length of the texts: a run that stands in many places is tried at the first few.
    """
    in_a, in_b = _located(a), _located(b)
    one_word = unit(in_a.hashes)
    width = width_of(MIN_PASSAGE, one_word)
    places = _places(in_b, width)
    found, at, expected = [], 0, -1
    own = shingles(in_a.hashes, width).tolist()
    left, right = ((text.hashes & IDENTITY).tolist() for text in (in_a, in_b))
    while at < len(own):
        starts = places.get(own[at], ())
        length, _, start = max(
            ((_common_run(left, at, right, s), s == expected, -s) for s in starts), default=(0, 0, 0)
        )
        if length >= width:
            span = Span(in_b.starts[-start], in_b.ends[-start + length - 1])
            found.append(Passage(Span(in_a.starts[at], in_a.ends[at + length - 1]), span, length / one_word))
            expected = -start + length
        at += max(length, 1)
    return tuple(found)


def _places(text: _Located, width: int) -> dict[int, list[int]]:
    places: dict[int, list[int]] = {}
    for start, shingle in enumerate(shingles(text.hashes, width).tolist()):
        if len(known := places.setdefault(shingle, [])) < MAX_PLACES:
            known.append(start)
    return places


def _common_run(a: Sequence[int], at: int, b: Sequence[int], start: int) -> int:
    """How many tokens are the same from here on."""
    room, length = min(len(a) - at, len(b) - start), 0
    while length < room and a[at + length] == b[start + length]:
        length += 1
    return length


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
    known: dict[str, list[int]] = {}
    hashes: list[int] = []
    starts: list[int] = []
    ends: list[int] = []
    for match in _PIECE.finditer(text):
        piece = match[0]
        if piece not in known:
            known[piece] = fingerprint(piece).body.tolist()
        tokens = known[piece]
        hashes += tokens
        starts += [match.start()] * len(tokens)
        ends += [match.end()] * len(tokens)
        if len(hashes) >= MAX_TOKENS:
            break
    return _Located(np.array(hashes, np.uint32), starts, ends)


def _reasons(evidence: Evidence) -> tuple[Reason, ...]:
    found = []
    for term in fitted().terms:
        weight = float(term.contribution(evidence))
        words = WORDS[term.figure][weight < 0]
        found.append(Reason(term.figure, float(getattr(evidence, term.figure)), weight, words))
    return tuple(sorted(found, key=lambda reason: -abs(reason.weight)))


def _verdict(comparison: Comparison, *, short: bool) -> str:
    evidence = comparison.evidence
    if comparison.kind is EdgeKind.EXACT:
        return "The same text, word for word."
    if evidence is None:
        few = f"Two texts: one has fewer than {MIN_TOKENS} words, and so short ones must be equal."
        return few if short else "Two texts: they have next to nothing in common."
    share = f"{evidence.containment:.0%} of the shorter text stands in the longer one"
    score = f"score {comparison.score:.2f}, threshold {comparison.threshold:.2f}"
    if comparison.kind is EdgeKind.NEAR:
        return f"The same text, edited: {share} ({score})."
    if numbers_differ(evidence):
        return f"Two texts of one form: {share}, but most numbers differ ({score})."
    return f"Two texts: {share} ({score})."
