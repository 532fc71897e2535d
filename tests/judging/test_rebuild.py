"""A rebuild ends where the stream ended, keeps a person's word, and can be killed at any moment."""

from __future__ import annotations

import signal
import subprocess
import sys
from dataclasses import replace
from datetime import datetime
from importlib import import_module
from pathlib import Path

import pytest

from ingest.duplicates import comparison
from ingest.duplicates.fingerprint import SCHEME
from ingest.rebuild import Progress
from storage import Archive, pruning, rehearsal, upkeep
from storage.errors import ArchiveUnavailable
from tests.judging.desk import Desk, busy_day, draft
from tests.pipeline.papers import invent


@pytest.mark.parametrize("seed", range(4))
def test_a_rebuild_of_an_unchanged_archive_changes_nothing(desk: Desk, seed: int) -> None:
    busy_day(desk, seed)
    before = desk.state()
    assert len(desk.rows("SELECT DISTINCT status FROM duplicates")) > 1
    assert len(desk.rows("SELECT DISTINCT kind FROM event")) > 2
    result = desk.rebuild()
    assert desk.state() == before
    assert (result.change.stories, result.fingerprints) == ((), 0)
    assert result.change.unchanged == len(desk.partition())
    assert desk.is_sound()


BODY = "\n".join(invent("wire", 8))
CUT = "\n".join(invent("wire", 8)[:6])
A, B, C, D = (f"https://x.example/{name}" for name in "abcd")


def stricter(monkeypatch: pytest.MonkeyPatch) -> None:
    """A scheme by which nothing but the same text is a copy."""
    monkeypatch.setattr(comparison, "threshold_for", lambda evidence: 1.1)


