"""docs/web.md names what there is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

pytest.importorskip("datasette", reason="the extra `web` is not installed")

from ingest.web.data import queries

DOCS = Path(__file__).parents[2] / "docs"
TEXT = (DOCS / "web.md").read_text(encoding="utf-8")


def test_every_ready_question_is_named() -> None:
    assert set(re.findall(r"`/archive/([a-z-]+)`", TEXT)) == set(queries())


def test_every_picture_is_shown_and_small() -> None:
    pictures = {path.name: path.stat().st_size for path in (DOCS / "screenshots").iterdir()}
    assert set(re.findall(r"screenshots/([\w-]+\.png)", TEXT)) == set(pictures)
    assert [name for name, size in pictures.items() if size > 200_000] == []
