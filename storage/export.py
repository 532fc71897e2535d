"""Streaming articles out of the archive, in formats that other programs read, with constant memory.

A whole export goes by number, oldest first, so that importing it founds the same stories. With a cursor it goes by
change: what was added, revised or judged anew since. The cursor to go on from was taken before the first article was
read: what changes meanwhile comes again the next time, and nothing is lost. Pruned articles are not told of.
"""

from __future__ import annotations

import csv
import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from importlib import import_module
from io import TextIOWrapper
from itertools import islice
from typing import Any, BinaryIO

from storage.archive import Archive
from storage.cells import harmless
from storage.errors import ArchiveError
from storage.filters import ArticleFilter
from storage.query import FROM, columns, conditions, settled
from storage.records import Article
from storage.times import parse_time

Row = dict[str, Any]  # a row of `articles`: times as text, authors a list, extra an object
Writer = Callable[[Iterator[Row], BinaryIO], None]

PAGE = 500
_END = 1 << 62  # above every article's number
COLUMNS = columns(Article)


def cursor(archive: Archive) -> int:
    """Where an export that begins now will have to go on."""
    with archive.asking() as c:
        return int(c.execute("SELECT coalesce(max(change_number), 0) FROM article").fetchone()[0])


def changes(archive: Archive, wanted: ArticleFilter, after: int | None) -> Iterator[Row]:
    """The articles of an export, page by page; `after` is a cursor."""
    key = "a.id" if after is None else "a.change_number"
    mark = (0, 0) if after is None else (after, _END)
    while True:
        with archive.asking() as c:
            page = _page(c, wanted, key, mark)
        yield from page
        if len(page) < PAGE:
            return
        mark = (page[-1]["id" if after is None else "change_number"], page[-1]["id"])


def _page(c: sqlite3.Connection, wanted: ArticleFilter, key: str, mark: tuple[int, int]) -> list[Row]:
    chosen = settled(c, conditions(c, wanted)).and_(f"({key}, a.id) > (:mark, :mark_id)", mark=mark[0], mark_id=mark[1])
    query = f"""SELECT {", ".join(COLUMNS)} FROM articles JOIN
                (SELECT {key} AS place, a.id AS number {FROM} WHERE {chosen} ORDER BY {key}, a.id LIMIT {PAGE})
                ON number = id ORDER BY place, id"""
    return [_row(values) for values in c.execute(query, chosen.parameters)]


def _row(values: Iterable[Any]) -> Row:
    row = dict(zip(COLUMNS, values, strict=True))
    row["authors"] = json.loads(row["authors"])
    row["extra"] = json.loads(row["extra"]) if row["extra"] else None
    return row


# --- formats ----------------------------------------------------------------------------------------------------------


def write_jsonl(rows: Iterator[Row], sink: BinaryIO) -> None:
    """One JSON object a line, keys named as the columns of `articles`."""
    for row in rows:
        sink.write(json.dumps(row, ensure_ascii=False).encode() + b"\n")


def write_csv(rows: Iterator[Row], sink: BinaryIO) -> None:
    """CSV with a header line; authors and extra as JSON. A cell that a spreadsheet would run gets an apostrophe."""
    out = TextIOWrapper(sink, encoding="utf-8", newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in rows:
        writer.writerow([_cell(value) for value in row.values()])
    out.flush()
    out.detach()


def _cell(value: object) -> object:
    if isinstance(value, list | dict):
        value = json.dumps(value, ensure_ascii=False)
    return harmless(value) if isinstance(value, str) else value


def write_parquet(rows: Iterator[Row], sink: BinaryIO) -> None:
    """Parquet: times as timestamps in UTC, authors as a list, extra as JSON text. Needs pyarrow."""
    try:
        arrow, parquet = import_module("pyarrow"), import_module("pyarrow.parquet")
    except ImportError:
        raise ArchiveError("Parquet needs pyarrow: pip install 'ingest[parquet]'") from None
    schema = _arrow_schema(arrow)
    with parquet.ParquetWriter(sink, schema, compression="zstd") as writer:
        while batch := list(islice(rows, PAGE)):
            writer.write_table(arrow.Table.from_pylist([_arrow_row(row) for row in batch], schema=schema))


_INTEGERS = {"id", "word_count", "revision_count", "story_id", "duplicate_of", "change_number"}


def _arrow_schema(arrow: Any) -> Any:
    def kind(name: str) -> Any:
        if name.endswith("_at"):
            return arrow.timestamp("us", tz="UTC")
        if name == "authors":
            return arrow.list_(arrow.string())
        return arrow.int64() if name in _INTEGERS else arrow.string()

    return arrow.schema([(name, kind(name)) for name in COLUMNS])


def _arrow_row(row: Row) -> Row:
    values = {name: parse_time(value) if name.endswith("_at") and value else value for name, value in row.items()}
    values["extra"] = json.dumps(row["extra"], ensure_ascii=False) if row["extra"] else None
    return values


STREAMS: Mapping[str, Writer] = {"jsonl": write_jsonl, "csv": write_csv, "parquet": write_parquet}
