"""What `explain`, `undo`, `confirm` and `rebuild` say, and how they end."""

from __future__ import annotations

import json
import re
import sqlite3
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len

from ingest.duplicates.evidence import Evidence
from ingest.duplicates.explain import MEANINGS, paired_passages
from tests.duplicates.texts import BRIDGE, CHINESE, HARBOUR, QUAKE, URDU
from tests.judging.conftest import Run
from tests.judging.desk import Desk
from tests.pipeline.papers import invent

DAM = (
    "Water levels behind the Tarbat dam rose past the mark set for June after eleven days of rain in the upper valley. "
    "Irrigation officials opened two of nine spillways at dawn. Villages downstream were warned by loudspeaker. "
    "Cotton growers had begged for water since April, when canals ran dry for the third year in a row."
)
ROOT = Path(__file__).parents[2]
MORE = "\n".join(invent("more news", 3))
ROUND_UP = "\n".join(". ".join(whole.split(". ")[:3]) + "." for whole in (BRIDGE, HARBOUR, DAM))
EDITED = BRIDGE.replace("on Monday", "on Tuesday").replace("Lorries are", "From tonight heavy traffic is")
QUAKES = [
    QUAKE.format("6.1", "40", "Sarn", "04", "12", "35", "Twelve"),
    QUAKE.format("5.3", "112", "Zarnab", "17", "58", "210", "Three"),
]


def fill(desk: Desk, *texts: str, **more: Any) -> list[int]:
    added = []
    for body in texts:
        url = f"https://x.example/{len(added)}{abs(hash(body))}"
        added.append(desk.add(body, url=url, title=body.split(".")[0][:60], **more))
    return added


PAIRS = {  # name: texts before, the pair, what is said
    "merged": (
        [],
        [BRIDGE, EDITED],
        ["The same text, edited", "Article 2 repeats article 1 (judged so", "in one story"],
    ),
    "exact": ([], [BRIDGE, BRIDGE], ["The same text, word for word.", "Article 2 has the text of article 1"]),
    "unmerged": ([], [BRIDGE, HARBOUR], ["next to nothing in common", "in different stories"]),
    "template": ([], QUAKES, ["Two texts of one form", "most numbers differ", "in different stories"]),
    "contained": (
        [HARBOUR, DAM],
        [BRIDGE, ROUND_UP],
        ["Article 3 stands, with other texts, inside article 4", "in different stories"],
    ),
    "languages": ([], [CHINESE, URDU], ["nothing in common"]),
    "short": ([], ["Nothing happened today.", "Nothing happened."], ["one has fewer than 12 words"]),
}


@pytest.mark.parametrize(("before", "pair", "said"), PAIRS.values(), ids=PAIRS)
def test_every_pair_is_explained(
    desk: Desk, duplicates: Run, before: list[str], pair: list[str], said: list[str]
) -> None:
    fill(desk, *before)
    one, other = fill(desk, *pair)
    for a, b in ((one, other), (other, one)):
        result = duplicates("explain", a, b)
        assert result.exit_code == 0
        text = " ".join(result.stdout.split())
        assert [words for words in said if words not in text] == []
        assert "\x1b" not in result.stdout
        assert all(cell_len(line) <= 80 for line in result.stdout.splitlines())
        document = json.loads(duplicates("explain", a, b, "--json").stdout)
        assert [article["id"] for article in document["articles"]] == [a, b]
        assert document["verdict"] in text
        assert document["same_story"] is ("in one story" in text)


def test_the_figures_are_all_there_with_their_meaning(desk: Desk, duplicates: Run) -> None:
    assert set(MEANINGS) == {field.name for field in fields(Evidence)}
    one, other = fill(desk, BRIDGE, EDITED)
    document = json.loads(duplicates("explain", one, other, "--json").stdout)
    assert {figure["name"]: figure["meaning"] for figure in document["figures"]} == MEANINGS
    printed = duplicates("explain", one, other).stdout
    assert all(name.replace("_", " ") in printed for name in MEANINGS)


def test_passages_stand_side_by_side(desk: Desk, duplicates: Run) -> None:
    one, other = fill(desk, BRIDGE, EDITED)
    document = json.loads(duplicates("explain", one, other, "--json").stdout)
    assert document["passages"][0]["a"] == {"start": 0, "end": 35, "text": "The council of Springfield voted on"}
    assert all(len(p["b"]["text"]) == p["b"]["end"] - p["b"]["start"] for p in document["passages"])
    lines = [" ".join(line.split()) for line in duplicates("explain", one, other).stdout.splitlines()]
    assert "The council of Springfield voted on The council of Springfield voted on" in lines


def test_a_long_passage_is_cut_unless_all_is_wanted(desk: Desk, duplicates: Run) -> None:
    one, other = fill(desk, BRIDGE, BRIDGE)
    cut, whole = (duplicates("explain", one, other, *option).stdout for option in ((), ("--whole",)))
    assert "[…]" in cut
    assert "[…]" not in whole
    assert "Shopkeepers on the left bank" not in " ".join(cut.split())
    assert "Shopkeepers on the left bank" in " ".join(whole.split())


