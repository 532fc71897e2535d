"""From figures to a table, to the requirements met or missed, and to plots."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from benchmarks.whole.scenarios import Figure

Key = tuple[str, int, str]  # scenario, feeds, program


def middle(figures: Iterable[Figure]) -> dict[Key, Figure]:
    """One figure for each scenario and program: the medians of its repetitions."""
    grouped: dict[Key, list[Figure]] = {}
    for figure in figures:
        grouped.setdefault((figure.scenario, figure.feeds, figure.program), []).append(figure)
    return {key: _median(several) for key, several in grouped.items()}


def _median(several: Sequence[Figure]) -> Figure:
    first = [figure.first_request for figure in several if figure.first_request is not None]
    return replace(
        several[-1],
        cpu=statistics.median(figure.cpu for figure in several),
        wall=statistics.median(figure.wall for figure in several),
        memory=int(statistics.median(figure.memory for figure in several)),
        first_request=statistics.median(first) if first else None,
    )


def show(figures: Sequence[Figure]) -> None:
    print(
        f"{'':26}{'feeds':>6} {'program':14}{'CPU s':>8}{'wall s':>8}{'MB':>6}{'requests':>10}{'received':>10}{'held':>8}"
    )
    for figure in middle(figures).values():
        print(
            f"{figure.scenario:26}{figure.feeds:>6} {figure.program:14}{figure.cpu:>8.2f}{figure.wall:>8.2f}"
            f"{figure.memory / 1e6:>6.0f}{figure.requests:>10,}{figure.received / 1e6:>8.1f}MB{figure.held:>8,}"
        )


@dataclass(frozen=True, slots=True)
class Target:
    """A required ratio. `least`: the value must be that or more, not that or less."""

    name: str
    required: float
    aim: float
    value: Callable[[dict[Key, Figure]], float]
    least: bool = False


def _ratio(scenario: str, other: str, feeds: int) -> Callable[[dict[Key, Figure]], float]:
    return lambda found: found[scenario, feeds, "ingest"].cpu / found[scenario, feeds, other].cpu


def _wall_an_article(scenario: str) -> Callable[[dict[Key, Figure]], float]:
    """Wall against the naive script, for each article kept: it reads no JSON Feed, so it keeps a tenth less."""

    def value(found: dict[Key, Figure]) -> float:
        ours, theirs = found[scenario, 40, "ingest"], found[scenario, 40, "naive script"]
        return (ours.wall / ours.held) / (theirs.wall / theirs.held)

    return value


def _floor(found: dict[Key, Figure]) -> float:
    """CPU for each article kept: the floor reads no JSON Feed either."""
    ours, floor = found["articles", 40, "ingest"], found["articles", 40, "floor"]
    return (floor.cpu / floor.held) / (ours.cpu / ours.held)


def _whole_runs(scenario: str, other: str, cost: str) -> Callable[[dict[Key, Figure]], float]:
    """The other program's cost (`cpu`, `wall`) and ours as they are, whatever number of articles each kept."""
    return lambda found: getattr(found[scenario, 40, other], cost) / getattr(found[scenario, 40, "ingest"], cost)


def _growth(found: dict[Key, Figure]) -> float:
    """CPU a feed with the most feeds against the fewest: that of the first poll, the start of the program included."""
    counts = sorted({feeds for scenario, feeds, _ in found if scenario == "first"})
    if len(counts) < 2:
        raise KeyError("no two counts of feeds")
    few, many = counts[0], counts[-1]
    return (found["first", many, "ingest"].cpu / many) / (found["first", few, "ingest"].cpu / few)


def _memory(scenario: str, feeds: int) -> Callable[[dict[Key, Figure]], float]:
    return lambda found: found[scenario, feeds, "ingest"].memory / 1e6


def _article_bytes(found: dict[Key, Figure]) -> float:
    figure = found["articles", 40, "ingest"]
    return (figure.archive or 0) / figure.held / 1000


def _start(found: dict[Key, Figure]) -> float:
    return found["unchanged", 100, "ingest"].first_request or 0.0


