"""Plot how matching, look-up, search and file size grow with the archive: `growth_plot.py docs/growth.json docs/growth.png`.

The figures are those that `benchmarks/matching.py` and `benchmarks/reading.py` printed. Rates are divided by the pace of the
machine at the time, which varied by half.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.whole.report import pyplot


def main(source: str, target: str) -> None:
    found: dict[str, Any] = json.loads(Path(source).read_text())
    marks, search = found["marks"], found["search"]
    sizes = [mark["articles"] for mark in marks]
    drawing, panels = pyplot().subplots(1, 4, figsize=(15, 3.6))
    rates = {"": [1000 * mark["rate"] / mark["pace"] for mark in marks]}
    _panel(panels[0], "Stored, to 1,000 rounds of fixed work", sizes, rates)
    look_ups = {name: [mark[f"look_up_{name}_ms"] for mark in marks] for name in ("p50", "p99")}
    _panel(panels[1], "Look-up, ms of CPU", sizes, look_ups)
    words = {f"{name} word": [one[f"{name}_word_ms"] for one in search] for name in ("common", "rare")}
    _panel(panels[2], "Search, ms (median)", [one["articles"] for one in search], words)
    kilobytes = {"file": [mark["file_bytes"] / 1000 for mark in marks]}
    _panel(panels[3], "File without search, kB an article", sizes, kilobytes)
    drawing.tight_layout()
    drawing.savefig(target, dpi=100)


def _panel(axes: Any, title: str, sizes: list[int], lines: dict[str, list[float]]) -> None:
    for name, values in lines.items():
        axes.plot(sizes, values, marker="o", label=name)
    axes.set(xscale="log", xlabel="articles", title=title)
    axes.set_ylim(bottom=0)
    decades = [10**power for power in range(3, 7) if sizes[0] <= 10**power <= sizes[-1]]
    axes.set_xticks(decades, [f"{count:,}" for count in decades])
    axes.minorticks_off()
    if len(lines) > 1:
        axes.legend()


if __name__ == "__main__":
    main(*sys.argv[1:])
