"""Reading with SQLite's driver alone. SQLAlchemy, which takes longer to load than most questions to answer, is for writing."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from storage import connect

Reading = Callable[[], AbstractContextManager[sqlite3.Connection]]


class Readers:
    """Connections that cannot write, each lent to one reader at a time and kept for the next; readers may be threads."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._idle: list[sqlite3.Connection] = []
        self._closed = False

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """One consistent look at the archive, however many writes happen meanwhile. Close it soon."""
        try:
            connection = self._take()
            try:
                connection.execute("BEGIN")
                yield connection
            finally:
                connection.rollback()
                self._put_back(connection)
        except sqlite3.Error as error:
            if connect.is_infrastructure(error):
                raise connect.unavailable(error, self._path) from error
            raise

    def close(self) -> None:
        self._closed = True
        while self._idle:
            self._idle.pop().close()

    def _take(self) -> sqlite3.Connection:
        try:
            return self._idle.pop()
        except IndexError:
            return connect.reader(self._path)

    def _put_back(self, connection: sqlite3.Connection) -> None:
        if self._closed:
            connection.close()
        else:
            self._idle.append(connection)