TARGETS = (
    Target("articles: CPU an article, floor / ingest", 0.70, 1.0, _floor, least=True),
    Target("articles: wall an article against naive", 0.60, 0.45, _wall_an_article("articles")),
    Target("articles, 50 ms: the same", 0.30, 0.15, _wall_an_article("articles, 50 ms away")),
    Target("articles: CPU of whole runs, floor / ingest", 0.70, 1.0, _whole_runs("articles", "floor", "cpu"), least=True),
    Target("wall of whole runs, naive / ingest", 1 / 0.60, 1 / 0.45, _whole_runs("articles", "naive script", "wall"), least=True),
    Target("50 ms: the same", 1 / 0.30, 1 / 0.15, _whole_runs("articles, 50 ms away", "naive script", "wall"), least=True),
    Target("1,000 feeds first: CPU against reader", 0.6, 0.15, _ratio("first", "reader", 1000)),
    Target("1,000 feeds first: CPU against naive", 0.8, 0.2, _ratio("first", "naive script", 1000)),
    Target("1,000 unchanged: CPU against reader", 0.35, 0.22, _ratio("unchanged again", "reader", 1000)),
    Target("1,000 unchanged: CPU against newsboat", 0.12, 0.06, _ratio("unchanged", "newsboat", 1000)),
    Target("the same, its second time", 0.12, 0.06, _ratio("unchanged again", "newsboat", 1000)),
    Target("unchanged, no validators: against naive", 0.25, 0.15, _ratio("unchanged, no validators", "naive script", 1000)),
    Target("5 % changed: CPU against naive", 0.8, 0.5, _ratio("5 % changed", "naive script", 1000)),
    Target("CPU a feed, most against fewest feeds", 1.3, 1.0, _growth),
    Target("peak memory, 5,000 feeds (MB)", 250, 120, _memory("first", 5000)),
    Target("peak memory, 1,000 articles (MB)", 450, 300, _memory("articles", 40)),
    Target("archive kB an article", 14, 10, _article_bytes),
    Target("start to first request (s)", 0.6, 0.3, _start),
)  # fmt: skip


def targets(figures: Sequence[Figure]) -> None:
    """Print every requirement whose figures are there."""
    found = middle(figures)
    print(f"\n{'':46}{'figure':>9}{'required':>10}{'aim':>8}")
    for target in TARGETS:
        try:
            value = target.value(found)
        except KeyError:
            continue
        met = value >= target.required if target.least else value <= target.required
        sign = "≥" if target.least else "≤"
        print(
            f"{target.name:46}{value:>9.2f}{sign:>3}{target.required:>7.3g}{target.aim:>8.3g}  {'' if met else 'missed'}"
        )


def plots(figures: Sequence[Figure], folder: Path) -> None:
    """`speed-feeds.png`, `speed-articles.png`, and `speed-growth.png` where several counts of feeds were run."""
    found = list(middle(figures).values())
    others = [figure for figure in found if figure.scenario == "first" and figure.program != "ingest"]
    most = max((figure.feeds for figure in others), default=0)  # that others were run with as well
    rounds = [figure for figure in found if figure.feeds == most]
    _bars(rounds, f"{most:,} feeds", folder / "speed-feeds.png")
    _bars(
        [f for f in found if f.scenario.startswith("articles")],
        "1,000 articles with their pages",
        folder / "speed-articles.png",
    )
    _growth_plot([figure for figure in found if figure.program == "ingest"], folder / "speed-growth.png")


def _bars(figures: Sequence[Figure], title: str, path: Path) -> None:
    if not figures:
        return
    plt = pyplot()
    scenarios, programs = ([*dict.fromkeys(getattr(f, name) for f in figures)] for name in ("scenario", "program"))
    table = {(f.scenario, f.program): f.cpu for f in figures}
    drawing, axes = plt.subplots(figsize=(9, 4))
    width = 0.8 / len(programs)
    for number, program in enumerate(programs):
        places = [at + number * width for at in range(len(scenarios))]
        axes.bar(places, [table.get((scenario, program), 0) for scenario in scenarios], width, label=program)
    axes.set_xticks([at + 0.4 - width / 2 for at in range(len(scenarios))], scenarios)
    axes.set_yscale("log")
    axes.set_ylabel("CPU seconds (log)")
    axes.set_title(title)
    _plain_numbers(axes.yaxis)
    axes.legend(ncols=len(programs), loc="upper center", bbox_to_anchor=(0.5, -0.1), frameon=False)
    drawing.tight_layout()
    drawing.savefig(path, dpi=110)


def _plain_numbers(axis: Any) -> None:
    """1, 2, 5, 10 … instead of powers of ten."""
    from matplotlib.ticker import LogLocator, NullFormatter, StrMethodFormatter

    axis.set_major_locator(LogLocator(base=10, subs=(1, 2, 5)))
    axis.set_major_formatter(StrMethodFormatter("{x:,g}"))
    axis.set_minor_formatter(NullFormatter())


def _growth_plot(figures: Sequence[Figure], path: Path) -> None:
    rounds = [f for f in figures if not f.scenario.startswith(("articles", "feeds"))]
    if len({figure.feeds for figure in rounds}) < 2:
        return
    drawing, axes = pyplot().subplots(figsize=(7, 4.5))
    for scenario in dict.fromkeys(figure.scenario for figure in rounds):
        points = sorted((f.feeds, f.cpu / f.feeds * 1000) for f in rounds if f.scenario == scenario)
        axes.plot([x for x, _ in points], [y for _, y in points], marker="o", label=scenario)
    axes.set(xscale="log", yscale="log", xlabel="feeds", ylabel="CPU ms a feed", title="Polling cost of ingest")
    _plain_numbers(axes.yaxis)
    _plain_numbers(axes.xaxis)
    axes.legend(ncols=3, loc="upper center", bbox_to_anchor=(0.5, -0.15), frameon=False)
    drawing.tight_layout()
    drawing.savefig(path, dpi=110)


def pyplot() -> Any:  # imported where it is used: the table needs none
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot

    return pyplot
