"""docs/fetching.md tells of every case what the tests demand of it, and of every kind of failure what happens next."""

from __future__ import annotations

from pathlib import Path

from storage.model import FailureKind
from tests.hostile.cases import CASES

PAGE = (Path(__file__).parents[2] / "docs" / "fetching.md").read_text("utf-8")


def rows() -> dict[str, list[str]]:
    """First cell of every table row -> the others."""
    lines = [line for line in PAGE.splitlines() if line.startswith("| ")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return {first: others for first, *others in cells}


def test_every_case_stands_in_the_table_with_its_outcome() -> None:
    table = rows()
    told = {case.what: table.get(case.what, [""] * 4)[3] for case in CASES}
    assert told == {case.what: str(case.outcome) for case in CASES}


def test_every_kind_of_failure_is_explained() -> None:
    assert {f"`{kind}`" for kind in FailureKind} <= set(rows())