PASSAGES = {  # two texts, and what stands in both
    ("one two three four", "five six"): [],
    ("one two three four five", "zero One, two three; four"): [("one two three four", "One, two three; four")],
    ("a b c x y d e f", "d e f and a b c"): [("a b c", "a b c"), ("d e f", "d e f")],
    ("a b c a b c", "a b c"): [("a b c", "a b c"), ("a b c", "a b c")],
    (CHINESE[:40], "新闻：" + CHINESE[:20]): [(CHINESE[:20], CHINESE[:20])],
    ("市议会周一投票决定关闭", "新市议会周又票决定关"): [("市议会周", "市议会周"), ("票决定关", "票决定关")],
    ("", "a b c"): [],
}


@pytest.mark.parametrize(("texts", "common"), PASSAGES.items())
def test_passages_are_found_where_they_stand(texts: tuple[str, str], common: list[tuple[str, str]]) -> None:
    a, b = texts
    found = paired_passages(a, b)
    assert [(a[p.a.start : p.a.end], b[p.b.start : p.b.end]) for p in found] == common


def test_other_languages_and_one_article(desk: Desk, duplicates: Run) -> None:
    (one,) = fill(desk, CHINESE, language="zh")
    (other,) = fill(desk, URDU, language="ur")
    text = " ".join(duplicates("explain", one, other).stdout.split())
    assert "Their languages differ (zh, ur); translations are not recognized." in text
    same = duplicates("explain", one, one)
    assert (same.exit_code, "It is one article, 1, compared with itself." in same.stdout) == (0, True)


ERRORS = {  # command: exit code and what is said
    ("explain", 1, 99): (1, "ingest: the archive has no article 99\n"),
    ("explain", 99, 1): (1, "ingest: the archive has no article 99\n"),
    ("explain", 1): (2, "Missing argument"),
    ("undo", 99): (1, "ingest: the archive has no article 99\n"),
    ("undo", 1): (1, "ingest: article 1 is alone in its story: there is nothing to take back\n"),
    ("undo", 1, 2): (1, "ingest: articles 1 and 2 do not count as the same text\n"),
    ("undo", 1, 1): (2, "1 is one article; name two"),
    ("confirm", 1): (1, "ingest: article 1 repeats no other; name both articles to confirm a pair\n"),
    ("confirm", 1, 2): (1, "ingest: articles 1 and 2 were never judged to be the same text\n"),
    ("confirm", 1, 99): (1, "ingest: the archive has no article 99\n"),
}


@pytest.mark.parametrize(("arguments", "ending"), ERRORS.items())
def test_what_cannot_be_done_is_said_in_one_line(
    desk: Desk, duplicates: Run, arguments: tuple[object, ...], ending: tuple[int, str]
) -> None:
    fill(desk, BRIDGE, HARBOUR)
    result = duplicates(*arguments)
    assert (result.exit_code, result.stdout) == (ending[0], "")
    assert result.stderr == ending[1] if ending[0] == 1 else ending[1] in result.stderr
    assert desk.rows("SELECT count(*) FROM event") == [(0,)]


@pytest.mark.parametrize("command", [("undo", 1), ("confirm", 1, 2), ("rebuild",), ("explain", 1, 2)])
def test_none_of_them_makes_an_archive(duplicates: Run, desk: Desk, tmp_path, command: tuple[object, ...]) -> None:
    desk.url = f"sqlite:///{tmp_path}/none.db"
    result = duplicates(*command)
    assert (result.exit_code, "there is no archive" in result.stderr) == (1, True)
    assert not (tmp_path / "none.db").exists()


def test_undo_and_confirm_and_what_explain_says_then(desk: Desk, duplicates: Run) -> None:
    first, copy, third = fill(desk, BRIDGE, EDITED, BRIDGE + MORE[:80])
    assert json.loads(duplicates("undo", copy, first, "--json").stdout) == {
        "article_id": copy,
        "left_story_id": 1,
        "story_id": 4,
        "separated_from": [first, third],
    }
    assert desk.partition() == [{first, third}, {copy}]
    assert "a person took it back, for good." in " ".join(duplicates("explain", copy, first).stdout.split())
    assert "A person took them apart" in duplicates("explain", copy, third).stdout
    (edge,) = json.loads(duplicates("confirm", copy, first, "--json").stdout)["confirmed"]
    assert (edge["article_id"], edge["original_id"], edge["status"]) == (copy, first, "confirmed")
    assert desk.partition() == [{first, copy, third}]
    assert "a person confirmed it." in " ".join(duplicates("explain", copy, first).stdout.split())
    assert duplicates("confirm", copy).stdout == f"Article {copy} repeats article {first}: confirmed.\n"
    assert duplicates("undo", first).exit_code == 0
    assert desk.partition() == [{first}, {copy, third}]
    assert desk.is_sound()


