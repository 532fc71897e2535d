"""Any SELECT a user writes, over a connection that cannot write."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from sqlalchemy import Connection, CursorResult
from sqlalchemy.exc import DBAPIError, ResourceClosedError

from storage.errors import BadStatement
from storage.results import Results

Parameters = tuple[object, ...] | dict[str, object]
Reading = Callable[[], AbstractContextManager[Connection]]
_BATCH = 500


def rows(reading: Reading, statement: str, parameters: Parameters) -> Results[tuple[object, ...]]:
    """The rows of a statement as tuples, read while they are iterated."""

    def read() -> Iterator[tuple[object, ...]]:
        with _executed(reading, statement, parameters) as result:
            for batch in result.partitions(_BATCH):
                yield from (tuple(row) for row in batch)

    def columns() -> tuple[str, ...]:
        with _executed(reading, statement, parameters) as result:
            return tuple(result.keys())

    return Results(read, columns)


@contextmanager
def _executed(reading: Reading, statement: str, parameters: Parameters) -> Iterator[CursorResult[tuple[object, ...]]]:
    with reading() as c:
        try:
            yield c.exec_driver_sql(statement, parameters)
        except DBAPIError as error:
            raise BadStatement(f"this SQL cannot be run: {error.orig}") from None
        except ResourceClosedError:
            raise BadStatement("this SQL returns no rows: only reading is possible here") from None
