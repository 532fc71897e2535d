"""Fit the model of `ingest/duplicates/model.json` on labelled pairs.

usage: fit_duplicates.py [--data ../shared/eval/duplicates] [--cache FILE] [--write]

Two sets are weighted alike: candidate pairs of the generated stories, and pairs of real news read twice. Evidence is
gathered as in production: a document is compared with what the index returned when it arrived, with the rarity of
that moment; only what shares few keys is not left out. Texts in round-ups are left out: rules judge those. Printed
are figures of cross-validation, split by story (for the real pairs: by connected pairs), never of the pairs fitted
on.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import pickle
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import astuple, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from ingest.duplicates import Rarity, fingerprint
from ingest.duplicates.comparison import accepted
from ingest.duplicates.evidence import Evidence, gather
from ingest.duplicates.model import transformed
from ingest.duplicates.rarity import SLOT_BITS, counted_slots
from ingest.duplicates.shingles import Shingled, sketch
from storage.matching import KEY_WEIGHTS, MAX_POSTINGS

SHARED = Path(os.environ.get("INGEST_SHARED", "../shared"))
MODEL = Path(__file__).parents[1] / "ingest" / "duplicates" / "model.json"
VERSION = 2
THRESHOLD = 0.7
RIDGE = 0.2  # C of scikit-learn: there are 270 real pairs
FOLDS, SEEDS = 6, 3
# Chosen by forward selection on the log-loss of cross-validation, out of 80 figures; see docs/duplicates.md.
TERMS = {
    "rare_overlap": True,
    "common_rare": True,
    "reworded": False,
    "agreeing_numbers": False,
    "word_overlap": False,
    "title_in_lead": False,
    "title_overlap": False,
    "number_overlap": True,
    "new_numbers": False,
    "tail_covered": False,
    "third_covered": True,
    "new_passages": False,
    "lead_covered": False,
    "covered": True,
    "longest_run": False,
    "length": False,
}
FIGURES = [field.name for field in fields(Evidence)]


class Stream:
    """The index and the counters in memory: a document is looked up as it arrives."""

    def __init__(self) -> None:
        self.counters = np.zeros(1 << SLOT_BITS, np.uint16)
        self.founded = 0
        self.total = 0
        self.texts: list[Shingled] = []
        self.postings: dict[int, list[int]] = {}

    @property
    def rarity(self) -> Rarity:
        return Rarity(self.counters, self.founded, self.total / len(self.counters))

    def add(self, document: dict[str, str]) -> list[tuple[int, Evidence]]:
        """The candidates of a document with their evidence. It is counted as the present model decides."""
        text = Shingled(fingerprint(document["text"], title=document.get("title") or ""))
        keys = sketch(text, self.rarity.in_many(text.shingles(3), 150))
        hits: Counter[int] = Counter()
        for key in keys:
            under = self.postings.get(key, ())[:MAX_POSTINGS]
            hits.update(dict.fromkeys(under, int(KEY_WEIGHTS[len(under) - 1])))
        best = sorted(hits, key=lambda i: (-hits[i], i))[:12]
        found = [(i, e) for i in best if (e := self.compare(text, self.texts[i])) is not None]
        for key in keys:
            self.postings.setdefault(key, []).append(len(self.texts))
        known = [self.texts[i] for i, evidence in found if accepted(evidence)]
        slots = np.frombuffer(counted_slots(text, known), np.uint32)
        self.counters[slots] += 1
        self.total += len(slots)
        self.founded += not known
        self.texts.append(text)
        return found

    def compare(self, a: Shingled, b: Shingled) -> Evidence | None:
        if a.fingerprint.is_short or b.fingerprint.is_short or a.fingerprint.exact == b.fingerprint.exact:
            return None
        return gather(a, b, self.rarity)


def documents(path: Path) -> Iterable[dict[str, str]]:
    with path.open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))


Rows = tuple[list[tuple[float, ...]], list[int], list[str], list[str]]  # figures, label, group, kind


def generated_pairs(folder: Path) -> Rows:
    labels = {row["url"]: row for row in table(folder / "labels.tsv")}
    stream, seen, rows = Stream(), [], ([], [], [], [])
    for document in documents(folder / "documents.jsonl"):
        label = labels[document["url"]]
        for i, evidence in stream.add(document):
            if "roundup" not in (label["kind"], seen[i]["kind"]):
                same = int(label["story"] == seen[i]["story"])
                kind = "-".join(sorted((label["kind"], seen[i]["kind"])))
                add_row(rows, evidence, same, label["story"], kind)
        seen.append(label)
    return rows


def real_pairs(folder: Path) -> Rows:
    stream, at, rows = Stream(), {}, ([], [], [], [])
    for name in ("background.jsonl", "documents.jsonl"):
        for document in documents(folder / name):
            at[document["url"]] = len(stream.texts)
            stream.add(document)
    group: dict[str, str] = {}

    def head(url: str) -> str:
        while group.setdefault(url, url) != url:
            url = group[url]
        return url

    pairs = [row for row in table(folder / "pairs.tsv") if row["gold"] in ("same", "other")]
    for row in pairs:
        group[head(row["a"])] = head(row["b"])
    for row in pairs:
        evidence = stream.compare(stream.texts[at[row["a"]]], stream.texts[at[row["b"]]])
        if evidence is not None:
            add_row(rows, evidence, int(row["gold"] == "same"), head(row["a"]), row["language"])
    return rows


def add_row(rows: Rows, evidence: Evidence, label: int, group: str, kind: str) -> None:
    for column, value in zip(rows, (astuple(evidence), label, group, kind), strict=True):
        column.append(value)  # type: ignore[arg-type]


def matrix(rows: Rows, terms: dict[str, bool]) -> NDArray[np.float64]:
    columns = [(FIGURES.index(name), logit) for name, logit in terms.items()]
    return np.array([[transformed(figures[i], logit=logit) for i, logit in columns] for figures in rows[0]])


def fit(parts: Sequence[tuple[NDArray[np.float64], NDArray[np.int64]]]) -> tuple[NDArray[np.float64], ...]:
    """Weights and intercept over standardized columns; every part counts the same, however many pairs it has."""
    x, y = np.vstack([p[0] for p in parts]), np.concatenate([p[1] for p in parts])
    weight = np.concatenate([np.full(len(p[1]), 1000 / len(p[1])) for p in parts])
    mean = np.average(x, axis=0, weights=weight)
    scale = np.sqrt(np.average((x - mean) ** 2, axis=0, weights=weight)) + 1e-9
    model = LogisticRegression(C=RIDGE, max_iter=1000).fit((x - mean) / scale, y, sample_weight=weight)
    return mean, scale, model.coef_[0], model.intercept_


def predict(fitted: tuple[NDArray[np.float64], ...], x: NDArray[np.float64]) -> NDArray[np.float64]:
    mean, scale, weights, intercept = fitted
    return 1 / (1 + np.exp(-(((x - mean) / scale) @ weights + intercept[0])))


def cross_validated(sets: Sequence[Rows], terms: dict[str, bool]) -> list[NDArray[np.float64]]:
    """For every pair the mean score of models that never saw its story."""
    xs, ys = [matrix(rows, terms) for rows in sets], [np.array(rows[1]) for rows in sets]
    scores = [np.zeros(len(y)) for y in ys]
    for seed in range(SEEDS):
        rng = np.random.default_rng(seed)
        folds = []
        for rows in sets:
            of = {group: rng.integers(FOLDS) for group in sorted(set(rows[2]))}
            folds.append(np.array([of[group] for group in rows[2]]))
        for fold in range(FOLDS):
            model = fit([(x[f != fold], y[f != fold]) for x, y, f in zip(xs, ys, folds, strict=True)])
            for x, f, score in zip(xs, folds, scores, strict=True):
                score[f == fold] += predict(model, x[f == fold]) / SEEDS
    return scores


def measured(score: NDArray[np.float64], label: NDArray[np.int64], threshold: float) -> str:
    said = score >= threshold
    hit = int((said & (label == 1)).sum())
    precision, recall = hit / max(1, int(said.sum())), hit / max(1, int(label.sum()))
    return f"P {precision:.3f} R {recall:.3f} F1 {2 * precision * recall / max(1e-9, precision + recall):.3f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=SHARED / "eval" / "duplicates")
    parser.add_argument("--cache", type=Path, help="keep the gathered evidence here")
    parser.add_argument("--write", action="store_true", help="write model.json")
    arguments = parser.parse_args()
    if arguments.cache and arguments.cache.exists():
        sets = pickle.loads(arguments.cache.read_bytes())
    else:
        sets = [generated_pairs(arguments.data / "generated"), real_pairs(arguments.data / "real")]
        if arguments.cache:
            arguments.cache.write_bytes(pickle.dumps(sets))
    scores = cross_validated(sets, TERMS)
    for threshold in (0.5, 0.55, 0.6, 0.65, 0.7, 0.75):
        parts = [measured(s, np.array(rows[1]), threshold) for s, rows in zip(scores, sets, strict=True)]
        print(f"threshold {threshold:.2f}  generated {parts[0]}  real {parts[1]}")
    for language in ("en", "zh", "ur"):
        mine = np.array(sets[1][3]) == language
        print(language, measured(scores[1][mine], np.array(sets[1][1])[mine], THRESHOLD))
    mean, scale, weights, intercept = fit([(matrix(r, TERMS), np.array(r[1])) for r in sets])
    terms = [
        {"figure": n, "logit": logit, "mean": round(m, 4), "scale": round(s, 4), "weight": round(w, 4)}
        for (n, logit), m, s, w in zip(TERMS.items(), mean.tolist(), scale.tolist(), weights.tolist(), strict=True)
    ]
    for term in terms:
        print(f"{term['figure']:<16} {term['weight']:+.3f}")
    if arguments.write:
        model = {"version": VERSION, "threshold": THRESHOLD, "intercept": round(float(intercept[0]), 4), "terms": terms}
        MODEL.write_text(json.dumps(model, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
