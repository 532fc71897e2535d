"""The figures on which two texts are judged: what a reader looks at, measured on their token hashes.

Is the common part most of the shorter text, and is it rare in the archive or standing text of many stories? Does the
*news* recur (the lead, the first third) or only the background? Are the differences new passages, or new numbers in a
known form? All figures are shares from 0 to 1 but `length` and counts, and all are of the *shorter* text in the *longer* one
unless said otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from math import ceil

import numpy as np
from numpy.typing import NDArray

from ingest.duplicates import numbers
from ingest.duplicates.fingerprint import IDENTITY
from ingest.duplicates.rarity import Rarity, Weights
from ingest.duplicates.shingles import Common, Flags, Shingled, runs, within

LEAD_WORDS = 80
LONG_GAP_WORDS = 12
WINDOW_WORDS = 24
WINDOW_SHARE = 0.12
MIN_CONTAINMENT = 0.05  # below it nothing else is measured
TITLE_LEAD_WORDS = 60
NO_TITLE = 0.0  # where no title vouches, the text must


@dataclass(frozen=True, slots=True)
class Evidence:
    containment: float  # share of 3-shingles found in the longer text
    jaccard: float  # share of the 3-shingles of both texts together that stand in both
    rare_overlap: float  # share of 2-shingles found, weighted by rarity
    word_overlap: float  # share of words found, weighted by inverse document frequency
    common_rare: float  # how much of what is common is rare in the archive
    covered: float  # share of words inside common 2-shingles
    lead_covered: float  # of the first 80 words of either text; the smaller of the two shares
    third_covered: float  # of the first third of the longer text
    tail_covered: float  # of the last third of the shorter text
    spread: float  # share of its 24-word windows with at least 12 % common 3-shingles
    longest_run: float  # longest unbroken common passage
    new_passages: float  # share of words in gaps of more than 12 words
    number_overlap: float  # share of the distinct numbers of the text that has fewer
    numbers: float  # how many distinct numbers the text with fewer has
    new_numbers: float  # numbers that only the shorter text has, by its words
    title_overlap: float  # of the words of the shorter title
    title_in_lead: float  # of a title's words in the first 60 words of the other text; the larger of the two
    length: float  # natural logarithm of the words of the shorter text
    length_ratio: float  # shorter to longer
    reworded: float  # 1 - covered where the text has numbers and all agree: the differences are of wording
    agreeing_numbers: float  # natural logarithm of 1 + the numbers where all agree, else 0
    changed_numbers: float  # numbers between the same words in both texts, but not the same number
    kept_numbers: float  # the same number between the same words
    changed_share: float  # of the two, with two more counted as kept


FIGURES = tuple(field.name for field in fields(Evidence))


def ordered(a: Shingled, b: Shingled) -> tuple[Shingled, Shingled]:
    """The shorter text first."""
    return (a, b) if (a.words, a.fingerprint.exact) <= (b.words, b.fingerprint.exact) else (b, a)


def gather(a: Shingled, b: Shingled, rarity: Rarity, common: Common | None = None) -> Evidence | None:
    """The figures for two texts, in either order; None when they have next to nothing in common.

    `common`: what `b` has of `a`, where that is known already.
    """
    short, long = ordered(a, b)
    triples, triples_long = _triples(short, long, common if short is a or common is None else common.turned)
    if not len(triples) or _share(triples) < MIN_CONTAINMENT:
        return None
    pairs, pairs_long = short.found_in(long, 2), long.found_in(short, 2)
    covered, covered_long = short.covered(pairs, 2), long.covered(pairs_long, 2)
    closely, closely_long = short.covered(triples, 3), long.covered(triples_long, 3)
    gaps = _run_lengths(~covered) / short.unit
    facts = numbers.compared(short, long)
    agree = facts.shared == 1.0
    return Evidence(
        containment=_share(triples),
        jaccard=float(
            (np.count_nonzero(triples) + np.count_nonzero(triples_long)) / (len(triples) + len(triples_long))
        ),
        rare_overlap=_weighted(pairs, rarity.weights(short.shingles(2))),
        word_overlap=_weighted(short.found_in(long, 1), rarity.information(short.shingles(1))),
        common_rare=float(rarity.weights(short.shingles(3)[triples]).mean()),
        covered=_share(covered),
        lead_covered=min(_lead(short, covered), _lead(long, covered_long)),
        third_covered=_share(closely_long[: max(1, len(closely_long) // 3)]),
        tail_covered=_share(closely[-max(1, len(closely) // 3) :]),
        spread=spread(short, triples),
        longest_run=float(_run_lengths(closely).max(initial=0) / len(closely)),
        new_passages=float(gaps[gaps > LONG_GAP_WORDS].sum() / short.words),
        number_overlap=facts.shared,
        numbers=float(facts.count),
        new_numbers=float(np.count_nonzero(~within(short.numbers, long.distinct_numbers)) / short.words),
        title_overlap=_title_overlap(short, long),
        title_in_lead=max(_title_in_lead(short, long), _title_in_lead(long, short)),
        length=float(np.log(short.words)),
        length_ratio=float(short.words / long.words),
        reworded=1.0 - _share(covered) if agree else 0.0,
        agreeing_numbers=float(np.log1p(facts.count)) if agree else 0.0,
        changed_numbers=float(facts.changed),
        kept_numbers=float(facts.kept),
        changed_share=facts.changed / (facts.changed + facts.kept + 2),
    )


def _triples(short: Shingled, long: Shingled, common: Common | None) -> tuple[Flags, Flags]:
    """Which 3-shingles of each text stand in the other one."""
    if common is not None:
        return common.in_text, common.in_other
    return short.found_in(long, 3), long.found_in(short, 3)


def _share(flags: Flags) -> float:
    return float(np.count_nonzero(flags) / len(flags))


def _weighted(found: Flags, weights: Weights) -> float:
    return float(weights[found].sum() / max(float(weights.sum()), 1e-9))


def _lead(text: Shingled, covered: Flags) -> float:
    return _share(covered[: LEAD_WORDS * text.unit])


def _run_lengths(flags: Flags) -> NDArray[np.intp]:
    starts, ends = runs(flags)
    return ends - starts


def spread(text: Shingled, found: Flags) -> float:
    """`Evidence.spread`, of a text's 3-shingles that were found. Windows are cut evenly: the last is no remainder."""
    count = _windows(text, len(found))
    bounds = (np.arange(count + 1) * (len(found) / count)).astype(np.intp)
    bounds[-1] = len(found)
    counts = np.add.reduceat(found, bounds[:-1], dtype=np.float64)
    spread_over = np.count_nonzero(counts / (bounds[1:] - bounds[:-1]) >= WINDOW_SHARE)
    return spread_over / count


def most_spread(text: Shingled, total: int, found: int) -> float:
    """The most that `spread` can be when so many of the 3-shingles were found, wherever they stand."""
    count = _windows(text, total)
    least = ceil(WINDOW_SHARE * (total // count))
    return found // max(1, least) / count


def _windows(text: Shingled, shingles: int) -> int:
    return max(1, shingles // (WINDOW_WORDS * text.unit))


def _title_overlap(a: Shingled, b: Shingled) -> float:
    fewer, more = sorted((a.distinct_title, b.distinct_title), key=len)
    return _share(within(fewer, more)) if len(fewer) else NO_TITLE


def _title_in_lead(titled: Shingled, other: Shingled) -> float:
    title = titled.distinct_title
    lead = other.fingerprint.body[: TITLE_LEAD_WORDS * other.unit] & IDENTITY
    return _share(within(title, np.sort(lead))) if len(title) else NO_TITLE
