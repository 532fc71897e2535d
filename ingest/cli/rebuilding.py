"""`ingest duplicates rebuild`: running it, with progress on a terminal, and saying what changed."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from ingest.cli import output
from ingest.rebuild import Progress, Rebuilt, rebuild
from storage.archive import Archive

SHOWN = 10  # changes that are told in words


def run(archive: Archive, *, json: bool) -> None:
    started = time.monotonic()
    try:
        with _progress(quiet=json) as progress:
            result = rebuild(archive, datetime.now(UTC), progress=progress)
    except KeyboardInterrupt:
        output.note("Stopped; nothing has changed so far. Run it again to go on from here.")
        raise
    seconds = round(time.monotonic() - started, 3)
    if json:
        output.json_document(document(result, seconds))
    else:
        _tell(result, seconds)


def document(result: Rebuilt, seconds: float) -> dict[str, Any]:
    change = result.change
    return {
        "articles": result.articles,
        "stories": {"merged": len(change.merged), "split": len(change.split), "unchanged": change.unchanged},
        "duplicates": {"made": len(change.made), "withdrawn": len(change.withdrawn)},
        "fingerprints": result.fingerprints,
        "resumed": result.resumed,
        "seconds": seconds,
        "merged": [
            {"story_id": result.numbers[story.articles], "articles": story.articles, "from": list(story.was)}
            for story in change.merged
        ],
        "split": [{"story_id": number, "into": parts} for number, parts in change.split.items()],
    }


def _tell(result: Rebuilt, seconds: float) -> None:
    change = result.change
    if result.resumed:
        output.line("Went on where an earlier rebuild had stopped.")
    output.line(f"{result.articles:,} articles judged again in {seconds:.1f} s")
    output.line(
        f"Stories      {change.unchanged:,} unchanged, {len(change.merged):,} merged, {len(change.split):,} split"
    )
    output.line(f"Duplicates   {len(change.made):,} made, {len(change.withdrawn):,} withdrawn")
    output.line(f"Fingerprints {result.fingerprints:,} made anew")
    _list(
        [
            f"merged: stories {_numbers(sorted(story.was))} are story {result.numbers[story.articles]}"
            for story in change.merged
        ]
    )
    _list(
        [
            f"split: story {number} is now {'; '.join(map(_numbers, parts))} (articles)"
            for number, parts in change.split.items()
        ]
    )


def _list(lines: Sequence[str]) -> None:
    for line in lines[:SHOWN]:
        output.line(f"  {line}")
    if len(lines) > SHOWN:
        output.line(f"  … and {len(lines) - SHOWN:,} more; --json lists them all")


def _numbers(numbers: Sequence[int]) -> str:
    return ", ".join(map(str, numbers))


@contextmanager
def _progress(*, quiet: bool) -> Iterator[Callable[[Progress], None]]:
    """A bar on a terminal, nothing elsewhere."""
    if quiet or not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = (TextColumn("judging"), BarColumn(bar_width=20), MofNCompleteColumn(), TimeRemainingColumn())
    with Bar(*columns, console=output.console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)
        yield lambda state: bar.update(task, completed=state.done, total=state.total)
