"""Printing: JSON, lines and tables to standard output; complaints and progress to standard error.

Text from outside reaches a terminal without control sequences: a headline must not move the cursor, retitle the
window or turn the reading direction around.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Sequence
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

# Escape sequences whole (CSI, OSC and the other strings up to their end), then any control character but tab and line
# feed, and the characters that embed or override a reading direction (left and right marks are innocent).
_CONTROLS = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]"
    r"|\x1b[\]PX^_][^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?"
    r"|\x9b[0-?]*[ -/]*[@-~]"
    r"|[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]"
)
_UNESCAPED_BY_JSON = re.compile(r"[\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def clean(text: str) -> str:
    """Text from outside, safe on a terminal. Line ends and tabs stay."""
    return _CONTROLS.sub("", text)


def clean_line(text: str) -> str:
    """The same in one line."""
    return " ".join(clean(text).split())


def line(text: str = "") -> None:
    sys.stdout.write(text + "\n")


def complain(message: str) -> None:
    """One plain line on standard error."""
    sys.stderr.write(f"ingest: {clean_line(message)}\n")


def note(message: str) -> None:
    """A remark on standard error: progress, a cursor, a hint."""
    sys.stderr.write(clean(message) + "\n")


def json_document(value: object) -> None:
    """One JSON document: indented on a terminal, in one line elsewhere."""
    line(to_json(value, indent=2 if sys.stdout.isatty() else None))


def json_lines(values: Iterable[object]) -> None:
    """One JSON object a line, each written as soon as it is there."""
    for value in values:
        line(to_json(value))


def to_json(value: object, indent: int | None = None) -> str:
    """Values of the archive as JSON: dataclasses as objects, times in UTC with `Z`, no raw control characters."""
    text = json.dumps(_plain(value), ensure_ascii=not _speaks_utf8(), indent=indent, allow_nan=False)
    return _UNESCAPED_BY_JSON.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
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


def show(*parts: RenderableType) -> None:
    """Print what rich lays out."""
    console().print(*parts)


def table(
    columns: Sequence[str], rows: Iterable[Sequence[object]], *, right: Sequence[str] = (), wrap: Sequence[str] = ()
) -> None:
    """A table that fits the terminal: columns named in `wrap` share what is left, `right` ones are aligned right."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    grid = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, header_style="bold")
    for name in columns:
        flexible = name in wrap
        grid.add_column(
            name,
            justify="right" if name in right else "left",
            no_wrap=not flexible,
            overflow="fold" if flexible else "ellipsis",
            ratio=1 if flexible else None,
        )
    for row in rows:
        grid.add_row(*(Text(cell(value)) for value in row))
    show(grid)


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