def test_two_of_one_story_that_were_never_compared_can_be_confirmed(desk: Desk, duplicates: Run) -> None:
    numbers = fill(desk, BRIDGE, BRIDGE, BRIDGE)
    known = {(edge.article_id, edge.original_id) for edge in desk.archive.duplicates()}
    pair = next((b, a) for a in numbers for b in numbers if a < b and (b, a) not in known)
    assert duplicates("confirm", *pair).exit_code == 0
    (edge,) = (e for e in desk.archive.duplicates(pair[0]) if (e.article_id, e.original_id) == pair)
    assert (edge.kind, edge.score, edge.status) == ("exact", 1.0, "confirmed")
    desk.rebuild()
    assert (edge.kind, edge.status) == ("exact", "confirmed")


def test_two_of_different_versions_cannot_be_compared(desk: Desk, duplicates: Run) -> None:
    first, *copies = fill(desk, BRIDGE, BRIDGE, BRIDGE)
    with desk.archive.transaction() as t:
        t.run(f"DELETE FROM duplicate WHERE article_id = {copies[1]}")
        t.run(f"UPDATE fingerprint SET scheme = 1 WHERE article_id = {first}")
    result = duplicates("confirm", copies[1], first)
    assert result.exit_code == 1
    assert "an older one: `ingest duplicates rebuild`" in result.stderr


def test_a_text_taken_out_of_a_round_up_stays_out(desk: Desk, duplicates: Run) -> None:
    bridge, _, _, round_up = fill(desk, BRIDGE, HARBOUR, DAM, ROUND_UP)
    result = duplicates("undo", bridge, round_up)
    assert result.stdout == f"Articles {bridge} and {round_up} are apart, for good. No story has changed.\n"
    query = "SELECT article_id, status FROM duplicates WHERE kind = 'contained'"
    assert dict(desk.rows(query)) == {1: "undone", 2: "active", 3: "active"}
    desk.rebuild()
    assert dict(desk.rows(query)) == {1: "undone", 2: "active", 3: "active"}


def test_undo_is_all_or_nothing(desk: Desk) -> None:
    _, copy = fill(desk, BRIDGE, EDITED)
    before = desk.state()
    with desk.archive.transaction() as t:
        t.run("CREATE TRIGGER broken BEFORE UPDATE OF story_id ON article BEGIN SELECT RAISE(ABORT, 'broken'); END")
    with pytest.raises(sqlite3.Error):
        desk.undo(copy)
    assert desk.state() == before
    assert desk.rows("SELECT count(*) FROM event") == [(0,)]


def test_rebuild_says_what_changed(desk: Desk, duplicates: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(desk, BRIDGE, EDITED, HARBOUR)
    assert duplicates("rebuild").stdout.splitlines()[1:] == [
        "Stories      2 unchanged, 0 merged, 0 split",
        "Duplicates   0 made, 0 withdrawn",
        "Fingerprints 0 made anew",
    ]
    with monkeypatch.context() as stricter:
        stricter.setattr("ingest.duplicates.comparison.threshold_for", lambda evidence: 1.1)
        document = json.loads(duplicates("rebuild", "--json").stdout)
    assert document.pop("seconds") >= 0
    assert document == {
        "articles": 3,
        "stories": {"merged": 0, "split": 1, "unchanged": 1},
        "duplicates": {"made": 0, "withdrawn": 1},
        "fingerprints": 0,
        "resumed": False,
        "merged": [],
        "split": [{"story_id": 1, "into": [[1], [2]]}],
    }
    assert "  merged: stories 1, 4 are story 1" in duplicates("rebuild").stdout


HOSTILE = "\x1b]0;owned\x07\x1b[2J\x9b31m\u202e"


def test_control_sequences_do_not_reach_a_terminal(
    desk: Desk, duplicates: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = BRIDGE.replace(" ", f" {HOSTILE} ")
    for number in (1, 2):
        desk.add(body, url=f"https://x.example/{number}", title=f"{HOSTILE}Bridge{HOSTILE}")
    monkeypatch.setenv("FORCE_COLOR", "1")
    printed = duplicates("explain", 1, 2, "--whole").stdout
    without_colours = re.sub(r"\x1b\[[0-9;]*m", "", printed)
    assert without_colours != printed
    for text in (without_colours, duplicates("explain", 1, 2, "--json").stdout):
        assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text)
    assert "owned" not in printed


DOCUMENTS = {  # section of docs/commands.md: the command, and the keys of what it prints
    "explain": (("explain", 2, 1), []),
    "undo": (("undo", 2), []),
    "rebuild": (("rebuild",), ["stories", "duplicates"]),
}


@pytest.mark.parametrize(("command", "inner"), DOCUMENTS.values(), ids=DOCUMENTS)
def test_every_key_is_documented(desk: Desk, duplicates: Run, command: tuple[object, ...], inner: list[str]) -> None:
    fill(desk, BRIDGE, EDITED)
    printed = json.loads(duplicates(*command, "--json").stdout)
    keys = {*printed, *(key for name in inner for key in printed[name])}
    text = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8").split("## ingest duplicates")[1]
    section = next(part for part in text.split("\n### ") if part.startswith(str(command[0])))
    assert [key for key in keys if f'"{key}"' not in section] == []
