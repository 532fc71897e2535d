"""How long it takes to read 5,000 feeds of YAML, with every check: `python benchmarks/configuration.py [FEEDS]`.

The bar is 2 seconds. The second figure is for the same file with a mistake in every outlet, all of them named.
"""

from __future__ import annotations

import sys
import time

from ingest.config import ConfigError, parse_settings

OUTLET = """\
  - name: outlet-{0}
    title: Outlet number {0}
    home: https://outlet-{0}.example/
    language: en
    timezone: Asia/Karachi
    feeds:
      - https://outlet-{0}.example/feed/home
      - https://www.outlet-{0}.example/feed/world
      - https://feeds.outlet-{0}.example/business?format=rss
      - {{url: https://outlet-{0}.example/feed/latest, interval: 10m}}
"""


def seconds(text: str) -> tuple[float, str]:
    start = time.perf_counter()
    try:
        outcome = f"{len(list(parse_settings(text, path='feeds.yaml', environ={}).feeds())):,} feeds"
    except ConfigError as error:
        outcome = f"{len(error.problems):,} mistakes named"
    return time.perf_counter() - start, outcome


def main() -> None:
    feeds = int(sys.argv[1]) if len(sys.argv) > 1 else 5_000
    right = "outlets:\n" + "".join(OUTLET.format(number) for number in range(feeds // 4))
    for text in (right, right.replace("10m", "10 parsecs")):
        best, outcome = min(seconds(text) for _ in range(3))
        print(f"{best:.2f} s  {outcome}")


if __name__ == "__main__":
    main()
