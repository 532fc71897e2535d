"""What is not in order is found, and mended where that can be."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from ingest.duplicates.fingerprint import SCHEME
from storage import Archive, checkup
from storage.version import VERSION
from tests.storage import sample


@pytest.fixture
def archive(newsroom_copy):
    with Archive.open(newsroom_copy, write=True) as archive:
        yield archive


def damage(archive: Archive, *statements: str) -> None:
    with closing(sqlite3.connect(archive.path, isolation_level=None)) as connection:
        connection.execute("PRAGMA writable_schema=ON")
        for statement in statements:
            connection.execute(statement)


def found(archive: Archive) -> dict[str, list[str]]:
    checks = checkup.check(archive, scheme=SCHEME)
    return {checked.name: [finding.message for finding in checked.findings] for checked in checks if checked.findings}


DAMAGES = [  # statements, where it is noticed, how, whether it is mended
    (["DROP INDEX article_by_time"], "schema", "the index article_by_time is missing", False),
    (["CREATE TABLE mine(x)"], "schema", "the table mine is not ours", False),
    (["DROP VIEW polls", "CREATE VIEW polls AS SELECT id FROM poll"], "schema", "the view polls is not as", False),
    (["DROP VIEW polls", "CREATE VIEW polls AS SELECT x FROM poll"], "views", "the view polls cannot be read", False),
    (
        ["PRAGMA foreign_keys=OFF", "DELETE FROM outlet WHERE id = 2"],
        "references",
        "2 rows of article belong to",
        False,
    ),
    (["UPDATE outlet SET articles = 99"], "counts", "3 outlets do not count", True),
    (["UPDATE feed SET articles = 99"], "counts", "4 feeds do not count", True),
    (["UPDATE story SET article_count = 9 WHERE id = 1"], "counts", "1 stories do not count", True),
    (["UPDATE story SET representative_id = 5 WHERE id = 1"], "counts", "1 stories do not count", True),
    (["INSERT INTO posting VALUES (7, 999)"], "duplicates", "1 keys of the index", True),
    (["DELETE FROM fingerprint WHERE article_id < 3"], "duplicates", "2 articles have no fingerprint", False),
    (["UPDATE fingerprint SET scheme = 1 WHERE article_id < 3"], "fingerprint", "2 articles were judged by", False),
    (["DELETE FROM article_words_docsize WHERE id = 3"], "search", "1 articles are missing from", True),
    (["UPDATE article_text SET text = 'other' WHERE article_id = 3"], "search", "indexed with other words", True),
    (["UPDATE article_words_data SET block = x'00' WHERE id > 10"], "search", "search is damaged", True),
]


def test_a_sound_archive(archive):
    assert found(archive) == {}


@pytest.mark.parametrize(("statements", "name", "message", "mended"), DAMAGES, ids=lambda value: str(value)[:40])
def test_damage_is_found_and_mended(archive, statements, name, message, mended):
    damage(archive, *statements)
    assert any(message in line for line in found(archive)[name])
    checkup.repair(archive, sample.START)
    assert (name not in found(archive)) is mended


def test_a_damaged_file_is_found(archive):
    archive.close()
    with archive.path.open("r+b") as file:
        file.seek(4096 * 30)
        file.write(b"\xff" * 4096 * 4)
    with Archive.open(f"sqlite:///{archive.path}") as damaged:
        first = next(iter(checkup.check(damaged)))
    assert first.name == "file"
    assert first.findings


def test_sizes(archive):
    sizes = checkup.sizes(archive)
    parts = {part.name: part for part in sizes.parts}
    assert parts["article"].rows == 13
    assert sizes.bytes >= sum(part.bytes for part in sizes.parts) > 0
    assert sizes.schema == VERSION
