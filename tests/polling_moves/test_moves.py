"""Permanent moves, a story a test."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from ingest.polling.moves import address_to_poll, observe_move, settle_move
from storage.model import FeedState, MoveEvidence

NOW = datetime(2025, 6, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
OLD, NEW, OTHER = "https://old.test/feed", "https://new.test/feed", "https://other.test/feed"

STORIES = (
    # what each good poll found (hours after the first, where permanent redirects led), adopted after the last
    ([(0, NEW)], None),
    ([(0, NEW), (12, NEW)], None),
    ([(0, NEW), (12, NEW), (24, NEW)], NEW),
    ([(0, NEW), (1, NEW), (2, NEW), (3, NEW)], None),
    ([(0, NEW), (1, NEW), (2, NEW), (25, NEW)], NEW),
    ([(0, NEW), (25, NEW)], None),
    ([(0, NEW), (12, None), (24, NEW)], None),
    ([(0, NEW), (12, OTHER), (24, NEW)], None),
    ([(0, NEW), (12, OTHER), (24, OTHER), (36, OTHER)], OTHER),
    ([(0, NEW), (-9_000, NEW), (-8_999, NEW)], None),  # the clock was set back
    ([(0, None), (12, None), (24, None)], None),
)


@pytest.mark.parametrize(("polls", "expected"), STORIES)
def test_stories(polls: list[tuple[int, str | None]], expected: str | None) -> None:
    state = FeedState(1, "outlet", OLD)
    for hours, target in polls:
        moved_to, move = settle_move(state, address_to_poll(state), target, NOW + hours * HOUR)
        state = replace(state, moved_to=moved_to, move=move)
    assert state.moved_to == expected
    assert address_to_poll(state) == (expected or OLD)


def test_evidence_counts_and_ends() -> None:
    first, adopted = observe_move(None, NEW, NOW)
    assert (first, adopted) == (MoveEvidence(NEW, NOW, 1), None)
    assert observe_move(first, None, NOW + HOUR) == (None, None)
    assert observe_move(MoveEvidence(NEW, NOW, 2), NEW, NOW + 24 * HOUR) == (None, NEW)


def test_an_adopted_move_goes_on_moving() -> None:
    state = FeedState(1, "outlet", OLD, moved_to=NEW)
    for hours in (0, 12, 24):
        moved_to, move = settle_move(state, NEW, OTHER, NOW + hours * HOUR)
        state = replace(state, moved_to=moved_to, move=move)
    assert state.moved_to == OTHER


def test_a_move_back_home_ends_the_move() -> None:
    state = FeedState(1, "outlet", OLD, moved_to=NEW, move=MoveEvidence(OLD, NOW, 2))
    assert settle_move(state, NEW, OLD, NOW + 24 * HOUR) == (None, None)


def test_a_failing_target_is_doubted_and_the_configured_one_heard() -> None:
    state = FeedState(1, "outlet", OLD, moved_to=NEW)
    asked = [address_to_poll(replace(state, failures=count)) for count in range(7)]
    assert asked == [NEW, NEW, NEW, OLD, NEW, NEW, OLD]
    assert settle_move(state, OLD, None, NOW) == (None, None)
    assert settle_move(state, NEW, None, NOW) == (NEW, None)


def test_https_is_not_given_up() -> None:
    state = FeedState(1, "outlet", OLD, move=MoveEvidence("http://old.test/feed", NOW, 2))
    assert settle_move(state, OLD, "http://old.test/feed", NOW + 24 * HOUR) == (None, None)
