"""Archives of older versions become what a new one is, or stay what they were; no other file is touched."""

from __future__ import annotations

import ast
import gc
import gzip
import json
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import create_engine

import storage.connect
import storage.file
from storage import Archive, checkup, matching, migrations, schema, search
from storage.errors import ArchiveMissing, ArchiveOutdated, ArchiveTooNew, ArchiveUnavailable, NotAnArchive
from storage.transaction import Transaction
from storage.version import APPLICATION_ID, VERSION
from tests.storage import sample

NEXT = """
from alembic import op

revision = "{next:04}"
down_revision = "{present:04}"


def upgrade():
    op.execute("ALTER TABLE outlet ADD COLUMN colour TEXT")
    op.execute("UPDATE outlet SET colour = 'green'")
    {more}
"""

OUTDATED = f"has schema {VERSION}, this version reads {VERSION + 1}: run `ingest db upgrade"
ARCHIVES = Path(__file__).parent / "archives"  # the sample newsroom as each schema kept it: schema-N.db.gz


def ask(path: Path, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(query).fetchall()


@pytest.fixture
def archive_path(newsroom_copy) -> Path:
    return Path(newsroom_copy.removeprefix("sqlite:///"))


@pytest.fixture
def next_version(tmp_path, monkeypatch):
    """Makes this the next version of the program, with one more migration."""

    def make(more: str = "") -> None:
        folder = tmp_path / "migrations"
        shutil.copytree(migrations.FOLDER, folder, ignore=shutil.ignore_patterns("__pycache__"))
        step = NEXT.format(more=more, present=VERSION, next=VERSION + 1)
        (folder / "versions" / "next.py").write_text(step)
        monkeypatch.setattr(migrations, "FOLDER", folder)
        for module in (migrations, storage.file, storage.connect):
            monkeypatch.setattr(module, "VERSION", VERSION + 1)
        checkup._fresh_objects.cache_clear()

    yield make
    checkup._fresh_objects.cache_clear()  # what it found belongs to that next version


def test_a_new_archive_bears_our_marks(tmp_path):
    with Archive.open(f"sqlite:///{tmp_path}/new.db", write=True):
        pass
    assert ask(tmp_path / "new.db", "PRAGMA application_id") == [(APPLICATION_ID,)]
    assert ask(tmp_path / "new.db", "PRAGMA user_version") == [(VERSION,)]
    assert ask(tmp_path / "new.db", "PRAGMA journal_mode") == [("wal",)]


def test_migrations_make_what_the_tables_say(tmp_path):
    """The migrations, all of them, end where `storage.schema` is."""
    with closing(sqlite3.connect(":memory:")) as c:
        schema.metadata.create_all(create_engine("sqlite://", creator=lambda: c))
        c.execute(search.CREATE)
        c.execute("CREATE TABLE alembic_version (version_num)")
        wanted = {(kind, name): columns(c, name) for kind, name in objects(c)}
        clauses_wanted = clauses(c)
    with Archive.open(f"sqlite:///{tmp_path}/new.db", write=True) as archive, archive.asking() as c:
        found = {(kind, name): columns(c, name) for kind, name in objects(c) if kind != "view"}
        clauses_found = clauses(c)
    assert found.keys() == wanted.keys()
    for key in wanted.keys() - {("table", "alembic_version")}:
        assert found[key] == wanted[key], key
        assert clauses_found[key[1]] == clauses_wanted[key[1]], key


def clauses(c) -> dict[str, set[str]]:
    """What stands between the outer commas of each CREATE statement: columns, keys, checks, the condition of an index."""
    made = c.execute("SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL").fetchall()
    return {name: set(outer_parts(sql)) for name, sql in made}


def outer_parts(sql: str) -> Iterator[str]:
    depth, part = 0, ""
    for character in f"{sql},":
        depth += (character == "(") - (character == ")")
        if (character, depth) in ((",", 0), (",", 1), ("(", 1), (")", 0)):
            yield " ".join(part.split())
            part = ""
        else:
            part += character


def objects(c) -> list[tuple[str, str]]:
    return c.execute("SELECT type, name FROM sqlite_schema WHERE sql IS NOT NULL").fetchall()


def columns(c, name: str) -> list[tuple[object, ...]]:
    table = c.execute(f'PRAGMA table_xinfo("{name}")').fetchall()
    keys = c.execute(f'PRAGMA foreign_key_list("{name}")').fetchall()
    return [*table, *keys, *c.execute(f'PRAGMA index_xinfo("{name}")').fetchall()]


def test_an_older_archive_is_migrated_whole(archive_path, next_version):
    next_version()
    with pytest.raises(ArchiveOutdated, match=OUTDATED):
        Archive.open(f"sqlite:///{archive_path}")
    with Archive.open(f"sqlite:///{archive_path}", write=True) as archive:
        assert not [
            found for checked in checkup.check(archive) if checked.name != "schema" for found in checked.findings
        ]
        assert len(list(archive.search("steel"))) == 4
    assert ask(archive_path, "SELECT DISTINCT colour FROM outlet") == [("green",)]
    assert ask(archive_path, "PRAGMA user_version") == [(VERSION + 1,)]
    assert ask(archive_path, "SELECT count(*) FROM articles") == [(13,)]


@pytest.mark.parametrize("version", range(1, VERSION + 1))
def test_an_archive_of_every_schema_becomes_a_fresh_one(tmp_path, version):
    kept = ARCHIVES / f"schema-{version}.db.gz"
    if version == VERSION and not kept.exists():
        pytest.skip("the present schema; its archive is put there when the next one is made")
    old = tmp_path / "old.db"
    old.write_bytes(gzip.decompress(kept.read_bytes()))
    before = contents(old)
    with Archive.open(f"sqlite:///{old}", write=True) as archive:
        assert [found for checked in checkup.check(archive) for found in checked.findings] == []
        assert [article.id for article in archive.search("steel", limit=1)] == [1]
    with Archive.open(f"sqlite:///{tmp_path}/fresh.db", write=True):
        pass
    assert whole_schema(old) == whole_schema(tmp_path / "fresh.db")
    assert contents(old, before) == before


@pytest.mark.parametrize("size", [0, 984, 985, 1968, 5_000])
def test_fingerprints_of_any_length_are_cut_and_stay_whole(tmp_path, size):
    old = tmp_path / "old.db"
    old.write_bytes(gzip.decompress((ARCHIVES / "schema-3.db.gz").read_bytes()))
    tokens = bytes(number * 89 % 256 for number in range(size))
    with closing(sqlite3.connect(old)) as connection, connection:
        connection.execute("UPDATE fingerprint SET tokens = ? WHERE article_id = 3", (tokens,))
    with Archive.open(f"sqlite:///{old}", write=True):
        pass
    assert ask(old, f"SELECT {matching.WHOLE} FROM fingerprint WHERE article_id = 3") == [(tokens,)]


def whole_schema(path: Path) -> dict[tuple[object, ...], str]:
    found = ask(path, "SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_stat%'")
    return {row[:3]: " ".join(str(row[3]).split()) for row in found}


Contents = dict[str, tuple[tuple[str, ...], list[str]]]


def contents(path: Path, as_in: Contents | None = None) -> Contents:
    """Each table's columns and its rows; with `as_in`, those tables and columns only."""
    tables = "SELECT name FROM sqlite_schema WHERE type = 'table' AND rootpage > 0 AND name <> 'alembic_version'"
    wanted = as_in or {
        str(name): (tuple(str(row[0]) for row in ask(path, f"SELECT name FROM pragma_table_info('{name}')")), [])
        for (name,) in ask(path, tables)
    }
    in_pieces = bool(ask(path, f"{tables} AND name = 'fingerprint_rest'"))
    return {
        table: (names, sorted(map(repr, ask(path, selection(table, names, in_pieces)))))
        for table, (names, _) in wanted.items()
    }


def selection(table: str, names: tuple[str, ...], in_pieces: bool) -> str:
    columns = ", ".join(map(json.dumps, names))
    if in_pieces and table == "fingerprint":
        columns = columns.replace('"tokens"', matching.WHOLE)
    return f'SELECT {columns} FROM "{table}"'


def test_steps_stand_on_their_own():
    """What a step makes of a file never changes, so it takes nothing from the program that does."""
    for step in sorted((migrations.FOLDER / "versions").glob("*.py")):
        tree = ast.parse(step.read_text())
        taken = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        taken |= {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
        assert {name for name in taken if name and name.startswith(("storage", "ingest"))} <= {"storage.migrations"}, (
            step
        )


def test_every_foreign_key_leads_an_index(archive_path):
    bare = []
    with closing(sqlite3.connect(archive_path)) as c:
        for (table,) in c.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall():
            leading = {
                c.execute(f'PRAGMA index_info("{index[1]}")').fetchone()[2]
                for index in c.execute(f'PRAGMA index_list("{table}")').fetchall()
            }
            leading |= {column[1] for column in c.execute(f'PRAGMA table_info("{table}")') if column[5] == 1}
            keys = {key[3] for key in c.execute(f'PRAGMA foreign_key_list("{table}")')}
            bare += [(table, key) for key in keys - leading]
    assert bare == []


def test_a_migration_that_fails_changes_nothing(archive_path, next_version):
    before = ask(archive_path, "SELECT type, name, sql FROM sqlite_schema ORDER BY 1, 2")
    bytes_before = archive_path.read_bytes()
    next_version(more="raise ZeroDivisionError")
    with pytest.raises(ZeroDivisionError):
        Archive.open(f"sqlite:///{archive_path}", write=True)
    assert ask(archive_path, "SELECT type, name, sql FROM sqlite_schema ORDER BY 1, 2") == before
    assert ask(archive_path, "PRAGMA user_version") == [(VERSION,)]
    assert ask(archive_path, "SELECT version_num FROM alembic_version") == [(f"{VERSION:04}",)]
    assert ask(archive_path, "SELECT count(*) FROM articles") == [(13,)]
    assert archive_path.read_bytes() == bytes_before


def test_a_disk_that_fills_up_meanwhile_is_one_plain_line(archive_path, next_version):
    bytes_before = archive_path.read_bytes()
    limit = 'op.execute("PRAGMA max_page_count = 1")'  # no more than there are
    next_version(more=f'{limit}; op.execute("CREATE TABLE large AS SELECT randomblob(9000000)")')
    with pytest.raises(ArchiveUnavailable, match="cannot be written: database or disk is full"):
        Archive.open(f"sqlite:///{archive_path}", write=True)
    assert archive_path.read_bytes() == bytes_before


def test_a_migration_leaves_its_end_to_the_transaction(tmp_path):
    """SQLAlchemy and Alembic, who do the work, neither keep it nor take it back, nor close the connection."""
    with closing(sqlite3.connect(tmp_path / "new.db", isolation_level=None)) as driver:
        driver.execute("BEGIN IMMEDIATE")
        migrations.upgrade(Transaction(driver))
        gc.collect()  # what is left of theirs
        assert driver.in_transaction
        assert objects(driver) != []
        driver.rollback()
        assert objects(driver) == []


@pytest.mark.parametrize("write", [False, True])
def test_what_is_not_for_us_is_refused_and_left_alone(tmp_path, write):
    newer, other, text = (tmp_path / name for name in ("newer.db", "other.db", "text.db"))
    sample.newsroom(newer)
    for path, statement in ((newer, "PRAGMA user_version = 99"), (other, "CREATE TABLE theirs(x)")):
        with closing(sqlite3.connect(path)) as connection, connection:
            connection.execute(statement)
    text.write_text("This is a letter, and no database at all. " * 30)
    before = [path.read_bytes() for path in (newer, other, text)]
    for path, error in ((newer, ArchiveTooNew), (other, NotAnArchive), (text, NotAnArchive)):
        with pytest.raises(error):
            Archive.open(f"sqlite:///{path}", write=write)
    assert [path.read_bytes() for path in (newer, other, text)] == before


def test_reading_makes_and_changes_no_file(archive_path, tmp_path):
    (tmp_path / "empty.db").touch()
    before = archive_path.read_bytes()
    for name, message in (("lost.db", "there is no archive"), ("empty.db", "is empty")):
        with pytest.raises(ArchiveMissing, match=message):
            Archive.open(f"sqlite:///{tmp_path}/{name}")
    with Archive.open(f"sqlite:///{archive_path}") as archive:
        list(archive.search("steel"))
    assert archive_path.read_bytes() == before
    side_files = {f"{archive_path.name}-wal", f"{archive_path.name}-shm"}  # SQLite's own, empty
    assert {path.name for path in tmp_path.iterdir()} - side_files == {archive_path.name, "empty.db"}
    assert (tmp_path / "empty.db").stat().st_size == 0
