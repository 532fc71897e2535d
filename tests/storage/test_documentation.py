"""`docs/archive.md` says what is so: every view and column, and queries that run."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from storage import query

TEXT = (Path(__file__).parents[2] / "docs" / "archive.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^### `(\w+)`\n(.*?)(?=^##)", TEXT, re.DOTALL | re.MULTILINE))
QUERIES = re.findall(r"^\*\*(\d+\. .+?)\*\*\n\n```sql\n(.*?)```", TEXT, re.DOTALL | re.MULTILINE)


def documented(view: str) -> list[str]:
    first_cells = re.findall(r"^\| (`.+?`) \|", SECTIONS[view], re.MULTILINE)
    return [name for cell in first_cells for name in re.findall(r"`(\w+)`", cell)]


def test_every_view_is_documented():
    assert set(SECTIONS) == {*query.VIEWS.values(), "unique_articles"}


@pytest.mark.parametrize("view", query.VIEWS.values())
def test_every_column_is_documented(newsroom, view):
    assert documented(view) == list(newsroom.sql(f"SELECT * FROM {view}").columns)


def test_there_are_queries():
    assert len(QUERIES) >= 15


@pytest.mark.parametrize(("title", "statement"), QUERIES, ids=[title for title, _ in QUERIES])
def test_queries_find_something(newsroom, title, statement):
    rows = newsroom.sql(statement)
    assert list(rows), title
    assert rows.columns
