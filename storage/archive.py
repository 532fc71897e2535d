"""The archive as one thing to open: a file, read by many, written by one transaction at a time."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from storage import connect
from storage.schema import VERSION


class Archive:
    """An open archive. `with Archive.open("sqlite:///data/archive.db") as archive: …`

    Read-only unless opened with `write=True`, which makes the file if there is none and migrates an older one.
    """

    def __init__(self, path: Path, engine: Engine, *, writable: bool) -> None:
        self.path = path
        self.writable = writable
        self._engine = engine

    @classmethod
    def open(cls, url: str, *, write: bool = False) -> Archive:
        """Open the archive at `url` (`sqlite:///PATH`). Raises `storage.errors.ArchiveError` with one plain line."""
        path = connect.archive_path(url)
        engine = connect.writing_engine(path) if write else connect.reading_engine(path)
        archive = cls(path, engine, writable=write)
        try:
            archive._prepare()
        except BaseException:
            archive.close()
            raise
        return archive

    def close(self) -> None:
        self._engine.dispose()

    def __enter__(self) -> Archive:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """One write transaction: everything in it is kept, or nothing."""
        try:
            with self._engine.begin() as connection:
                yield connection
        except DBAPIError as error:
            if _is_infrastructure(error):
                raise connect.unavailable(error, self.path) from error
            raise

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One consistent look at the archive, however many writes happen meanwhile. Close it soon."""
        with self.transaction() as connection:
            yield connection

    def _prepare(self) -> None:
        if not self.writable:
            with self.reading() as connection:
                connect.check_version(connection, self.path, exact=True)
            return
        with self.transaction() as connection:
            if connect.check_version(connection, self.path, exact=False) < VERSION:
                from storage.migrations import upgrade  # Alembic costs .1 s to import

                upgrade(connection)
        connect.use_wal(self._engine)


def _is_infrastructure(error: DBAPIError) -> bool:
    """Locked, full, read-only, damaged: the machine's state, not a mistake of ours."""
    return isinstance(error.orig, sqlite3.OperationalError | sqlite3.DatabaseError) and not isinstance(
        error.orig, sqlite3.IntegrityError | sqlite3.ProgrammingError | sqlite3.InterfaceError
    )
