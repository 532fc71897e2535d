"""How a file is opened: what every connection is set to, read-only folders, files that somebody else is writing."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from storage import Archive, connect, upkeep
from storage.errors import BadAddress, BadStatement
from tests.storage import sample


@pytest.fixture
def path(newsroom_copy) -> Path:
    return Path(newsroom_copy.removeprefix("sqlite:///"))


@pytest.fixture
def read_only_folder(monkeypatch):
    """What the system answers of a folder that must not be written to; root may write everywhere."""
    monkeypatch.setattr(connect.os, "access", lambda *_: False)


OPENINGS = {
    "reading": lambda path: connect.reader(path),
    "bare reading": lambda path: connect.bare_reader(path),
    "bare writing": lambda path: connect.bare_writer(path, 1),
}


@pytest.mark.parametrize("way", OPENINGS)
def test_no_connection_trusts_the_files_own_schema(path, way):
    with closing(OPENINGS[way](path)) as connection:
        assert connection.execute("PRAGMA trusted_schema").fetchone() == (0,)
        assert connection.execute("PRAGMA foreign_keys").fetchone() == (1,)


@pytest.mark.parametrize("megabytes", [connect.WRITER_MB, connect.IMPORT_MB])
def test_a_writer_keeps_as_many_pages_as_it_was_given(newsroom_copy, megabytes):
    with Archive.open(newsroom_copy, write=True, megabytes=megabytes) as archive, archive.transaction() as t:
        assert t.value("PRAGMA cache_size") == -1024 * megabytes
        assert t.value("PRAGMA wal_autocheckpoint") == 250 * megabytes
        assert t.value("PRAGMA synchronous") == 1


@pytest.mark.parametrize("way", ["reading", "transaction"])
def test_nor_does_the_archive(newsroom_copy, way):
    with Archive.open(newsroom_copy, write=True) as archive, getattr(archive, way)() as c:
        assert c.value("PRAGMA trusted_schema") == 0
        assert c.value("PRAGMA foreign_keys") == 1
        assert c.value("PRAGMA busy_timeout") == 10_000


def test_a_view_of_a_stranger_cannot_call_what_acts(path):
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("DROP VIEW polls")
        connection.execute("CREATE VIEW polls AS SELECT load_extension('evil') AS feed_id")
    with (
        Archive.open(f"sqlite:///{path}") as archive,
        pytest.raises(BadStatement, match="unsafe use of load_extension"),
    ):
        list(archive.sql("SELECT * FROM polls"))


def test_in_a_read_only_folder_not_even_side_files_are_made(path, read_only_folder):
    with Archive.open(f"sqlite:///{path}") as archive:
        assert len(list(archive.articles())) == 13
        assert len(list(archive.search("steel"))) == 4
        assert [file.name for file in path.parent.iterdir()] == [path.name]
        upkeep.back_up(path, path.with_name("copy.db"))
    assert {file.name for file in path.parent.iterdir()} == {path.name, "copy.db"}


def test_in_a_read_only_folder_what_still_stands_in_the_log_is_read(newsroom_copy, path, read_only_folder):
    """`immutable` would not see it."""
    with Archive.open(newsroom_copy, write=True) as writer:
        with writer.transaction() as t:
            sample.edit(t, 4, sample.draft("dawn", "Budget passed", "It passed."), sample.START)
        with Archive.open(newsroom_copy) as reader:
            assert reader.article(4).title == "Budget passed"


def test_a_killed_writers_log_is_read(newsroom_copy, path, tmp_path):
    killed = tmp_path / "killed.db"
    with Archive.open(newsroom_copy, write=True) as writer:
        with writer.transaction() as t:
            sample.edit(t, 4, sample.draft("dawn", "Budget passed", "It passed."), sample.START)
        for end in ("", "-wal"):
            shutil.copy(f"{path}{end}", f"{killed}{end}")
    before = killed.read_bytes()
    with Archive.open(f"sqlite:///{killed}") as archive:
        assert archive.article(4).title == "Budget passed"
    assert killed.read_bytes() == before


ADDRESSES = [
    ("sqlite:///data/archive.db", "data/archive.db"),
    ("sqlite:////var/lib/ingest/archive.db", "/var/lib/ingest/archive.db"),
    ("sqlite:///my archives/50%.db", "my archives/50%.db"),
    ("sqlite+pysqlite:///a.db", "a.db"),
    ("sqlite:///a.db?timeout=5", "a.db"),
    *(
        (url, None)
        for url in ("sqlite://", "sqlite:///", "sqlite:///:memory:", "sqlite://host/a.db", "postgresql://x/y")
    ),
    *((url, None) for url in ("nonsense", "", "data/archive.db", "://x", "sqlite:a.db")),
]


@pytest.mark.parametrize(("url", "path"), ADDRESSES)
def test_addresses(url, path):
    if path is None:
        with pytest.raises(BadAddress, match=r"sqlite:///data/archive\.db"):
            connect.archive_path(url)
    else:
        assert connect.archive_path(url) == Path(path)
