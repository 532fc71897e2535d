"""A transaction is kept whole or not at all, whatever ends it; the next one is as good, and the last one over."""

from __future__ import annotations

import sqlite3
import sys
from contextlib import closing, suppress
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ingest.cli.frame import application
from storage import Archive
from storage.errors import ArchiveUnavailable

PUT = "INSERT INTO outlet (name, title) VALUES (?, '')"


@pytest.fixture
def archive(tmp_path):
    with Archive.open(f"sqlite:///{tmp_path}/a.db", write=True) as opened:
        yield opened


def write(t, *names: str) -> None:
    t.run_many(PUT, [(name,) for name in names])


def write_and_fail(t) -> None:
    write(t, "one", "two")
    raise RuntimeError


def attempt(archive, work, denied: tuple[str, ...] = ()) -> None:
    """`denied`: what SQLite refuses to do, of COMMIT and ROLLBACK."""
    with archive.transaction() as t:
        t.driver.set_authorizer(lambda _, name, *more: sqlite3.SQLITE_DENY if name in denied else sqlite3.SQLITE_OK)
        work(t)


def count(archive) -> int:
    with archive.reading() as c:
        return c.value("SELECT count(*) FROM outlet")


def is_as_good_as_new(archive) -> bool:
    """Whether nothing was kept so far, and the next transaction is."""
    before = count(archive)
    with archive.transaction() as t:
        write(t, "one", "two")
    return (before, count(archive)) == (0, 2)


def test_all_of_it_is_kept(archive):
    assert is_as_good_as_new(archive)


def test_or_none_of_it_and_the_next_one_is_as_good(archive):
    with pytest.raises(RuntimeError):
        attempt(archive, write_and_fail)
    assert is_as_good_as_new(archive)


def test_a_mistake_in_it_is_the_drivers_error(archive):
    with pytest.raises(sqlite3.IntegrityError), archive.transaction() as t:
        write(t, "one", "one")
    assert is_as_good_as_new(archive)


def test_a_look_sees_one_state(archive):
    with archive.reading() as c:
        assert c.value("SELECT count(*) FROM outlet") == 0
        with archive.transaction() as t:
            write(t, "one", "two")
        assert c.value("SELECT count(*) FROM outlet") == 0
    assert count(archive) == 2


def interrupt(_frame, event: str, called) -> None:
    """For `sys.setprofile`: where the interpreter comes back from SQLite, which has begun the transaction."""
    if event == "c_return" and called.__name__ == "execute":
        sys.setprofile(None)
        raise KeyboardInterrupt


def test_an_interrupt_right_after_its_beginning_ends_it(archive):
    sys.setprofile(interrupt)
    with pytest.raises(KeyboardInterrupt):
        attempt(archive, lambda _: pytest.fail("it was not interrupted"))
    assert is_as_good_as_new(archive)


def test_taking_back_that_fails_hides_nothing_and_its_connection_serves_no_more(archive):
    with pytest.raises(RuntimeError):
        attempt(archive, write_and_fail, denied=("ROLLBACK",))
    assert is_as_good_as_new(archive)


def test_nor_does_it_hide_why_keeping_failed(archive):
    with pytest.raises(ArchiveUnavailable) as raised:
        attempt(archive, write, denied=("COMMIT", "ROLLBACK"))
    assert raised.value.__cause__.__context__ is None
    assert is_as_good_as_new(archive)


@pytest.mark.parametrize("end", [None, RuntimeError])
def test_after_its_end_it_does_nothing(archive, end):
    with suppress(RuntimeError), archive.transaction() as t:
        if end is not None:
            raise end
    for way in (t.run, t.rows, t.value):
        with pytest.raises(AttributeError):
            way("INSERT INTO outlet (name, title) VALUES ('late', '') RETURNING id")
    with pytest.raises(AttributeError):
        write(t, "late")
    assert is_as_good_as_new(archive)


def test_a_damaged_page_met_while_rows_are_read_is_one_plain_line(newsroom_copy):
    """The fingerprints' second leaf: a rebuild has read the first rows when it comes to it."""
    path = Path(newsroom_copy.removeprefix("sqlite:///"))
    with closing(sqlite3.connect(path)) as connection:
        leaves = "SELECT pageno FROM dbstat WHERE name = 'fingerprint' AND pagetype = 'leaf' ORDER BY path"
        _, (second,), *_ = connection.execute(leaves).fetchall()
        (size,) = connection.execute("PRAGMA page_size").fetchone()
    with path.open("r+b") as file:
        file.seek((second - 1) * size)
        file.write(b"\xff" * size)
    command = ["duplicates", "rebuild", "--database", newsroom_copy]
    result = CliRunner().invoke(application(), command, prog_name="ingest", catch_exceptions=False)
    assert (result.exit_code, result.stderr) == (1, f"ingest: {path}: database disk image is malformed\n")
