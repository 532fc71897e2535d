"""How good the verdicts on duplicates are, on labelled sets, beside the usual methods.

usage: quality_duplicates.py [--own | --short] [--baselines] [--keep DIR]

Documents go in one pass through `ingest import`, the whole way of a user; the partition into stories is read from the
archive's view. Three sets: our own (edits of the sample newsroom, always), and the generated and the real set of
`$INGEST_SHARED/eval/duplicates` where that is present, scored by the scripts that lie beside the data. Fails (exit 1)
if a figure is under its floor in `floors_duplicates.json`, or a floor was set on other data than what is there.

`--short` is for every change (a minute): a quarter of the generated stories, whole, and the real pairs without the
articles around them. Its figures have floors of their own, and say less: rarity is that of a small archive.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks import duplicate_baselines, sample_edits

SHARED = Path(os.environ.get("INGEST_SHARED", "../shared")) / "eval" / "duplicates"
FLOORS = Path(__file__).with_name("floors_duplicates.json")
Partition = dict[str, object]  # url -> story


@dataclass(frozen=True, slots=True)
class LabelledSet:
    name: str
    documents: tuple[Path, ...]
    labels: Path
    scorer: Path | None  # None: ours

    @property
    def digest(self) -> str:
        """Of all data a floor depends on."""
        digest = hashlib.sha256()
        for path in (*self.documents, self.labels):
            digest.update(path.read_bytes())
        return digest.hexdigest()[:16]


def sets(folder: Path, *, own_only: bool, short: bool) -> list[LabelledSet]:
    found = [_own(folder)]
    if own_only or not SHARED.is_dir():
        return found
    generated, real = SHARED / "generated", SHARED / "real"
    whole = LabelledSet("generated", (generated / "documents.jsonl",), generated / "labels.tsv", SHARED / "score.py")
    background = () if short else (real / "background.jsonl",)
    pairs = LabelledSet(
        "real-short" if short else "real",
        (*background, real / "documents.jsonl"),
        real / "pairs.tsv",
        SHARED / "score_pairs.py",
    )
    return [*found, _quarter(whole, folder) if short else whole, pairs]


def _quarter(labelled: LabelledSet, folder: Path) -> LabelledSet:
    """The stories of a set whose names have a checksum divisible by four, with all their documents."""
    documents, labels = folder / f"{labelled.name}-short.jsonl", folder / f"{labelled.name}-short.tsv"
    header, *rows = labelled.labels.read_text(encoding="utf-8").splitlines()
    chosen = [row for row in rows if zlib.crc32(row.split("\t")[1].encode()) % 4 == 0]
    urls = {row.split("\t")[0] for row in chosen}
    lines = labelled.documents[0].read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if json.loads(line)["url"] in urls]
    documents.write_text("\n".join(kept) + "\n", encoding="utf-8")
    labels.write_text("\n".join([header, *chosen]) + "\n", encoding="utf-8")
    return LabelledSet(f"{labelled.name}-short", (documents,), labels, labelled.scorer)


def _own(folder: Path) -> LabelledSet:
    documents, labels = folder / "own.jsonl", folder / "own.tsv"
    made = sample_edits.documents()
    documents.write_text("".join(json.dumps(asdict(d), ensure_ascii=False) + "\n" for d in made), encoding="utf-8")
    rows = ["url\tstory\tkind\tlanguage", *(f"{d.url}\t{d.story}\t{d.kind}\t{d.language}" for d in made)]
    labels.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return LabelledSet("own", (documents,), labels, None)


def imported(labelled: LabelledSet, folder: Path) -> Path:
    """The archive that `ingest import` makes of the set."""
    archive = folder / f"{labelled.name}.db"
    for name in (archive.name, f"{archive.name}-wal", f"{archive.name}-shm"):
        (folder / name).unlink(missing_ok=True)
    for path in labelled.documents:
        command = [sys.executable, "-m", "ingest", "import", str(path), "--database", f"sqlite:///{archive}", "--json"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            sys.exit(f"import of {path.name} failed: {done.stderr.strip()}")
    return archive


def scored(labelled: LabelledSet, archive: Path) -> dict[str, object]:
    if labelled.scorer is None:
        return _own_figures(labelled, archive)
    command = [sys.executable, str(labelled.scorer), str(archive), str(labelled.labels), "--json"]
    figures: dict[str, object] = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    return figures


def _own_figures(labelled: LabelledSet, archive: Path) -> dict[str, object]:
    """Precision and recall over pairs; round-ups apart."""
    with sqlite3.connect(f"file:{archive}?mode=ro", uri=True) as connection:
        said = dict(connection.execute("SELECT url, story_id FROM articles"))
    rows = [line.split("\t") for line in labelled.labels.read_text(encoding="utf-8").splitlines()[1:]]
    plain = [row for row in rows if row[2] != "roundup"]
    true, found, both = (
        sum(n * (n - 1) // 2 for n in Counter(key(row) for row in plain).values())
        for key in (lambda r: r[1], lambda r: said[r[0]], lambda r: (r[1], said[r[0]]))
    )
    glued = sum(said[row[0]] in {said[p[0]] for p in plain} for row in rows if row[2] == "roundup")
    return {"precision": round(both / max(1, found), 4), "recall": round(both / true, 4), "roundups_glued": glued}


def baseline_archive(labelled: LabelledSet, method: Callable[[Sequence[str]], list[int]], folder: Path) -> Path:
    """A file with the view `articles` alone, of the partition that another method makes."""
    urls, texts = [], []
    for path in labelled.documents:
        for line in path.read_text(encoding="utf-8").splitlines():
            document = json.loads(line)
            urls.append(document["url"])
            texts.append(document["text"])
    archive = folder / "baseline.db"
    archive.unlink(missing_ok=True)
    with sqlite3.connect(archive) as connection:
        connection.execute("CREATE TABLE articles (url TEXT, story_id INTEGER)")
        connection.executemany("INSERT INTO articles VALUES (?, ?)", zip(urls, method(texts), strict=True))
    return archive


def figures_of(figures: dict[str, object]) -> dict[str, float]:
    """The figures that have floors, under flat names."""
    flat: dict[str, float] = {}
    for name, value in figures.items():
        if isinstance(value, int | float):
            flat[name] = float(value)
        elif isinstance(value, str) and "/" in value:
            part, whole = map(int, value.split("/"))
            flat[name] = round(part / max(1, whole), 4)
        elif isinstance(value, dict):
            flat |= {f"{name}.{key}": number for key, number in figures_of(value).items()}
    return flat


def failures(name: str, digest: str, figures: dict[str, float]) -> Iterable[str]:
    """What is under its floor. A floor `>=` is a least value, `<=` a greatest."""
    pinned = json.loads(FLOORS.read_text(encoding="utf-8"))[name]
    if pinned["digest"] not in (digest, None):
        yield f"{name}: the floors are for data {pinned['digest']}, not {digest}"
    for figure, (sign, bound) in pinned["floors"].items():
        value = figures[figure]
        if (sign == ">=" and value < bound) or (sign == "<=" and value > bound):
            yield f"{name}: {figure} is {value}, not {sign} {bound}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--own", action="store_true", help="our own small set only")
    parser.add_argument("--short", action="store_true", help="a part of the sets, in a minute")
    parser.add_argument("--baselines", action="store_true", help="the usual methods on the same data as well")
    parser.add_argument("--keep", type=Path, help="keep the archives in this folder")
    arguments = parser.parse_args()
    wrong: list[str] = []
    with tempfile.TemporaryDirectory() as temporary:
        folder = arguments.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        for labelled in sets(folder, own_only=arguments.own, short=arguments.short):
            started = time.perf_counter()
            figures = scored(labelled, imported(labelled, folder))
            print(
                f"{labelled.name} ({labelled.digest}, {time.perf_counter() - started:.0f} s): {json.dumps(figures)}",
                flush=True,
            )
            wrong += failures(labelled.name, labelled.digest, figures_of(figures))
            for name, method in duplicate_baselines.METHODS.items() if arguments.baselines else ():
                other = scored(labelled, baseline_archive(labelled, method, folder))
                print(f"  {name}: {json.dumps(other)}", flush=True)
    for line in wrong:
        print(f"under the floor: {line}", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
