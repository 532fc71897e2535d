"""How a run is followed while it lasts: a live line on a terminal, nothing in a pipe."""

from __future__ import annotations

from types import TracebackType
from typing import TYPE_CHECKING

from ingest.cli import output

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from ingest.pipeline.context import EntryEnd, Look, Stage
    from storage.feeds import PollRecord
    from storage.model import Failure, FeedState, PendingEntry, Recheck


class Quiet:
    """For a pipe: only mistakes of ours are told."""

    def __enter__(self) -> Quiet:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pass

    def feeds_chosen(self, count: int) -> None:
        pass

    def feed_started(self, state: FeedState) -> None:
        pass

    def feed_ended(self, state: FeedState, record: PollRecord, failure: Failure | None) -> None:
        pass

    def entries_found(self, outlet: str, count: int) -> None:
        pass

    def entry_ended(self, pending: PendingEntry, end: EntryEnd) -> None:
        pass

    def article_rechecked(self, check: Recheck, look: Look, failure: Failure | None) -> None:
        pass

    def stage_ended(self, stage: Stage, seconds: float) -> None:
        pass

    def bug(self, where: str, trace: str) -> None:
        output.note(f"a mistake in ingest, at {where}; please report it:\n{trace}")


class Live(Quiet):
    """For a terminal: how many feeds and articles are done, and whose turn it is."""

    def __init__(self) -> None:
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

        self._progress: Progress = Progress(
            TextColumn("{task.description:<8}"),
            BarColumn(bar_width=20),
            MofNCompleteColumn(),
            TextColumn("{task.fields[at]}", markup=False),
            console=output.console(stderr=True),
            transient=True,
        )
        self._feeds: TaskID = self._progress.add_task("feeds", total=0, at="")
        self._articles: TaskID = self._progress.add_task("articles", total=0, at="")
        self._found = 0

    def __enter__(self) -> Live:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def feeds_chosen(self, count: int) -> None:
        self._progress.update(self._feeds, total=count)

    def feed_ended(self, state: FeedState, record: PollRecord, failure: Failure | None) -> None:
        self._progress.update(self._feeds, advance=1, at=state.outlet)

    def entries_found(self, outlet: str, count: int) -> None:
        self._found += count
        self._progress.update(self._articles, total=self._found)

    def entry_ended(self, pending: PendingEntry, end: EntryEnd) -> None:
        self._progress.update(self._articles, advance=1, at=pending.outlet)
