"""What a page costs: `extract_article` beside `trafilatura.extract` with its defaults, on the same pages in one process.

usage: python -m benchmarks.pages_speed [--every N] [--profile FILE]

Two sets: the real pages of `$INGEST_SHARED/eval/pages` (default `../shared`; left out where they are not there), and
pages of the sample newsroom grown to the size of real ones, which `benchmarks.whole` serves. Printed are milliseconds of
CPU a page (the least of three times), the ratio (above 1: we are faster), and what each stage of ours takes. Ours does more:
metadata, language, kind, facts, line rules; the other gives a text.
"""

from __future__ import annotations

import argparse
import cProfile
import gc
import gzip
import json
import os
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from itertools import product
from pathlib import Path
from time import process_time
from typing import Any

from trafilatura import extract as plain_extract

from benchmarks.whole.workload import page_body
from ingest.pages import body, extract, metadata, parsing

SHARED = Path(os.environ.get("INGEST_SHARED", "../shared")) / "eval" / "pages" / "dev"
SAMPLE_PAGES = 100
REPEAT = 3
STAGES = (
    "admit", "parse_html", "read_head", "read_claims", "cut_blocks", "letters", "detected_language", "lighten", "shallow",
    "engine_text", "second_text", "_by_engine", "choose_times", "choose_title", "choose_authors", "judge", "_entry_text",
)  # fmt: skip

Page = tuple[bytes, str]


def real_pages(every: int) -> Iterator[Page]:
    truth = SHARED / "truth.jsonl"
    for line in truth.read_text("utf-8").splitlines()[::every] if truth.is_file() else ():
        case = json.loads(line)
        yield gzip.decompress((SHARED / case["file"]).read_bytes()), case.get("url") or "https://example.org/news/story"


def sample_pages(every: int) -> Iterator[Page]:
    for number in range(0, SAMPLE_PAGES, every):
        feed, entry = divmod(number, 10)
        origin = "http://127.0.0.1:8080"
        yield page_body(feed, entry, origin), f"{origin}/{feed}/story-{entry}"


def ours(page: Page) -> None:
    extract.extract_article(page[0], url=page[1])


def plain(page: Page) -> None:
    plain_extract(page[0])


def spent(run: Callable[[Page], None], page: Page) -> float:
    """The least of a few times: what else runs on the machine can only add to it."""
    gc.collect()
    return min(_once(run, page) for _ in range(REPEAT))


def _once(run: Callable[[Page], None], page: Page) -> float:
    started = process_time()
    run(page)
    return process_time() - started


@contextmanager
def timed(totals: dict[str, float]) -> Iterator[None]:
    """Count the time of each stage; of `_by_engine` calls too, which hold no other stage."""
    with ExitStack() as stack:
        for module, name in product((extract, parsing, body, metadata), STAGES):
            if hasattr(module, name):
                kept = getattr(module, name)
                stack.callback(setattr, module, name, kept)
                setattr(module, name, _timing(kept, name, totals))
        yield


def _timing(function: Callable[..., Any], name: str, totals: dict[str, float]) -> Callable[..., Any]:
    def run(*args: Any, **kwargs: Any) -> Any:
        started = process_time()
        try:
            return function(*args, **kwargs)
        finally:
            totals[name] += process_time() - started

    return run


def compare(name: str, pages: Sequence[Page]) -> None:
    for page in pages[:3]:  # models and rules are read once a process
        ours(page), plain(page)
    mine = theirs = 0.0
    for page in pages:
        mine += spent(ours, page)
        theirs += spent(plain, page)
    stages: dict[str, float] = defaultdict(float)
    with timed(stages):
        whole = sum(_once(ours, page) for page in pages)
    scale = 1000 / len(pages)
    print(f"{name}: {len(pages)} pages of {sum(len(body) for body, _ in pages) / len(pages) / 1000:.0f} kB")
    print(f"  ours {mine * scale:.1f} ms, trafilatura.extract {theirs * scale:.1f} ms, ratio {theirs / mine:.2f}")
    for stage, seconds in sorted(stages.items(), key=lambda item: -item[1]):
        print(f"    {stage:20}{seconds * scale:6.2f} ms")
    print(f"    {'the rest':20}{(whole - sum(stages.values())) * scale:6.2f} ms")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--every", type=int, default=1, help="take every N-th page (1)")
    parser.add_argument("--profile", type=Path, help="write a cProfile of ours there instead")
    options = parser.parse_args()
    sets = {"real pages": list(real_pages(options.every)), "sample pages": list(sample_pages(options.every))}
    if options.profile:
        profile = cProfile.Profile()
        for page in [page for pages in sets.values() for page in (*pages[:3], *pages)][:-1]:
            ours(page)
        for page in [page for pages in sets.values() for page in pages]:
            profile.runcall(ours, page)
        profile.dump_stats(options.profile)
        return
    for name, pages in sets.items():
        if pages:
            compare(name, pages)
        else:
            print(f"{name}: not there (set INGEST_SHARED)", file=sys.stderr)


if __name__ == "__main__":
    main()
