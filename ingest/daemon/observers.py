"""Several observers as one."""

from __future__ import annotations

from ingest.pipeline.context import EntryEnd, Look, Observer, Stage
from storage.feeds import PollRecord
from storage.model import Failure, FeedState, PendingEntry, Recheck


class Observers:
    """Tells each of them."""

    def __init__(self, *observers: Observer) -> None:
        self._all = observers

    def feeds_chosen(self, count: int) -> None:
        for observer in self._all:
            observer.feeds_chosen(count)

    def feed_started(self, state: FeedState) -> None:
        for observer in self._all:
            observer.feed_started(state)

    def feed_ended(self, state: FeedState, record: PollRecord, failure: Failure | None) -> None:
        for observer in self._all:
            observer.feed_ended(state, record, failure)

    def entries_found(self, outlet: str, count: int) -> None:
        for observer in self._all:
            observer.entries_found(outlet, count)

    def entry_ended(self, pending: PendingEntry, end: EntryEnd) -> None:
        for observer in self._all:
            observer.entry_ended(pending, end)

    def article_rechecked(self, check: Recheck, look: Look, failure: Failure | None) -> None:
        for observer in self._all:
            observer.article_rechecked(check, look, failure)

    def stage_ended(self, stage: Stage, seconds: float) -> None:
        for observer in self._all:
            observer.stage_ended(stage, seconds)

    def bug(self, where: str, trace: str) -> None:
        for observer in self._all:
            observer.bug(where, trace)
