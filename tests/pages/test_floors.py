"""The gate of `benchmarks/quality_pages.py`: it fails below a floor, and on other data than the floors were set on."""

from __future__ import annotations

import json

import pytest

from benchmarks.quality_pages import FLOORS, failures

PINNED = json.loads(FLOORS.read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", ["short", "full"])
def test_each_figure_counts(name: str) -> None:
    digest, floors = PINNED[name]["digest"], PINNED[name]["floors"]
    at_the_floors = {figure: bound for figure, (_, bound) in floors.items()}
    assert list(failures(name, digest, at_the_floors)) == []
    for figure, (sign, bound) in floors.items():
        worse = at_the_floors | {figure: bound - 0.001 if sign == ">=" else bound + 1}
        assert [line.split()[1] for line in failures(name, digest, worse)] == [figure]
    assert "the floors are for data" in next(iter(failures(name, "other", at_the_floors)))
