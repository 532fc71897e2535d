"""Printing: JSON, lines and tables to standard output; complaints and progress to standard error.

Text from outside reaches a terminal without control sequences: a headline must not move the cursor, retitle the
window or turn the reading direction around.
"""

from __future__ import annotations

import csv
import json
import math
import re
import sys
from collections.abc import Iterable, Sequence
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from storage.cells import harmless

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.text import Text

# Escape sequences whole (CSI, OSC and the other strings up to their end), then any control character but tab and line
# feed, and the characters that embed or override a reading direction (left and right marks are innocent).
_CONTROLS = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]"
    r"|\x1b[\]PX^_][^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?"
    r"|\x9b[0-?]*[ -/]*[@-~]"
    r"|[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]"
)
_UNESCAPED_BY_JSON = re.compile(r"[\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def score(value: float) -> str:
    """A score of two decimals; what is below 1 is never rounded up to it."""
    return f"{math.floor(100 * value) / 100:.2f}"


def clean(text: str) -> str:
    """Text from outside, safe on a terminal. Line ends and tabs stay."""
    return _CONTROLS.sub("", text)


def clean_line(text: str) -> str:
    """The same in one line."""
    return " ".join(clean(text).split())


def line(text: str = "") -> None:
    sys.stdout.write(text + "\n")


def count(number: int, one: str, many: str = "") -> str:
    """`1 feed`, `2,000 feeds`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def only(number: int, more: str) -> None:
    """A note that a list was cut, and how to see `more`."""
    note(f"Only {number} {'is' if number == 1 else 'are'} shown; {more}.")


def complain(message: str) -> None:
    """One plain line on standard error."""
    sys.stderr.write(f"ingest: {clean_line(message)}\n")


def note(message: str) -> None:
    """A remark on standard error: progress, a cursor, a hint."""
    sys.stderr.write(clean(message) + "\n")


def json_document(value: object) -> None:
    """One JSON document: indented on a terminal, in one line elsewhere."""
    line(to_json(value, indent=2 if sys.stdout.isatty() else None))


def csv_rows(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """CSV with a header line (RFC 4180, but for `\\n`). Times are in UTC; lists stand as JSON.

    A cell that a spreadsheet would run as a formula gets an apostrophe before it; control characters go.
    """
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_csv_cell(value) for value in row])


def csv_records(names: Sequence[str], values: Iterable[object]) -> None:
    """Values as CSV: the attributes that are named."""
    csv_rows(names, ([getattr(value, name) for name in names] for value in values))


def _csv_cell(value: object) -> object:
    plain = _plain(value)
    if isinstance(plain, list | dict):
        plain = json.dumps(plain, ensure_ascii=False)
    return harmless(clean(plain)) if isinstance(plain, str) else plain


def json_lines(values: Iterable[object]) -> None:
    """One JSON object a line, each written as soon as it is there."""
    for value in values:
        line(to_json(value))


def to_json(value: object, indent: int | None = None) -> str:
    """Values of the archive as JSON: dataclasses as objects, times in UTC with `Z`, no raw control characters."""
    text = json.dumps(_plain(value), ensure_ascii=not _speaks_utf8(), indent=indent, allow_nan=False)
    return _UNESCAPED_BY_JSON.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def fields_of(value: Any) -> dict[str, Any]:
    """A dataclass as a dictionary, one level deep."""
    return {field.name: getattr(value, field.name) for field in fields(value)}


def _plain(value: Any) -> Any:
    if value is None or type(value) in (str, int, float, bool):  # most of what there is
        return value
    if is_dataclass(value) and not isinstance(value, type):
        return {name: _plain(item) for name, item in fields_of(value).items()}
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, Iterable) and not isinstance(value, str):
        return [_plain(item) for item in value]
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(value, Enum):
        return value.value
    return str(value) if isinstance(value, Path) else value


def prepare_streams() -> None:
    """Never fail over a character that the terminal's encoding lacks."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")


def _speaks_utf8() -> bool:
    return (getattr(sys.stdout, "encoding", None) or "utf-8").lower().replace("-", "") == "utf8"


# --- for people -------------------------------------------------------------------------------------------------------


def console(*, stderr: bool = False) -> Console:
    """A rich console: as wide as the terminal, 80 columns and no colour in a pipe; honours NO_COLOR."""
    from rich.console import Console

    return Console(stderr=stderr, highlight=False, markup=False, emoji=False, soft_wrap=False)


def show(*parts: RenderableType, onto: Console | None = None) -> None:
    """Print what rich lays out, below each other; in a pipe without the blanks that fill its lines."""
    screen = onto or console()
    if screen.is_terminal:
        _print_each(screen, parts)
        return
    with screen.capture() as printed:
        _print_each(screen, parts)
    for text in printed.get().splitlines():
        line(text.rstrip())


def _print_each(screen: Console, parts: Iterable[RenderableType]) -> None:
    """A text that is not to be wrapped, such as an address to be copied, goes on in the terminal's own next line."""
    for part in parts:
        whole = getattr(part, "no_wrap", None) is True  # rich forgets it of a text it is given alone
        screen.print(part, soft_wrap=whole)


def table(
    columns: Sequence[str],
    rows: Iterable[Sequence[object]],
    *,
    right: Sequence[str] = (),
    wrap: Sequence[str] = (),
    cut: Sequence[str] = (),
) -> None:
    """A table that fits the terminal: what is left is for the columns in `wrap`, whose text goes on in more lines, and
    those in `cut`, whose text ends in `…`. `right` ones are aligned right."""
    from rich import box
    from rich.cells import cell_len
    from rich.table import Table
    from rich.text import Text

    cells = [[cell(value) for value in row] for row in rows]
    widths = {name: max(map(cell_len, (name, *(row[n] for row in cells)))) for n, name in enumerate(columns)}
    screen = console()
    _fit(
        widths, screen.width - 2 * (len(columns) - 1), ([*wrap, *cut], 12), ([n for n in columns if n not in right], 4)
    )
    grid = Table(box=box.SIMPLE_HEAD, show_edge=False, padding=(0, 1, 0, 0), pad_edge=False, header_style="bold")
    for name in columns:
        grid.add_column(
            name,
            justify="right" if name in right else "left",
            no_wrap=name not in wrap,
            overflow="fold" if name in wrap else "ellipsis",
            width=widths[name],
        )
    for row in cells:
        grid.add_row(*map(Text, row))
    show(grid, onto=screen)


def _fit(widths: dict[str, int], room: int, *yielding: tuple[list[str], int]) -> None:
    """Narrow the widest columns until all fit: first those of the first list, down to its least width, and so on."""
    for names, least in yielding:
        while sum(widths.values()) > room and any(widths[name] > least for name in names):
            widths[max(names, key=widths.__getitem__)] -= 1


def cell(value: object) -> str:
    """A value as people read it; times in their own zone."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.astimezone().strftime("%Y-%m-%d %H:%M")
    if isinstance(value, float):
        return f"{value:.2f}"
    return f"{value:,}" if isinstance(value, int) else clean_line(str(value))


def marked(text: str, marks: Sequence[tuple[int, int]]) -> Text:
    """A text with some places in bold, safe on a terminal."""
    from rich.text import Text

    result, end = Text(), 0
    for first, last in marks:
        result.append(clean(text[end:first]))
        result.append(clean(text[first:last]), style="bold yellow")
        end = last
    return result.append(clean(text[end:]))


def zone_name() -> str:
    """The user's time zone as tables name it."""
    return datetime.now().astimezone().tzname() or "local time"
