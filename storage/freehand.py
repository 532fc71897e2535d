"""Any SELECT a user writes, over a connection that cannot write."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager

from storage.errors import BadStatement
from storage.pool import Reading
from storage.results import Results

Parameters = tuple[object, ...] | dict[str, object]


def rows(reading: Reading, statement: str, parameters: Parameters) -> Results[tuple[object, ...]]:
    """The rows of a statement as tuples, read while they are iterated."""

    def read() -> Iterator[tuple[object, ...]]:
        with _executed(reading, statement, parameters) as cursor:
            yield from cursor

    def columns() -> tuple[str, ...]:
        with _executed(reading, statement, parameters) as cursor:
            return tuple(column[0] for column in cursor.description)

    return Results(read, columns)


@contextmanager
def _executed(reading: Reading, statement: str, parameters: Parameters) -> Iterator[sqlite3.Cursor]:
    with reading() as c, closing(c.cursor()) as cursor:
        try:
            cursor.execute(statement, parameters)
            if cursor.description is None:
                raise BadStatement("this SQL returns no rows: only reading is possible here")
            yield cursor
        except (sqlite3.Error, sqlite3.Warning) as error:
            raise BadStatement(f"this SQL cannot be run: {error}") from None
