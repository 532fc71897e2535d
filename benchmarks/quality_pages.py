"""How good the extraction of articles is: bodies, titles, dates, authors, and the time it takes.

usage: quality_pages.py [--short] [--peers] [--ablation]

The pages and the scorer are those of `$INGEST_SHARED/eval/pages` (default `../shared`); where they are not there, it says
so and ends well. Every figure is printed by the scorer that lies beside the data, for us, for plain trafilatura in the
same process (of which `speed_ratio` is the share), with `--peers` for readability-lxml and newspaper4k, and with
`--ablation` for us without one step at a time. `--short` takes every sixth page and needs a quarter of a minute. Fails
(exit 1) if a figure is under its floor in `floors_pages.json`, or a floor was set on other data than what is there.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import hashlib
import io
import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from ingest.pages import body, engine, extract, gate, parsing

SHARED = Path(os.environ.get("INGEST_SHARED", "../shared")) / "eval" / "pages"
FLOORS = Path(__file__).with_name("floors_pages.json")
SHORT = 6  # every sixth page
Run = Callable[[bytes, str], tuple[str, str, Iterable[str], object]]


def load_scorer() -> dict[str, Any]:
    """The names of the scorer; it calls its `main` when it is run, which is left out here."""
    tree = ast.parse((SHARED / "score.py").read_text(encoding="utf-8"))
    tree.body.pop()
    names: dict[str, Any] = {"__name__": "score"}
    exec(compile(tree, "score.py", "exec"), names)
    return names


def scored(scorer: dict[str, Any], run: Run, folder: Path) -> dict[str, float]:
    """What the scorer prints for `run` on the pages in `folder`, under flat names."""
    scorer["ours"] = lambda: run
    arguments, sys.argv = sys.argv, ["score.py", str(folder), "--json"]
    printed = io.StringIO()
    try:
        with contextlib.redirect_stdout(printed):
            scorer["main"]()
    finally:
        sys.argv = arguments
    flat: dict[str, float] = {}
    for name, value in json.loads(printed.getvalue()).items():
        flat |= {f"{name}.{key}": number for key, number in value.items()} if isinstance(value, dict) else {name: value}
    return flat


def sample(folder: Path, *, every: int) -> str:
    """Fill `folder` with each `every`-th page of the set; return the digest of what is in it."""
    digest = hashlib.sha256()
    truth = (SHARED / "dev" / "truth.jsonl").read_text(encoding="utf-8").splitlines()[::every]
    (folder / "truth.jsonl").write_text("\n".join(truth) + "\n", encoding="utf-8")
    (folder / "html").symlink_to((SHARED / "dev" / "html").resolve())
    for line in truth:
        digest.update(line.encode())
        digest.update((SHARED / "dev" / json.loads(line)["file"]).read_bytes())
    return digest.hexdigest()[:16]


def ours(html: bytes, url: str) -> tuple[str, str, Iterable[str], object]:
    got = extract.extract_article(html, url=url)
    return got.text, got.title, got.authors, got.published_at


def readability(html: bytes, url: str) -> tuple[str, str, Iterable[str], object]:
    import readability as library
    from lxml import html as lxml_html

    document = library.Document(gate.decode(html)[0], url=url)
    return lxml_html.fromstring(document.summary()).text_content(), document.short_title(), (), None


def newspaper(html: bytes, url: str) -> tuple[str, str, Iterable[str], object]:
    import newspaper as library

    article = library.Article(url, fetch_images=False)
    article.download(input_html=gate.decode(html)[0])
    article.parse()
    return article.text, article.title, article.authors, article.publish_date


@contextlib.contextmanager
def without(module: Any, name: str, instead: Any) -> Iterator[None]:
    kept = getattr(module, name)
    setattr(module, name, instead)
    try:
        yield
    finally:
        setattr(module, name, kept)


def ablations() -> dict[str, tuple[Any, str, Any]]:
    """Each step, and what stands in its place when it is left out."""

    def by_engine_alone(scene: Any, facts: list[frozenset[str]]) -> list[Any]:
        weighed = weigh(scene, facts)
        return [replace(verdict, kept="engine" in found) for verdict, found in zip(weighed, facts, strict=True)]

    weigh = body.weigh
    return {
        "scripts and styles stripped before parsing": (gate, "strip_bulk", lambda text: text),
        "navigation, lists of links, comments taken out before": (body, "lighten", lambda root, layout: None),
        "the second witness, where prose is missing": (body, "_overlooks", lambda source, found: False),
        "(instead: the second witness on every page)": (body, "_overlooks", lambda source, found: True),
        "JSON-LD as witness": (parsing, "TELLING", 10**9),
        "the thorough path where the fast one looks wrong": (body, "_looks_wrong", lambda source, found: False),
        "facts of blocks weighed": (body, "weigh", by_engine_alone),
        "line rules": (body, "trim", lambda verdicts, **_: list(verdicts)),
    }


def bare_engine(html: bytes, url: str) -> tuple[str, str, Iterable[str], object]:
    """The engine on our tree, and nothing else."""
    page = gate.admit(html)
    root = extract.parse_html(page) if isinstance(page, gate.Admitted) else None
    return engine.engine_text(root) if root is not None else "", "", (), None


def failures(name: str, digest: str, figures: dict[str, float]) -> Iterable[str]:
    pinned = json.loads(FLOORS.read_text(encoding="utf-8"))[name]
    if pinned["digest"] != digest:
        yield f"{name}: the floors are for data {pinned['digest']}, not {digest}"
    for figure, (sign, bound) in pinned["floors"].items():
        value = figures[figure]
        if (sign == ">=" and value < bound) or (sign == "<=" and value > bound):
            yield f"{name}: {figure} is {value}, not {sign} {bound}"


COLUMNS = ("all.f1", "NAEB.f1", "SH.f1", "exact", "title_right", "date_right", "authors_f1", "pages_per_cpu_second")


def row(name: str, figures: dict[str, float]) -> str:
    return f"{name:<50}" + "".join(f"{figures[column]:>9}" for column in COLUMNS)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--short", action="store_true", help="every sixth page: a quarter of a minute")
    parser.add_argument("--peers", action="store_true", help="readability-lxml and newspaper4k as well")
    parser.add_argument("--ablation", action="store_true", help="without one step at a time as well")
    arguments = parser.parse_args()
    if not (SHARED / "dev" / "truth.jsonl").is_file():
        print(f"skipped: no labelled pages at {SHARED} (set INGEST_SHARED)")
        return 0
    name = "short" if arguments.short else "full"
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        digest = sample(folder, every=SHORT if arguments.short else 1)
        scorer = load_scorer()
        figures = scored(scorer, ours, folder)
        plain = scored(scorer, scorer["peer"](), folder)
        figures["speed_ratio"] = round(figures["pages_per_cpu_second"] / plain["pages_per_cpu_second"], 2)
        print(f"{name}: {figures['pages']:.0f} pages, data {digest}")
        heads = "".join(f"{column.replace('pages_per_cpu_second', 'pages/s')[:8]:>9}" for column in COLUMNS)
        print(f"{'':<50}{heads}\n{row('ours', figures)}\n{row('trafilatura with metadata', plain)}")
        print(f"speed_ratio {figures['speed_ratio']} (pages per CPU second against trafilatura with metadata)")
        peers = {"readability-lxml": readability, "newspaper4k": newspaper}
        for peer, run in peers.items() if arguments.peers else ():
            print(row(peer, scored(scorer, run, folder)), flush=True)
        if arguments.ablation:
            print(row("the engine alone, on our tree", scored(scorer, bare_engine, folder)), flush=True)
        for step, (module, attribute, instead) in ablations().items() if arguments.ablation else ():
            with without(module, attribute, instead):
                print(row(f"without: {step}"[:50], scored(scorer, ours, folder)), flush=True)
    wrong = list(failures(name, digest, figures))
    for line in wrong:
        print(f"under the floor: {line}", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
