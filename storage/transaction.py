"""A connection to the archive's file, and a transaction on it.

Statements are SQL as it stands, handed to SQLite's driver: SQLAlchemy adds 30 to 65 µs to one that SQLite answers in 5,
and an article needs some twenty. Migrations and the rehearsal of a rebuild go through SQLAlchemy, on the same connection
and in the same transaction. It is loaded for the first statement that needs it, and costs .2 s of CPU: runs that poll
and keep articles do without.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sqlalchemy import Connection as Core
    from sqlalchemy import CursorResult, Executable

Values = Mapping[str, object] | Sequence[object]


class Transaction:
    """An open transaction. It is no longer one when the `with` block that gave it has ended."""

    __slots__ = ("_connection", "driver")

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.driver = connection.driver

    def run(self, statement: str, values: Values = ()) -> sqlite3.Cursor:
        """Plain SQL with named (`:name`) or numbered (`?`) values, times as text (`storage.times`). Rows are tuples."""
        return self.driver.execute(statement, values)

    def rows(self, statement: str, values: Values = ()) -> sqlite3.Cursor:
        """The same; a row's values go by the names of the columns."""
        cursor = self.driver.cursor()
        cursor.row_factory = sqlite3.Row
        return cursor.execute(statement, values)

    def run_many(self, statement: str, rows: Iterable[Values]) -> None:
        """The statement once for each row of values."""
        self.driver.executemany(statement, rows)

    def value(self, statement: str, values: Values = ()) -> Any:
        """The first column of the first row; None where there is none."""
        row = self.driver.execute(statement, values).fetchone()
        return None if row is None else row[0]

    def execute(
        self, statement: Executable, values: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None = None
    ) -> CursorResult[*tuple[Any, ...]]:
        """A statement of SQLAlchemy's."""
        with self.core() as core:
            return core.execute(statement, values)

    @contextmanager
    def core(self) -> Iterator[Core]:
        """SQLAlchemy's connection on top of the driver's. Its errors come out as the driver's own."""
        from sqlalchemy.exc import DBAPIError

        try:
            yield self._connection.core()
        except DBAPIError as error:
            if isinstance(error.orig, sqlite3.Error):
                raise error.orig from error
            raise


class Connection:
    """A connection to the archive's file, which serves one transaction after the other."""

    def __init__(self, driver: sqlite3.Connection) -> None:
        self.driver = driver  # `isolation_level` None: transactions begin and end here alone
        self._core: Core | None = None

    def core(self) -> Core:
        if self._core is None:
            self._core = _on_top_of(self.driver)
        return self._core

    @contextmanager
    def transaction(self, begin: str) -> Iterator[Transaction]:
        """All that is done in it is kept, or nothing. `begin`: the statement that begins it."""
        self.driver.execute(begin)
        try:
            yield Transaction(self)
            self.driver.commit()
        except BaseException:
            self.driver.rollback()
            raise
        finally:
            if self._core is not None:
                self._core.rollback()  # it keeps a state of its own; in the file there is nothing left to take back

    def close(self) -> None:
        if self._core is not None:
            self._core.close()
        self.driver.close()


def _on_top_of(driver: sqlite3.Connection) -> Core:
    from sqlalchemy import NullPool, create_engine

    # The first connection is asked what it is capable of and rolled back: it must not be one in a transaction.
    lent = [sqlite3.connect(":memory:"), driver]
    engine = create_engine("sqlite://", creator=lambda: lent.pop(0), poolclass=NullPool)
    engine.connect().close()
    return engine.connect()
