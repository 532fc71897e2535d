"""Connections to the archive file: how it is opened, checked, and what every connection is set to.

Reading opens `mode=ro`, and `immutable=1` where even SQLite's side files could not be written. Writing uses
`BEGIN IMMEDIATE`: a plain `BEGIN` that upgrades to a write later fails at once when another writer was faster
(186 of 240 transactions, measured; none of 34,005 with IMMEDIATE).
"""

from __future__ import annotations

import os
import re
import shlex
import sqlite3
from pathlib import Path
from urllib.parse import quote

from storage.errors import (
    ArchiveError,
    ArchiveMissing,
    ArchiveOutdated,
    ArchiveTooNew,
    ArchiveUnavailable,
    BadAddress,
    NotAnArchive,
)
from storage.version import APPLICATION_ID, VERSION

BUSY_SECONDS = 10.0
READING = ("PRAGMA query_only=ON",)
_ADDRESS = re.compile(r"(?P<kind>[a-z]\w*)(?:\+\w+)?://(?P<place>[^?]*)(?:\?.*)?", re.DOTALL)
# 50 articles touch 2,000 pages of the index of a large archive, four times what SQLite keeps: with 32 MB none is
# written twice in one transaction. With SQLite's own limit of the log (1,000 pages) each of them would be copied into
# the archive at once; with 32 MB a page that several transactions touch is copied once, for two thirds of the cost.
# 500 articles touch a good part of the index: who writes so many at once saves a thirtieth of all CPU with 64 MB.
WRITER_MB, IMPORT_MB = 32, 64


def archive_path(url: str) -> Path:
    """The file behind a database URL such as `sqlite:///data/archive.db` (relative to the working directory)."""
    found = _ADDRESS.fullmatch(url)
    if found is None:
        raise BadAddress(f"{url!r} is not a database URL such as sqlite:///data/archive.db")
    place = found["place"]
    if found["kind"] != "sqlite" or not place.startswith("/") or place in ("/", "/:memory:"):
        raise BadAddress(f"{url!r}: only SQLite files are supported, for example sqlite:///data/archive.db")
    return Path(place[1:])


def writer(path: Path, megabytes: int) -> sqlite3.Connection:
    """A connection that reads and writes; makes the file (and its folder) if there is none.

    `megabytes`: of pages that it keeps in memory, and about as many in the log before they are copied into the file.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ArchiveUnavailable(f"cannot make the folder {path.parent}: {error.strerror}") from None
    setup = (
        "PRAGMA synchronous=NORMAL",
        f"PRAGMA cache_size=-{1024 * megabytes}",
        f"PRAGMA wal_autocheckpoint={250 * megabytes}",
    )
    return _connection(path, "mode=rwc", setup)


def bare_reader(path: Path) -> sqlite3.Connection:
    """A connection that cannot change the file, but may make temporary tables, and copies of the file elsewhere."""
    return _connection(path, _reading_mode(path), ())


def bare_writer(path: Path, patience: float) -> sqlite3.Connection:
    """A connection for the upkeep of a file that is there; waits `patience` seconds for others."""
    return _connection(path, "mode=rw", (), patience)


def reader(path: Path) -> sqlite3.Connection:
    """A connection that cannot change anything. Raises ArchiveMissing if there is no file."""
    if not path.is_file():
        raise ArchiveMissing(f"there is no archive at {path}: `ingest once` makes one")
    return _connection(path, _reading_mode(path), READING)


def use_wal(connection: sqlite3.Connection) -> None:
    """Readers and the writer never wait for each other then. Lasts in the file; set outside a transaction only."""
    connection.execute("PRAGMA journal_mode=WAL")


def check_version(connection: sqlite3.Connection, path: Path, *, exact: bool) -> int:
    """The schema version of the file, 0 for an empty one. With `exact`, anything but the present version is refused."""
    application, version = _identity(connection, path)
    if version == 0 and application == 0 and _is_empty(connection):
        found = 0
    elif application != APPLICATION_ID:
        raise NotAnArchive(f"{path} is a database of another program, not an archive of ingest")
    else:
        found = version
    if found > VERSION:
        raise ArchiveTooNew(
            f"{path} was written by a newer version of ingest (schema {found}, this one knows {VERSION}): update ingest"
        )
    if exact and found == 0:
        raise ArchiveMissing(f"{path} is empty: `ingest once` makes an archive of it")
    if exact and found < VERSION:
        remedy = f"ingest db upgrade --database {shlex.quote(f'sqlite:///{path}')}"
        raise ArchiveOutdated(f"{path} has schema {found}, this version reads {VERSION}: run `{remedy}`")
    return found


def _identity(connection: sqlite3.Connection, path: Path) -> tuple[int, int]:
    try:
        (application,) = connection.execute("PRAGMA application_id").fetchone()
        (version,) = connection.execute("PRAGMA user_version").fetchone()
    except sqlite3.Error as error:
        raise unavailable(error, path) from None
    return int(application), int(version)


def is_infrastructure(error: Exception) -> bool:
    """Locked, full, read-only, damaged: the machine's state, not a mistake of ours."""
    if not isinstance(error, sqlite3.DatabaseError):
        return False
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
    return code not in (sqlite3.SQLITE_ERROR, sqlite3.SQLITE_CONSTRAINT, sqlite3.SQLITE_MISUSE, sqlite3.SQLITE_MISMATCH)


def unavailable(error: Exception, path: Path) -> ArchiveError:
    """The error of the driver in words for a person."""
    reason = str(error)
    if "not a database" in reason:
        return NotAnArchive(f"{path} is not an SQLite file")
    if "locked" in reason or "busy" in reason:
        return ArchiveUnavailable(f"{path} has been locked by another program for {BUSY_SECONDS:.0f} seconds")
    if "readonly" in reason or "read-only" in reason:
        return ArchiveUnavailable(f"{path} cannot be written: the file or its folder is read-only")
    if "full" in reason or "disk I/O" in reason:
        return ArchiveUnavailable(f"{path} cannot be written: {reason} (is there space left?)")
    return ArchiveUnavailable(f"{path}: {reason}")


def _obstacle(path: Path) -> str | None:
    """What SQLite's "unable to open database file" means here, as far as the file system tells."""
    if path.is_dir():
        return "cannot be opened: it is a folder"
    if not path.exists() and not os.access(path.parent, os.W_OK):
        return f"cannot be made: you may not write to the folder {path.parent}"
    if path.exists() and not os.access(path, os.R_OK):
        return "cannot be opened: you may not read it"
    return None


def _is_empty(connection: sqlite3.Connection) -> bool:
    (count,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    return not count


def _reading_mode(path: Path) -> str:
    return "mode=ro&immutable=1" if _sealed(path) else "mode=ro"


def _sealed(path: Path) -> bool:
    """A read-only folder without a WAL: SQLite could not make its side files there."""
    wal = path.with_name(path.name + "-wal")
    return not os.access(path.parent, os.W_OK) and not (wal.exists() and wal.stat().st_size)


def _connection(path: Path, mode: str, setup: tuple[str, ...], patience: float = BUSY_SECONDS) -> sqlite3.Connection:
    address = f"file:{quote(str(path.absolute()))}?{mode}"
    try:
        connection = sqlite3.connect(address, uri=True, timeout=patience, isolation_level=None, check_same_thread=False)
    except sqlite3.OperationalError as error:
        raise ArchiveUnavailable(f"{path} {_obstacle(path) or f'cannot be opened: {error}'}") from None
    for pragma in ("PRAGMA foreign_keys=ON", "PRAGMA trusted_schema=OFF", *setup):
        connection.execute(pragma)
    return connection
