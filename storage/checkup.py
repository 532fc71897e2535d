"""Is everything in an archive in order? And mending what can be mended."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from functools import cache, partial
from pathlib import Path

from storage import connect, search, stories, upkeep
from storage.errors import ArchiveUnavailable
from storage.file import ArchiveFile
from storage.transaction import Transaction, transaction
from storage.words import index_form

SAMPLE = 500  # articles whose index is compared with their text

_SCHEMA = "SELECT type, name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' AND sql IS NOT NULL"
_WRONG_STORIES = """
    SELECT id FROM story WHERE article_count <> (SELECT count(*) FROM article WHERE story_id = story.id)
    OR NOT EXISTS (SELECT 1 FROM article WHERE id = story.representative_id AND story_id = story.id)"""
_COUNTERS = {  # table: what its column `articles` must be
    "outlet": "SELECT count(*) FROM article WHERE outlet_id = outlet.id",
    "feed": "SELECT count(*) FROM sighting WHERE feed_id = feed.id AND article_id IS NOT NULL",
}
_ORPHAN_KEYS = "SELECT 1 FROM posting WHERE article_id NOT IN (SELECT id FROM article)"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not in order, in one line. `mendable` by `repair`."""

    message: str
    mendable: bool = False


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at, and what was found; nothing if it is in order."""

    name: str
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """A table with its indexes. `bytes` is None where this SQLite cannot tell."""

    name: str
    rows: int
    bytes: int | None


@dataclass(frozen=True, slots=True)
class Sizes:
    path: Path
    bytes: int  # of the file, its side files included
    schema: int
    parts: tuple[Part, ...]  # the largest first


def sizes(archive: ArchiveFile) -> Sizes:
    """How large everything is. Reads the whole file."""
    with archive.reading() as c:
        rooted = c.run("SELECT name, tbl_name FROM sqlite_schema WHERE rootpage > 0")
        owners: dict[str, str] = dict(rooted)
        counts = {name: int(c.value(f'SELECT count(*) FROM "{name}"')) for name in {*owners.values()}}
        schema = int(c.value("PRAGMA user_version"))
        pages = _pages(c)
    used: dict[str, int] = {}
    for name, size in pages.items():
        owner = owners.get(name, name)
        used[owner] = used.get(owner, 0) + size
    parts = [Part(name, count, used.get(name) if pages else None) for name, count in counts.items()]
    parts.sort(key=lambda part: (-(part.bytes or 0), -part.rows, part.name))
    return Sizes(archive.path, upkeep.size(archive.path), schema, tuple(parts))


def _pages(c: Transaction) -> dict[str, int]:
    """Bytes of each table and index; nothing where SQLite was built without `dbstat`."""
    try:
        return {name: int(size) for name, size in c.run("SELECT name, sum(pgsize) FROM dbstat GROUP BY 1")}
    except sqlite3.OperationalError:
        return {}


def check(archive: ArchiveFile, *, scheme: int | None = None) -> Iterator[Check]:
    """Look at everything, one thing at a time. Reads the whole file. `scheme`: by which fingerprints should be made."""
    looks = _CHECKS if scheme is None else _CHECKS | {"fingerprint": partial(_fingerprints, scheme=scheme)}
    for name, look in looks.items():
        findings: list[Finding] = []
        try:
            findings.extend(look(archive))
        except (ArchiveUnavailable, sqlite3.Error) as error:
            findings.append(Finding(f"cannot be looked at: {error}"))
        yield Check(name, tuple(findings))


def repair(archive: ArchiveFile, now: datetime) -> None:
    """Mend what `check` calls mendable: counts, stories, the index of duplicates and that of full-text search."""
    with archive.transaction() as t:
        for table, count in _COUNTERS.items():
            t.run(f"UPDATE {table} SET articles = ({count}) WHERE articles <> ({count})")
        for (story_id,) in t.run(_WRONG_STORIES).fetchall():
            stories.refresh(t, story_id, now)
        t.run("DELETE FROM posting WHERE article_id NOT IN (SELECT id FROM article)")
        search.rebuild(t)
    indexed = True
    while indexed:
        with archive.transaction() as t:
            indexed = bool(search.flush(t))


# --- what is looked at ------------------------------------------------------------------------------------------------


def _file(archive: ArchiveFile) -> Iterator[Finding]:
    with archive.reading() as c:
        for (line,) in c.run("PRAGMA integrity_check(20)"):
            if line != "ok":
                yield Finding(f"{line}; restore a backup, or save what can be saved with `sqlite3 FILE .recover`")


def _schema(archive: ArchiveFile) -> Iterator[Finding]:
    with archive.reading() as c:
        found = _objects(c)
    wanted = _fresh_objects()
    for kind, name in sorted(found.keys() ^ wanted.keys()):
        yield Finding(f"the {kind} {name} is {'missing' if (kind, name) in wanted else 'not ours'}")
    for kind, name in sorted(found.keys() & wanted.keys()):
        if found[kind, name] != wanted[kind, name]:
            yield Finding(f"the {kind} {name} is not as this version makes it")


@cache
def _fresh_objects() -> dict[tuple[str, str], str]:
    from storage.migrations import upgrade  # Alembic costs .1 s to import

    with closing(sqlite3.connect(":memory:", isolation_level=None)) as fresh, transaction(fresh, "BEGIN") as t:
        upgrade(t)
        return _objects(t)


def _objects(c: Transaction) -> dict[tuple[str, str], str]:
    return {(kind, name): " ".join(sql.split()) for kind, name, sql in c.run(_SCHEMA)}


def _references(archive: ArchiveFile) -> Iterator[Finding]:
    with archive.reading() as c:
        broken: dict[tuple[str, str], int] = {}
        for table, _, parent, _ in c.run("PRAGMA foreign_key_check"):
            broken[table, parent] = broken.get((table, parent), 0) + 1
    for (table, parent), count in broken.items():
        yield Finding(f"{count:,} rows of {table} belong to a missing {parent}")


def _views(archive: ArchiveFile) -> Iterator[Finding]:
    with archive.reading() as c:
        for (name,) in c.run("SELECT name FROM sqlite_schema WHERE type = 'view'").fetchall():
            try:
                c.run(f'SELECT * FROM "{name}" LIMIT 1').fetchall()
            except sqlite3.Error as error:
                yield Finding(f"the view {name} cannot be read: {error}")


def _counts(archive: ArchiveFile) -> Iterator[Finding]:
    with archive.reading() as c:
        wrong = len(c.run(_WRONG_STORIES).fetchall())
        if wrong:
            yield Finding(f"{wrong:,} stories do not count their articles rightly", mendable=True)
        for table, count in _COUNTERS.items():
            wrong = c.value(f"SELECT count(*) FROM {table} WHERE articles <> ({count})")
            if wrong:
                yield Finding(f"{wrong:,} {table}s do not count their articles rightly", mendable=True)


def _duplicates(archive: ArchiveFile) -> Iterator[Finding]:
    with archive.reading() as c:
        orphans = c.value(f"SELECT count(*) FROM ({_ORPHAN_KEYS})")
        bare = c.value("SELECT count(*) FROM article WHERE id NOT IN (SELECT article_id FROM fingerprint)")
    if orphans:
        yield Finding(f"{orphans:,} keys of the index of duplicates belong to no article", mendable=True)
    if bare:
        yield Finding(f"{bare:,} articles have no fingerprint: `ingest duplicates rebuild` makes them")


def _fingerprints(archive: ArchiveFile, scheme: int) -> Iterator[Finding]:
    with archive.reading() as c:
        count = c.value("SELECT count(*) FROM fingerprint WHERE scheme <> ?", (scheme,))
    if count:
        yield Finding(
            f"{count:,} articles were judged by another version of this program: they are not compared with what arrives, and "
            "what forms repeat counts as rare. `ingest duplicates rebuild` judges them anew"
        )


def _search(archive: ArchiveFile) -> Iterator[Finding]:
    with archive.reading() as c:
        lost = search.out_of_step(c)
        other = sum(1 for _ in _indexed_otherwise(c))
    if lost:
        yield Finding(f"{lost:,} articles are missing from full-text search, or gone and still in it", mendable=True)
    if other:
        yield Finding(f"{other:,} of {SAMPLE} articles are indexed with other words than they have", mendable=True)
    with closing(connect.bare_reader(archive.path)) as connection:
        try:
            connection.execute("CREATE VIRTUAL TABLE temp.vocabulary USING fts5vocab(main, article_words, row)")
            connection.execute("SELECT sum(cnt) FROM temp.vocabulary").fetchone()
        except sqlite3.DatabaseError as error:
            yield Finding(f"the index of full-text search is damaged: {error}", mendable=True)


def _indexed_otherwise(c: Transaction) -> Iterator[int]:
    """Articles of a sample whose index holds another number of words than their title and text."""
    sample = """SELECT a.id, a.title, t.text, d.sz FROM article a JOIN article_text t ON t.article_id = a.id
                JOIN article_words_docsize d ON d.id = a.id
                WHERE a.id IN (SELECT id FROM article ORDER BY random() LIMIT :size)"""
    for number, title, text, packed in c.run(sample, {"size": SAMPLE}):
        sizes = list(_varints(packed))
        if sizes[:2] != [len(index_form(title).split()), len(index_form(text).split())]:
            yield number


def _varints(packed: bytes) -> Iterator[int]:
    """SQLite's variable-length integers (file format, 1.6), short of the nine-byte form."""
    value = 0
    for byte in packed:
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            yield value
            value = 0


_CHECKS: dict[str, Callable[[ArchiveFile], Iterator[Finding]]] = {
    "file": _file,
    "schema": _schema,
    "references": _references,
    "views": _views,
    "counts": _counts,
    "duplicates": _duplicates,
    "search": _search,
}
