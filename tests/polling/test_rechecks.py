"""When articles are looked at again, what is no edit, and texts that flip."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.config import PollingSettings
from ingest.polling import flips, is_boring, next_recheck

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
AFTER = PollingSettings().recheck
ARTICLE = "The mill closed on 3 May.\nAt least 12 people had worked there for 40 years.\n"
CASES = tomllib.loads(Path(__file__).with_name("boring.toml").read_text("utf-8"))

# hours before now: published, first seen, last look; the next look, hours from now (None: never)
RECHECKS = [
    (0, 0, None, 1),
    (None, 0, None, 1),
    (0.5, 0, None, 0.5),
    (1, 0, None, 5),
    (2, 0, None, 4),
    (2, 2, None, -1),
    (2, 2, 0.5, 4),
    (7, 7, 5.9, -1),
    (30, 30, 29, -24),
    (30, 30, 1, 42),
    (73, 73, 0.5, None),
    (73, 73, 24, -1),
    (143, 143, 100, -71),
    (145, 145, 100, None),
    (24 * 400, 0, None, None),
    (-5, 0, None, 1),
]


@pytest.mark.parametrize(("published", "seen", "checked", "expected"), RECHECKS)
def test_next_recheck(published: float | None, seen: float, checked: float | None, expected: float | None) -> None:
    def ago(hours: float | None) -> datetime | None:
        return None if hours is None else NOW - hours * HOUR

    found = next_recheck(ago(published), NOW - seen * HOUR, ago(checked), AFTER, NOW)
    assert found == (None if expected is None else NOW + expected * HOUR)


def test_rechecks_can_be_left_off() -> None:
    assert next_recheck(NOW, NOW, None, (), NOW) is None


@given(st.timedeltas(timedelta(0), 24 * 10 * HOUR), st.timedeltas(timedelta(0), 24 * 10 * HOUR))
def test_an_article_is_looked_at_at_most_four_times(lag: timedelta, late: timedelta) -> None:
    """Whatever the delay of every look, the looks come to an end and each is later than the one before."""
    first_seen = NOW + lag
    now, checked, looks = first_seen, None, 0
    while (due := next_recheck(NOW, first_seen, checked, AFTER, now)) is not None:
        assert due > (checked or first_seen)
        checked = now = max(due, now) + late / 100
        looks += 1
    assert looks <= 4


@pytest.mark.parametrize("line", CASES["boring"])
def test_boring(line: str) -> None:
    assert is_boring(ARTICLE, ARTICLE + line)
    assert is_boring(line + "\n" + "It closed.", "It closed.") or "\n" in line
    assert is_boring(ARTICLE + line, ARTICLE)


@pytest.mark.parametrize("line", CASES["edits"])
def test_edits(line: str) -> None:
    assert not is_boring(ARTICLE, ARTICLE + line)


@pytest.mark.parametrize(("old", "new", "boring"), CASES["pairs"])
def test_pairs(old: str, new: str, boring: bool) -> None:
    assert is_boring(old, new) is boring


@given(st.text(), st.text())
def test_boring_is_symmetric_and_never_raises(old: str, new: str) -> None:
    assert is_boring(old, old)
    assert is_boring(old, new) == is_boring(new, old)


@given(
    st.lists(st.sampled_from(["", "It closed.", "Read: x", "Related", "A title", "12 shares", "(3 min)"]), max_size=8)
)
def test_white_space_around_lines_is_boring(lines: list[str]) -> None:
    assert is_boring("\n".join(lines), "\n\n".join(f"  {line} " for line in lines))


FLIPS = [("", False), ("A", False), ("AB", False), ("ABA", False), ("ABAB", True), ("XABAB", True), ("AAAA", False)]
FLIPS += [("ABAC", False), ("ABCB", False), ("BABAB", True), ("ABABC", False), ("ABBA", False)]


@pytest.mark.parametrize(("history", "flipping"), FLIPS)
def test_flips(history: str, flipping: bool) -> None:
    assert flips(history) is flipping
