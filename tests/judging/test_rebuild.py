"""A rebuild ends where the stream ended, keeps a person's word, and can be killed at any moment."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.judging.desk import Desk, busy_day


@pytest.fixture
def desk(tmp_path: Path):
    made = Desk(tmp_path)
    with made.archive:
        yield made


@pytest.mark.parametrize("seed", range(6))
def test_a_rebuild_of_an_unchanged_archive_changes_nothing(desk: Desk, seed: int) -> None:
    busy_day(desk, seed)
    before = desk.state()
    assert {status for (status,) in desk.rows("SELECT DISTINCT status FROM duplicates")} >= {"active", "undone"}
    result = desk.rebuild()
    assert desk.state() == before
    assert (result.change.stories, result.fingerprints) == ((), 0)
    assert result.change.unchanged == len(desk.partition())
    assert desk.is_sound()
