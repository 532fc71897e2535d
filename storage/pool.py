"""Connections to one archive, kept open between transactions."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from storage import connect
from storage.transaction import Transaction, transaction

Reading = Callable[[], AbstractContextManager[sqlite3.Connection]]
"""A consistent look with the driver's own connection: all that questions need."""


class Pool:
    """Connections made alike, each lent to one user at a time and kept for the next; users may be threads."""

    def __init__(self, path: Path, make: Callable[[], sqlite3.Connection], *, begin: str) -> None:
        self._path = path
        self._make = make
        self._begin = begin
        self._idle: list[sqlite3.Connection] = []
        self._closed = False

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """One transaction. The machine's troubles are an ArchiveError with one plain line."""
        try:
            with self.connection() as driver, transaction(driver, self._begin) as t:
                yield t
        except sqlite3.Error as error:
            if connect.is_infrastructure(error):
                raise connect.unavailable(error, self._path) from error
            raise

    @contextmanager
    def connection(self) -> Iterator[sqlite3.Connection]:
        """A connection without a transaction."""
        driver = self._take()
        try:
            yield driver
        finally:
            self._put_back(driver)

    def close(self) -> None:
        self._closed = True
        while self._idle:
            self._idle.pop().close()

    def _take(self) -> sqlite3.Connection:
        try:
            return self._idle.pop()
        except IndexError:
            return self._make()

    def _put_back(self, driver: sqlite3.Connection) -> None:
        if self._closed or driver.in_transaction:  # one that could not be taken back ends with its connection
            driver.close()
        else:
            self._idle.append(driver)
