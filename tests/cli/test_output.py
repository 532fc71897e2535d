"""JSON that any program reads, text that does nothing to a terminal."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.cli import output

HOSTILE = [
    ("plain text, with\ttab\nand line", "plain text, with\ttab\nand line"),
    ("\x1b[31mred\x1b[0m", "red"),
    ("\x1b]0;new window title\x07after", "after"),
    ("\x1b]8;;http://evil.example/\x1b\\link\x1b]8;;\x1b\\", "link"),
    ("\x1bPdevice control\x1b\\after", "after"),
    ("\x9b2Jcleared", "cleared"),
    ("\x1b", ""),
    ("back\x08space\rreturn\x7f", "backspacereturn"),
    ("\u202eright to left override\u202c", "right to left override"),
    ("می‌خواهم 👩‍👩‍👧 हिन्दी", "می‌خواهم 👩‍👩‍👧 हिन्दी"),
]


@pytest.mark.parametrize(("text", "expected"), HOSTILE)
def test_clean(text, expected):
    assert output.clean(text) == expected


@given(st.text(alphabet=st.sampled_from("\x1b[]0;m\x07\x9b\x9cP\\ab\n\u202e")))
def test_clean_leaves_no_control_and_is_idempotent(text):
    cleaned = output.clean(text)
    assert not any(ch != "\n" and (ord(ch) < 32 or 127 <= ord(ch) < 160 or ch == "\u202e") for ch in cleaned)
    assert output.clean(cleaned) == cleaned


@dataclass(frozen=True, slots=True)
class Sample:
    at: datetime
    names: tuple[str, ...]


def test_a_score_below_one_is_never_shown_as_one():
    assert [output.score(value) for value in (1.0, 0.9999, 0.934, 0.5)] == ["1.00", "0.99", "0.93", "0.50"]


def test_json_of_values():
    at = datetime(2025, 5, 30, 17, 0, tzinfo=timezone(timedelta(hours=5)))
    assert json.loads(output.to_json([Sample(at, ("ا", "b"))])) == [{"at": "2025-05-30T12:00:00Z", "names": ["ا", "b"]}]


@given(st.text())
def test_json_survives_any_text_without_controls(text):
    encoded = output.to_json({"text": text})
    assert json.loads(encoded) == {"text": text}
    assert not any(ord(ch) < 32 or 127 <= ord(ch) < 160 for ch in encoded)


def test_table_in_a_pipe_has_80_columns_and_no_colour(capsys, monkeypatch):
    monkeypatch.delenv("COLUMNS", raising=False)
    rows = [(1, datetime(2025, 5, 30, tzinfo=UTC), "长标题" * 30), (20_000, None, "[bold]not markup[/bold] " * 9)]
    output.table(("id", "published", "title"), rows, right=("id",), wrap=("title",))
    shown = capsys.readouterr().out
    assert "\x1b" not in shown
    assert "20,000" in shown
    assert "[bold]not markup[/bold]" in shown
    assert all(len(line) <= 80 for line in shown.splitlines())
