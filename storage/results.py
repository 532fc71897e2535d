"""What reading returns: an iterable that never holds everything, and can become a data frame."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class Results(Generic[T]):
    """Values read page by page while you iterate; iterating again reads again.

    `to_polars()` and `to_pandas()` load everything into a frame, with the library of that name if it is installed.
    """

    def __init__(self, read: Callable[[], Iterator[T]], columns: Callable[[], tuple[str, ...]]) -> None:
        self._read = read
        self._columns = columns

    def __iter__(self) -> Iterator[T]:
        return self._read()

    @property
    def columns(self) -> tuple[str, ...]:
        return self._columns()

    def first(self) -> T | None:
        return next(iter(self), None)

    def to_polars(self) -> Any:
        polars = _library("polars")
        return polars.DataFrame(self._rows(), schema=list(self.columns), orient="row", infer_schema_length=None)

    def to_pandas(self) -> Any:
        return _library("pandas").DataFrame.from_records(self._rows(), columns=list(self.columns))

    def _rows(self) -> list[tuple[Any, ...]]:
        columns = self.columns
        return [
            item if isinstance(item, tuple) else tuple(_cell(getattr(item, name)) for name in columns) for item in self
        ]


def _cell(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value


def _library(name: str) -> Any:
    try:
        return import_module(name)
    except ImportError:
        raise ImportError(f"to_{name}() needs {name}, which is not installed: pip install {name}") from None
