"""The options that say which articles are wanted, for every command that lists articles."""

from __future__ import annotations

from datetime import datetime
from difflib import get_close_matches
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from storage.archive import Archive
    from storage.filters import Conditions

Outlet = Annotated[list[str] | None, typer.Option(metavar="NAME", help="Only this outlet; may be repeated.")]
Feed = Annotated[str | None, typer.Option(metavar="URL", help="Only what this feed listed.")]
Language = Annotated[
    list[str] | None, typer.Option(metavar="CODE", help="Only this language: en, ur, zh (also zh-CN).")
]
Since = Annotated[str | None, typer.Option(metavar="TIME", help="Published since: 7d, 2025-05-30, 2025-05-30T14:00.")]
Until = Annotated[str | None, typer.Option(metavar="TIME", help="Published until; a day is included.")]
SeenSince = Annotated[str | None, typer.Option(metavar="TIME", help="First seen since.")]
SeenUntil = Annotated[str | None, typer.Option(metavar="TIME", help="First seen until.")]
Title = Annotated[str | None, typer.Option(metavar="WORDS", help="With these words in the title.")]
Author = Annotated[str | None, typer.Option(metavar="WORDS", help="By this author.")]
Category = Annotated[str | None, typer.Option(metavar="WORDS", help="In this section or with this tag.")]
Unique = Annotated[bool, typer.Option("--unique", help="One article for each story: no copies.")]
Revised = Annotated[bool, typer.Option("--revised", help="Only articles that have changed since.")]
Across = Annotated[bool, typer.Option("--across", help="Only stories that several outlets carry.")]


def conditions(archive: Archive, **given: object) -> Conditions:
    """The conditions of `Archive.articles` as the options gave them, times in the zone of the user.

    Raises BadParameter for an unknown outlet or an unreadable time.
    """
    for name in ("since", "until", "seen_since", "seen_until"):
        if given.get(name):
            given[name] = local_moment(name, str(given[name]), end=name.endswith("until"))
    outlets = given.get("outlet")
    if isinstance(outlets, list):
        check_outlets(archive, outlets)
    return {name: value for name, value in given.items() if value}  # type: ignore[return-value]


def local_moment(option: str, written: str, *, end: bool = False) -> datetime:
    """A point in time as the user wrote it; without a zone it is in theirs."""
    from storage.times import moment

    now = datetime.now().astimezone()
    try:
        return moment(written, now=now, end=end, zone=None)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint=f"--{option.replace('_', '-')}") from None


def check_outlets(archive: Archive, names: list[str]) -> None:
    known = [outlet.name for outlet in archive.outlets()]
    for name in names:
        if name not in known:
            near = get_close_matches(name, known, n=1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise typer.BadParameter(f"the archive has no outlet {name!r}{hint}", param_hint="--outlet")
