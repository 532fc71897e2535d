"""What `ingest demo` shows at its end: values in, rich renderables out; fits 80 columns. The command prints them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rich import box
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text


@dataclass(frozen=True, slots=True)
class OutletLine:
    """One outlet after the demo's polls. `note` says what went wrong, if anything."""

    title: str
    language: str
    feeds: int
    articles: int
    duplicates: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class CopyLine:
    """An article of a story beside its representative, and the edge by which it came there."""

    article_id: int
    outlet: str
    title: str
    verdict: str  # the kind of that edge, and its score


@dataclass(frozen=True, slots=True)
class StoryLine:
    """A story: its representative and the articles that repeat it."""

    article_id: int
    outlet: str
    title: str
    copies: tuple[CopyLine, ...] = ()


def outlets_table(lines: Iterable[OutletLine]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, header_style="bold", width=78)
    table.add_column("Outlet", no_wrap=True, overflow="ellipsis", max_width=20)
    table.add_column("", width=2)  # language
    for name in ("Feeds", "Articles", "Copies"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("Remarks", overflow="fold", ratio=1)
    for line in lines:
        note = Text(line.note, style="yellow")
        counts = (str(number) for number in (line.feeds, line.articles, line.duplicates))
        table.add_row(Text(line.title), line.language, *counts, note)
    return table


def stories_table(stories: Iterable[StoryLine]) -> Table:
    """Every story's headline, and under it who else published the text, how it was told, and with which score."""
    table = Table(box=None, show_header=False, pad_edge=False, width=78)
    table.add_column(justify="right", style="dim", no_wrap=True)
    table.add_column(no_wrap=True, overflow="ellipsis", max_width=20)
    table.add_column(no_wrap=True, overflow="ellipsis", ratio=1)
    table.add_column(justify="right", no_wrap=True)
    for number, story in enumerate(stories):
        if number:
            table.add_row()
        copies = f"{len(story.copies)} {'copy' if len(story.copies) == 1 else 'copies'}" if story.copies else ""
        table.add_row(str(story.article_id), Text(story.outlet, style="bold"), Text(story.title, style="bold"), copies)
        for copy in story.copies:
            verdict = Text(copy.verdict, style="green")
            table.add_row(str(copy.article_id), Text(copy.outlet), Text(copy.title), verdict)
    return table


def revision_panel(outlet: str, title: str, changes: Text) -> Panel:
    """An article's change between two polls; `changes` as `ingest.cli.diff.word_diff` gives them."""
    return Panel(
        changes, title=Text(f"{outlet}: {title}"), title_align="left", box=box.ROUNDED, width=78, padding=(0, 1)
    )


def commands_to_try(commands: Sequence[tuple[str, str]]) -> Group:
    """Commands, each with what it is for. Print with `crop=False`: a long command stays whole, to be copied."""
    lines: list[RenderableType] = []
    for command, purpose in commands:
        lines.append(Text(command, style="cyan", no_wrap=True, overflow="ignore"))
        lines.append(Padding(Text(purpose, style="dim"), (0, 0, 0, 4)))
    return Group(*lines)


def heading(words: str) -> Text:
    return Text(f"\n{words}\n", style="bold underline")