def next_scheme(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("ingest.duplicates.fingerprint", "ingest.duplicates.matching", "ingest.rebuild"):
        monkeypatch.setattr(import_module(module), "SCHEME", SCHEME + 1)
    monkeypatch.setattr("ingest.duplicates.shingles.SKETCH_SIZE", 4)
    monkeypatch.setattr("ingest.duplicates.shingles.LEAD_SIZE", 4)


def test_what_a_person_took_back_stays_so(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    first, copy = desk.add(BODY, url=A), desk.add(CUT, url=B, outlet="noon")
    third = desk.add(BODY, url=C, outlet="dusk")
    assert desk.together(first, copy, third)
    assert desk.undo(copy)
    apart = [{first, third}, {copy}]
    desk.keep(draft(BODY, url=B, outlet="noon", title="Now with the full text"))  # the next poll brings a revision
    assert desk.partition() == apart
    assert not desk.rebuild().change.stories
    next_scheme(monkeypatch)
    assert desk.rebuild().fingerprints == 3
    assert desk.partition() == apart
    desk.keep(draft(CUT, url=B, outlet="noon"))
    assert desk.partition() == apart
    assert desk.is_sound()


def test_taking_back_the_representative_is_remembered_of_all_who_stay(desk: Desk) -> None:
    first, copy, third = (desk.add(BODY, url=url) for url in (A, B, C))
    desk.undo(first)
    desk.undo(copy)  # who knew the first one; the third is compared with it alone
    desk.keep(draft(BODY, url=A, title="Revised"))
    desk.rebuild()
    assert desk.partition() == [{first}, {copy}, {third}]


def test_what_a_person_confirmed_outlasts_a_stricter_scheme(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    first, copy, cut = desk.add(BODY, url=A), desk.add(CUT, url=B), desk.add(CUT + "\nMore.", url=C)
    assert desk.together(first, copy, cut)
    desk.confirm(copy, first)
    stricter(monkeypatch)
    result = desk.rebuild()
    assert desk.partition() == [{first, copy}, {cut}]
    assert set(desk.rows("SELECT article_id, status FROM duplicates")) == {(copy, "confirmed"), (cut, "undone")}
    assert list(result.change.split.values()) == [((first, copy), (cut,))]
    assert desk.is_sound()
    monkeypatch.undo()
    desk.rebuild()
    assert desk.partition() == [{first, copy, cut}]
    assert set(desk.rows("SELECT article_id, status FROM duplicates")) == {(copy, "confirmed"), (cut, "active")}


def test_the_last_word_of_a_person_counts(desk: Desk) -> None:
    first, copy = desk.add(BODY, url=A), desk.add(CUT, url=B)
    desk.undo(copy)
    desk.confirm(copy, first)
    assert desk.together(first, copy)
    assert not desk.rebuild().change.stories
    desk.undo(copy)
    assert not desk.rebuild().change.stories
    assert desk.partition() == [{first}, {copy}]


def test_stories_keep_their_numbers_where_most_of_their_articles_are(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as old_scheme:
        stricter(old_scheme)
        cut, *copies = desk.add(CUT, url=A), desk.add(BODY, url=B), desk.add(BODY, url=C), desk.add(BODY, url=D)
    ((number,),) = desk.rows(f"SELECT story_id FROM articles WHERE id = {copies[0]}")
    result = desk.rebuild()
    assert set(desk.rows("SELECT id, story_id FROM articles")) == {(a, number) for a in (cut, *copies)}
    (merged,) = result.change.merged
    assert merged.was == {cut: (cut,), number: tuple(copies)}
    assert desk.rows("SELECT id, representative_id, article_count FROM stories") == [(number, cut, 4)]
    assert desk.is_sound()


def test_nobody_sees_half_of_it_and_nobody_is_held_up(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingest.rebuild.BATCH", 5)
    busy_day(desk, 1, 30)
    before, seen = desk.partition(), []

    def look(_: Progress) -> None:
        seen.append(desk.partition())

    with monkeypatch.context() as new_scheme:
        stricter(new_scheme)
        desk.rebuild(progress=look)
    assert len(seen) > 3
    assert all(partition == before for partition in seen)
    assert desk.partition() != before
    assert desk.is_sound()


def test_what_arrives_meanwhile_is_judged_as_well(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingest.rebuild.BATCH", 5)
    busy_day(desk, 2, 30)
    late: list[int] = []

    def arrive(_: Progress) -> None:
        late.append(desk.add(BODY, url=f"{D}/{len(late)}"))

    with monkeypatch.context() as endless:
        endless.setattr("ingest.rebuild.ATTEMPTS", 3)
        desk.rebuild(progress=lambda state: arrive(state) if len(late) < 9 else None)
    assert len(late) > 3
    assert desk.together(*late)
    before = desk.state()
    desk.rebuild()
    assert desk.state() == before


def test_the_archive_that_never_rests_is_held_up_at_last(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    busy_day(desk, 2, 10)
    look = rehearsal.state
    changes = iter(range(100))
    monkeypatch.setattr(rehearsal, "state", lambda c: replace(look(c), articles=next(changes)))
    desk.rebuild()
    assert next(changes) > 5
    assert desk.is_sound()


def test_an_article_without_fingerprint_gets_one(desk: Desk) -> None:
    first, copy = desk.add(BODY, url=A), desk.add(BODY, url=B)
    before = desk.state()
    with desk.archive.transaction() as t:
        t.run(f"DELETE FROM fingerprint WHERE article_id = {copy}")
        t.run(f"DELETE FROM posting WHERE article_id = {copy}")
        t.run(f"UPDATE fingerprint SET tokens = x'00' WHERE article_id = {first}")
    assert not desk.is_sound()
    assert desk.rebuild().fingerprints == 2
    del before["counters"]
    assert desk.state().items() >= before.items()
    assert desk.is_sound()


def test_two_schemes_live_side_by_side_until_a_rebuild(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    first = desk.add(BODY, url=A)
    next_scheme(monkeypatch)
    copy = desk.add(BODY, url=B)
    assert not desk.together(first, copy)
    result = desk.rebuild()
    assert result.fingerprints == 1
    assert desk.together(first, copy)
    assert desk.rows("SELECT DISTINCT scheme FROM fingerprint") == [(SCHEME + 1,)]
    keys = desk.rows("SELECT article_id, count(*) FROM posting GROUP BY 1")
    assert [(number, count <= 4 + 4 + 1) for number, count in keys] == [(first, True), (copy, True)]
    before = desk.state()
    assert not desk.rebuild().fingerprints
    assert desk.state() == before


def test_what_was_pruned_is_forgotten(desk: Desk) -> None:
    busy_day(desk, 4, 40)
    with desk.archive.reading() as c:
        before = c.value("SELECT sort_at FROM article ORDER BY id LIMIT 1 OFFSET 10")
    pruning.prune(
        desk.archive,
        datetime.fromisoformat(before),
        desk.now,
        keep_representatives=False,
        forget_fingerprint=lambda t, number: t.run(f"DELETE FROM fingerprint WHERE article_id = {number}"),
    )
    desk.rebuild()
    before = desk.state()
    desk.rebuild()
    assert desk.state() == before


def test_one_at_a_time(desk: Desk) -> None:
    desk.add(BODY, url=A)

    def second(_: Progress) -> None:
        with pytest.raises(ArchiveUnavailable, match="being rebuilt already, by `ingest duplicates rebuild`, process"):
            desk.rebuild()

    desk.rebuild(progress=second)


# --- killed -----------------------------------------------------------------------------------------------------------

ROOT = Path(__file__).parents[2]
PROGRAM = """
import os, signal, sys
from datetime import UTC, datetime
from ingest import rebuild
from ingest.duplicates import comparison
from storage import Archive

rebuild.BATCH = 5
comparison.threshold_for = lambda evidence: 1.1
steps = int(sys.argv[2])

def progress(_):
    global steps
    steps -= 1
    if not steps:
        os.kill(os.getpid(), signal.SIGKILL)

with Archive.open(sys.argv[1], write=True) as archive:
    result = rebuild.rebuild(archive, datetime(2026, 11, 25, tzinfo=UTC), progress=progress)
    print(result.resumed)
"""


def test_killed_and_resumed_equals_undisturbed(desk: Desk, tmp_path: Path) -> None:
    busy_day(desk, 5, 40)
    before = desk.partition()
    (tmp_path / "calm").mkdir()
    upkeep.back_up(tmp_path / "archive.db", tmp_path / "calm" / "archive.db")

    def run(url: str, steps: int) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", PROGRAM, url, str(steps)]
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120, cwd=ROOT)

    assert run(f"sqlite:///{tmp_path}/calm/archive.db", -1).stdout == "False\n"
    assert [run(desk.url, steps).returncode for steps in (3, 2)] == [-signal.SIGKILL] * 2
    assert (tmp_path / "archive.db.rebuild").exists()
    assert desk.partition() == before
    assert run(desk.url, -1).stdout == "True\n"
    assert not list(tmp_path.glob("archive.db.rebuild*"))
    with Archive.open(desk.url) as archive, Archive.open(f"sqlite:///{tmp_path}/calm/archive.db") as calm:
        for query in ("SELECT id, story_id, duplicate_of FROM articles", "SELECT * FROM duplicates"):
            assert list(archive.sql(query)) == list(calm.sql(query))
    assert desk.partition() != before


def test_what_another_scheme_began_is_begun_anew(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingest.rebuild.BATCH", 5)
    busy_day(desk, 2, 20)

    class CutOff(Exception):
        pass

    def cut_off(_: Progress) -> None:
        raise CutOff

    for newer, resumed in ((False, True), (True, False)):
        with pytest.raises(CutOff):
            desk.rebuild(progress=cut_off)
        if newer:
            monkeypatch.setattr("ingest.rebuild.scheme", lambda: "another one")
        assert desk.rebuild().resumed is resumed
