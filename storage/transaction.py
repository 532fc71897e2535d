"""A transaction on the archive's file.

Statements are SQL as it stands, handed to SQLite's driver: a library that puts them together adds 30 to 65 µs to one
that SQLite answers in 5, and an article needs some twenty.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any

Values = Mapping[str, object] | Sequence[object]


class Transaction:
    """An open transaction. When the `with` block that gave it has ended, it has no driver and nothing works."""

    __slots__ = ("driver",)

    def __init__(self, driver: sqlite3.Connection) -> None:
        self.driver = driver

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


@contextmanager
def transaction(driver: sqlite3.Connection, begin: str) -> Iterator[Transaction]:
    """All that is done in it is kept, or nothing. `begin`: the statement that begins it.

    The driver's `isolation_level` must be None: transactions begin and end here alone. Where taking back fails, the
    driver is still `in_transaction` afterwards, and of no further use.
    """
    t = Transaction(driver)
    try:
        driver.execute(begin)  # in here: an interrupt may come between this and the next line
        yield t
        driver.commit()
    except BaseException:
        with suppress(sqlite3.Error):  # what went wrong first is what to tell
            driver.rollback()
        raise
    finally:
        del t.driver
