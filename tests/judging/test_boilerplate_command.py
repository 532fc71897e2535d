"""`ingest feeds boilerplate` and `ingest show --without-boilerplate`."""

from __future__ import annotations

import json
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from ingest.cli.frame import application
from ingest.duplicates import fingerprint
from tests.judging.desk import Desk
from tests.judging.test_learning import FOOTER, KEY, A, add, exact, learn

ID = f"{KEY:016x}"


@pytest.fixture
def learnt(desk: Desk) -> Desk:
    learn(desk)
    return desk


def run(desk: Desk, *arguments: object) -> Result:
    command = [*map(str, arguments), "--database", desk.url]
    return CliRunner().invoke(application(), command, prog_name="ingest", catch_exceptions=False)


def document(desk: Desk, *options: str) -> dict[str, Any]:
    result = run(desk, "feeds", "boilerplate", "dawn", *options, "--json")
    assert result.exit_code == 0, result.stderr
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def test_what_was_learned_is_shown(learnt: Desk) -> None:
    row = {"id": ID, "line": FOOTER, "stories": 3, "articles_since": 0, "left_out": True, "word": None}
    assert document(learnt) == {"outlet": "dawn", "articles": 3, "lines": [row]}
    shown = run(learnt, "feeds", "boilerplate", "dawn").stdout
    assert ID[:8] in shown
    assert "left out" in shown
    assert "The Courier has no advertisements." in shown


def test_looking_changes_nothing(learnt: Desk) -> None:
    before = learnt.archive.path.read_bytes()
    document(learnt)
    assert learnt.archive.path.read_bytes() == before


@pytest.mark.parametrize("line", [ID, ID[:8], FOOTER, f" {FOOTER.upper()} "], ids=["id", "short id", "text", "case"])
def test_a_line_is_kept_and_that_is_taken_back(learnt: Desk, line: str) -> None:
    (kept,) = document(learnt, "--keep", line)["lines"]
    assert (kept["left_out"], kept["word"]) == (False, "text")
    assert exact(learnt, add(learnt, "kept", f"{A}\n{FOOTER}")) == fingerprint(f"{A}\n{FOOTER}").exact
    assert "kept, you said" in run(learnt, "feeds", "boilerplate", "dawn").stdout
    (back,) = document(learnt, "--undo", line)["lines"]
    assert (back["left_out"], back["word"]) == (True, None)


def test_a_line_that_was_never_seen_can_be_left_out(learnt: Desk) -> None:
    line = "Send tips to the night desk."
    found = document(learnt, "--leave-out", line)["lines"]
    assert [(row["line"], row["stories"], row["left_out"]) for row in found] == [(FOOTER, 3, True), (line, 0, True)]
    assert exact(learnt, add(learnt, "tips", f"{A}\n{line}")) == fingerprint(A).exact
    assert [row["line"] for row in document(learnt, "--undo", line)["lines"]] == [FOOTER]


def test_what_is_no_line_is_refused_and_nothing_is_kept(learnt: Desk) -> None:
    for wrong in ("ab", "one line\nand another one", "x" * 301):
        result = run(learnt, "feeds", "boilerplate", "dawn", "--keep", FOOTER, "--leave-out", wrong)
        assert result.exit_code == 2
    assert [row["word"] for row in document(learnt)["lines"]] == [None]


def test_an_outlet_that_is_not_there(learnt: Desk) -> None:
    result = run(learnt, "feeds", "boilerplate", "dwan")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "did you mean 'dawn'?" in result.stderr


def test_an_outlet_that_repeats_nothing(learnt: Desk) -> None:
    result = run(learnt, "feeds", "boilerplate", "dusk")
    assert (result.exit_code, result.stdout) == (0, "")
    assert "No line stands in two stories" in result.stderr


def test_show_hides_what_the_outlet_repeats(learnt: Desk) -> None:
    article = add(learnt, "a", f"{A}\n{FOOTER}")
    whole, short = (
        json.loads(run(learnt, "show", article, *o, "--json").stdout)["text"] for o in ([], ["--without-boilerplate"])
    )
    assert (whole, short) == (f"{A}\n{FOOTER}", A)
