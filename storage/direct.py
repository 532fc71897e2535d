"""Statements that every article and every poll run, handed to the driver as they are.

SQLAlchemy adds 30 to 65 µs to a statement that SQLite answers in 5, and an article needs some twenty; a statement with
a list of names costs it .5 ms. These run on the
same connection, in the same transaction; their text is plain SQL, and so are their errors (`sqlite3.Error`), which
`storage.archive` translates like all others. Times are given as text (`storage.schema.format_time`).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection


def driver(t: Connection) -> sqlite3.Connection:
    """The driver's connection of a transaction that has begun."""
    connection: Any = t.connection.dbapi_connection  # the driver's own; `driver_connection` asks three objects for it
    assert isinstance(connection, sqlite3.Connection)
    return connection


def run(t: Connection, statement: str, values: Mapping[str, object] | Sequence[object] = ()) -> sqlite3.Cursor:
    """Named (`:name`) or numbered (`?`) values; rows are tuples."""
    return driver(t).execute(statement, values)


def run_many(t: Connection, statement: str, rows: Iterable[Mapping[str, object] | Sequence[object]]) -> None:
    """The statement once for each row of values."""
    driver(t).executemany(statement, rows)


def value(t: Connection, statement: str, values: Mapping[str, object] | Sequence[object] = ()) -> Any:
    """The first column of the first row; None where there is none."""
    row = run(t, statement, values).fetchone()
    return None if row is None else row[0]
