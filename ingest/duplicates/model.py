"""The fitted part of the verdict: a logistic model over a few figures, its weights in `model.json`.

The file is written by `benchmarks/fit_duplicates.py`; its `version` is part of the scheme that edges carry. Each input
is a figure of `Evidence`, through a logit where the figure is a share whose ends matter, centred and scaled.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from math import exp, log

from ingest.duplicates.evidence import Evidence

SOFTNESS = 0.03  # keeps the logit of 0 and 1 finite


@dataclass(frozen=True, slots=True)
class Term:
    figure: str
    logit: bool
    mean: float
    scale: float
    weight: float

    def value(self, evidence: Evidence) -> float:
        return transformed(getattr(evidence, self.figure), logit=self.logit)

    def contribution(self, evidence: Evidence) -> float:
        """What the figure adds to the log-odds that the texts are the same, against an average pair."""
        return self.weight * (self.value(evidence) - self.mean) / self.scale


@dataclass(frozen=True, slots=True)
class Model:
    version: int
    threshold: float
    intercept: float
    terms: tuple[Term, ...]

    def score(self, evidence: Evidence) -> float:
        """The probability, by the labelled pairs, that a reader calls the two the same text."""
        odds = self.intercept + sum(term.contribution(evidence) for term in self.terms)
        return 1.0 / (1.0 + exp(-max(-30.0, min(30.0, odds))))


def transformed(value: float, *, logit: bool) -> float:
    return log((value + SOFTNESS) / (1.0 - value + SOFTNESS)) if logit else value


@cache
def fitted() -> Model:
    """The model this version of the program judges by."""
    data = json.loads(files("ingest.duplicates").joinpath("model.json").read_text(encoding="utf-8"))
    terms = tuple(Term(**term) for term in data["terms"])
    return Model(data["version"], data["threshold"], data["intercept"], terms)
