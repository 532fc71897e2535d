"""Connections to one archive, kept open between transactions."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from storage import connect
from storage.transaction import Connection, Transaction

Reading = Callable[[], AbstractContextManager[sqlite3.Connection]]
"""A consistent look with the driver's own connection: all that questions need."""


class Pool:
    """Connections made alike, each lent to one user at a time and kept for the next; users may be threads."""

    def __init__(self, path: Path, make: Callable[[], Connection], *, begin: str) -> None:
        self._path = path
        self._make = make
        self._begin = begin
        self._idle: list[Connection] = []
        self._closed = False

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """One transaction. The machine's troubles are an ArchiveError with one plain line."""
        try:
            with self.connection() as connection, connection.transaction(self._begin) as t:
                yield t
        except sqlite3.Error as error:
            if connect.is_infrastructure(error):
                raise connect.unavailable(error, self._path) from error
            raise

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        """A connection without a transaction."""
        connection = self._take()
        try:
            yield connection
        finally:
            self._put_back(connection)

    def close(self) -> None:
        self._closed = True
        while self._idle:
            self._idle.pop().close()

    def _take(self) -> Connection:
        try:
            return self._idle.pop()
        except IndexError:
            return self._make()

    def _put_back(self, connection: Connection) -> None:
        if self._closed:
            connection.close()
        else:
            self._idle.append(connection)
