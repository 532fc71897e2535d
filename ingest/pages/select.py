"""Which blocks are the article: the facts of each block weighed (`weights.toml`), then the lines that rules take out.

Every verdict has a name, so that a person can see why a line is gone: the fact that weighed most against it, or the rule.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files

from ingest.pages.blocks import Block
from ingest.pages.evidence import Scene


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a block stays, and what decided: a fact or a rule."""

    block: Block
    kept: bool
    reason: str
    score: float


def _read_weights() -> Mapping[str, Mapping[str, float]]:
    return tomllib.loads(files("ingest.pages").joinpath("weights.toml").read_text("utf-8"))


WEIGHTS = _read_weights()


def weigh(scene: Scene, facts: Sequence[frozenset[str]]) -> list[Verdict]:
    """The verdict on each block by its facts."""
    opinions = {found: _opinion(found) for found in set(facts)}  # most blocks of a page have the same facts: none
    return [Verdict(block, *opinions[found]) for block, found in zip(scene.blocks, facts, strict=True)]


def _opinion(facts: frozenset[str]) -> tuple[bool, str, float]:
    """Whether a block of these facts stays, what weighs most against it, and the sum."""
    table = WEIGHTS["chosen" if "engine" in facts else "unchosen"]
    counted = [(table[fact], fact) for fact in facts if fact in table]
    score = table["bias"] + sum(weight for weight, _ in counted)
    against = min(counted, default=(0.0, ""))
    reason = against[1] if against[0] < 0 else "not_in_the_article"
    return score > 0, "" if score > 0 else reason, round(score, 2)
