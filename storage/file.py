"""The archive as a file: opened, read by many, written by one transaction at a time.

What is written into it, the modules `articles`, `entries`, `feeds` and `stories` do, within `ArchiveFile.transaction`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from storage import connect
from storage.pool import Pool
from storage.transaction import Transaction
from storage.version import VERSION


class ArchiveFile:
    """An open archive, for who fetches and keeps; `storage.archive.Archive` is one that also answers questions."""

    def __init__(self, path: Path, *, writable: bool, megabytes: int) -> None:
        self.path = path
        self.writable = writable
        self._readers = Pool(path, lambda: connect.reader(path), begin="BEGIN")
        self._writers = Pool(path, lambda: connect.writer(path, megabytes), begin="BEGIN IMMEDIATE")

    @classmethod
    def open(cls, url: str, *, write: bool = False, megabytes: int = connect.WRITER_MB) -> Self:
        """Open the archive at `url` (`sqlite:///PATH`). Raises `storage.errors.ArchiveError` with one plain line.

        `megabytes`: of the file that writing may keep in memory.
        """
        archive = cls(connect.archive_path(url), writable=write, megabytes=megabytes)
        try:
            archive._prepare()
        except BaseException:
            archive.close()
            raise
        return archive

    def close(self) -> None:
        self._readers.close()
        self._writers.close()  # last what may write: only that folds the WAL into the file

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def transaction(self) -> AbstractContextManager[Transaction]:
        """One write transaction: everything in it is kept, or nothing. Only of an archive opened with `write`."""
        assert self.writable
        return self._writers.transaction()

    def reading(self) -> AbstractContextManager[Transaction]:
        """One consistent look at the archive, however many writes happen meanwhile. Close it soon."""
        return self._readers.transaction()

    @contextmanager
    def asking(self) -> Iterator[sqlite3.Connection]:
        """The same with the driver's own connection."""
        with self.reading() as t:
            yield t.driver

    def _prepare(self) -> None:
        if not self.writable:
            with self.asking() as connection:
                connect.check_version(connection, self.path, exact=True)
            return
        with self.transaction() as t:
            if connect.check_version(t.driver, self.path, exact=False) < VERSION:
                from storage.migrations import upgrade  # Alembic costs .1 s to import

                upgrade(t)
        with self._writers.connection() as connection:
            connect.use_wal(connection)
