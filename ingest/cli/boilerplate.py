"""`ingest feeds boilerplate`: the lines that an outlet repeats, and a person's word on them."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ingest.cli import output
from ingest.cli.frame import WRONG_USAGE
from ingest.cli.options import Config, Database, Json, open_archive

if TYPE_CHECKING:
    from collections.abc import Sequence

    from storage.archive import Archive
    from storage.model import LineCount, LineWord, OutletLines
    from storage.transaction import Transaction

SHOWN_ID = 8  # of 16 digits

Lines = list[str] | None


def boilerplate(
    name: Annotated[str, typer.Argument(metavar="NAME", help="An outlet's name.")],
    leave_out: Annotated[
        Lines, typer.Option("--leave-out", metavar="LINE", help="Compare articles without this line (or its id).")
    ] = None,
    keep: Annotated[
        Lines, typer.Option("--keep", metavar="LINE", help="This line (or its id) belongs to the articles.")
    ] = None,
    undo: Annotated[
        Lines, typer.Option("--undo", metavar="LINE", help="Take back what you said of this line (or its id).")
    ] = None,
    json: Json = False,
    config: Config = None,
    database: Database = None,
) -> None:
    """Show the lines that an outlet repeats at the edges of its articles; say which of them are no text of theirs.

    Such lines do not count when articles are compared. Stored texts keep them.
    """
    from storage.model import LineWord

    said = [(line, LineWord.BOILERPLATE) for line in leave_out or ()]
    said += [(line, LineWord.TEXT) for line in keep or ()]
    said += [(line, LineWord.NONE) for line in undo or ()]
    with open_archive(config, database) as archive:
        known = _known(archive, name)
    if said:
        with open_archive(config, database, write=True) as archive:
            with archive.transaction() as t:
                _say(t, name, said)
            known = _known(archive, name)
    if json:
        output.json_document(
            {"outlet": name, "articles": known.articles, "lines": [_row(known, n) for n in known.lines]}
        )
    else:
        _show(name, known)


def _known(archive: Archive, name: str) -> OutletLines:
    from storage import lines

    with archive.reading() as c:
        known = lines.of_outlet(c, name)
    if known is None:
        near = get_close_matches(name, [outlet.name for outlet in archive.outlets()], n=1)
        output.complain(f"the archive has no outlet {name!r}" + (f"; did you mean {near[0]!r}?" if near else ""))
        raise typer.Exit(WRONG_USAGE)
    return known


def _say(t: Transaction, name: str, said: Sequence[tuple[str, LineWord]]) -> None:
    from storage import lines

    known = lines.of_outlet(t, name)
    assert known is not None
    for given, word in said:
        key, text = _line_meant(given, known)
        lines.say(t, known.outlet_id, key, text, word)


def _line_meant(given: str, known: OutletLines) -> tuple[int, str]:
    """A line by its id, by its text, or one that was never seen."""
    from ingest.pages import edge_lines

    by_id = [line for line in known.lines if len(given) >= SHOWN_ID and _id(line).startswith(given.lower())]
    if len(by_id) == 1:
        return by_id[0].hash, by_id[0].text
    as_text = edge_lines(given.strip())
    if len(as_text) != 1:
        raise typer.BadParameter(f"{given!r} is neither the id of a line nor one line of 4 to 300 letters")
    return next(iter(as_text.items()))


def _id(line: LineCount) -> str:
    return f"{line.hash:016x}"


def _row(known: OutletLines, line: LineCount) -> dict[str, Any]:
    from ingest.pages import is_learned
    from storage.model import LineWord

    return {
        "id": _id(line),
        "line": line.text,
        "stories": line.seen,
        "articles_since": known.articles - line.last_at if line.seen else None,
        "left_out": is_learned(line, articles=known.articles),
        "word": None if line.word is LineWord.NONE else line.word,
    }


def _show(name: str, known: OutletLines) -> None:
    if not known.lines:
        output.note(f"No line stands in two stories of {name}'s last articles.")
        return
    rows = []
    for row in (_row(known, line) for line in known.lines):
        verdict = ("left out" if row["left_out"] else "kept") + (", you said" if row["word"] else "")
        rows.append((row["id"][:SHOWN_ID], row["stories"], verdict, row["line"]))
    output.table(("id", "stories", "in comparing", "line"), rows, right=("stories",), wrap=("line",))
