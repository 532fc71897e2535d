"""Which feeds a run is about, and what earlier runs have left to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ingest.config import FeedSettings, OutletSettings
from ingest.pipeline.context import Run
from storage import entries, feeds, rechecks
from storage.model import FeedState, FeedStatus, PendingRef, RecheckRef

if TYPE_CHECKING:
    from storage.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Selection:
    """Which feeds a run is about."""

    feeds: tuple[tuple[OutletSettings, FeedSettings], ...]
    everything: bool = True  # also entries left pending by feeds that are not among them
    due_only: bool = False


def choose(t: Transaction, run: Run, selection: Selection) -> tuple[list[FeedState], list[PendingRef]]:
    """The feeds a selection is about, and what earlier runs could not finish, of feeds that are still configured."""
    wanted = {feed.url for _, feed in selection.feeds}
    now = run.now()
    states = [state for state in feeds.states(t) if state.url in run.feeds]
    chosen = [
        state
        for state in states
        if state.url in wanted
        and (state.next_poll_at is None or state.next_poll_at <= now or not _waits(state, selection))
    ]
    of_feeds = {state.id for state in (states if selection.everything else chosen)}
    left = entries.pending_refs(t, due=now if selection.due_only else None)
    return chosen, [ref for ref in left if ref.feed_id in of_feeds]


def choose_rechecks(t: Transaction, run: Run, selection: Selection) -> list[RecheckRef]:
    """The articles whose page is due to be looked at again: all of them, or those of the selected feeds."""
    due = rechecks.due(t, run.now())
    if selection.everything:
        return due
    wanted = {feed.url for _, feed in selection.feeds}
    ids = {number for url, number in feeds.configured_ids(t).items() if url in wanted}
    return [ref for ref in due if ref.feed_id in ids]


def _waits(state: FeedState, selection: Selection) -> bool:
    """Whether the feed's due time counts: always with --due, and for a feed that said it is gone."""
    return selection.due_only or state.status is FeedStatus.GONE
