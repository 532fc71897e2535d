"""`python -m benchmarks.whole`: run the scenarios, print a table, judge it by the required ratios."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from benchmarks.whole import scenarios
from benchmarks.whole.contenders import NEWSBOAT, READER, versions
from benchmarks.whole.report import plots, show, targets
from benchmarks.whole.scenarios import Figure


def main() -> None:
    options = _options()
    for contender in (READER, NEWSBOAT):
        if contender.missing:
            print(f"{contender.name}: {contender.missing}", file=sys.stderr)
    figures: list[Figure] = []
    for figure in _run(options):
        figures.append(figure)
        print(f"{figure.scenario}, {figure.feeds} feeds: {figure.program} {figure.cpu:.2f} s CPU", file=sys.stderr)
    show(figures)
    targets(figures)
    if options.json:
        record = {"versions": json.loads(versions()), "cores": os.cpu_count(), "figures": [asdict(f) for f in figures]}
        options.json.write_text(json.dumps(record, indent=1) + "\n")
    if options.plots:
        plots(figures, options.plots)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.whole", description=__doc__)
    parser.add_argument("--feeds", type=int, nargs="*", default=[100, 1000], help="how many feeds (100 1000)")
    parser.add_argument("--texts", type=int, default=100, help="feeds whose own texts become articles (100; 0: none)")
    parser.add_argument("--no-articles", action="store_true", help="leave the articles' pages out")
    parser.add_argument("--only", nargs="*", default=[], help="programs to run (all that are installed)")
    parser.add_argument("--faults", type=int, default=0, help="of so many feeds one answers 503 and one hangs up")
    parser.add_argument("--repeat", type=int, default=1, help="run all this often; the middle figures are shown")
    parser.add_argument("--json", type=Path, help="write the figures there")
    parser.add_argument("--plots", type=Path, help="write plots into this folder")
    return parser.parse_args()


def _run(options: argparse.Namespace) -> Iterator[Figure]:
    for _ in range(options.repeat):
        for count in options.feeds:
            yield from scenarios.feeds_only(count, options.only, options.faults)
        if options.texts:
            yield from scenarios.texts_of_feeds(options.texts, options.only)
        if not options.no_articles:
            yield from scenarios.articles(options.only)


if __name__ == "__main__":
    main()
