"""`ingest show`, `story` and `revisions`: one article and what belongs to it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ingest.cli import output
from ingest.cli.filters import local_moment
from ingest.cli.frame import NOTHING_DONE, command_group
from ingest.cli.options import Config, Csv, Database, Json, open_archive, storable

if TYPE_CHECKING:
    from rich.text import Text

    from storage.archive import Archive
    from storage.records import Article, Duplicate, Revision

app = command_group()

Number = Annotated[int, typer.Argument(metavar="ID", help="The number of an article, as `ingest list` shows it.")]
Open = Annotated[
    bool, typer.Option("--open", help="Open the page of the article, or of the first one, in the browser.")
]


@app.command("show")
def show(
    number: Number,
    open: Open = False,
    short: Annotated[
        bool, typer.Option("--without-boilerplate", help="Hide the lines that the outlet repeats under its articles.")
    ] = False,
    json: Json = False,
    csv: Csv = False,
    config: Config = None,
    database: Database = None,
) -> None:
    """Show an article: its text, where it was listed, what it repeats."""
    with open_archive(config, database) as archive:
        article = found(archive, number)
        if short:
            article = _without_boilerplate(archive, article)
        if open:
            open_page(article)
        elif json:
            output.json_document(_document(archive, article))
        elif csv:
            output.csv_records(_columns(), [article])
        else:
            _print_article(archive, article)


@app.command("story")
def story(
    number: Annotated[
        int, typer.Argument(metavar="ID", callback=storable, help="The number of a story, or of an article in it.")
    ],
    open: Open = False,
    json: Json = False,
    csv: Csv = False,
    config: Config = None,
    database: Database = None,
) -> None:
    """Show a story: the articles that carry the same text, the representative first."""
    with open_archive(config, database) as archive:
        one = archive.story(number) or archive.story(found(archive, number).story_id)
        assert one is not None
        members = sorted(archive.articles(story=one.id), key=lambda a: (a.id != one.representative_id, a.sort_at, a.id))
        edges = [edge for a in members for edge in archive.duplicates(a.id) if edge.article_id == a.id]
        if open:
            open_page(members[0])
        elif json:
            output.json_document({**output.fields_of(one), "articles": members, "duplicates": edges})
        elif csv:
            output.csv_records(_columns(), members)
        else:
            _print_story(members, edges)


@app.command("revisions")
def revisions(
    number: Annotated[int | None, typer.Argument(metavar="[ID]", help="The number of an article.")] = None,
    since: Annotated[
        str | None, typer.Option(metavar="TIME", help="Instead of ID: list every edit seen since: 1d, 2025-05-30.")
    ] = None,
    whole: Annotated[bool, typer.Option("--whole", help="Show unchanged paragraphs, too.")] = False,
    open: Open = False,
    json: Json = False,
    csv: Csv = False,
    config: Config = None,
    database: Database = None,
) -> None:
    """Show how an article has changed, word by word; or, with --since, which articles were edited."""
    if (number is None) == (since is None):
        raise typer.BadParameter("give the number of an article, or --since TIME", param_hint="ID")
    if number is None:
        assert since is not None
        start = local_moment("since", since)
        with open_archive(config, database) as archive:
            edits = [edit for one in archive.edited(start) for edit in _edits(archive, one, start)]
            article = found(archive, edits[0].article_id) if open and edits else None
        if article is not None:
            open_page(article)
        else:
            _print_edits(edits, json=json, csv=csv)
        return
    with open_archive(config, database) as archive:
        article = found(archive, number)
        versions = archive.revisions(number)
    if open:
        open_page(article)
    elif json:
        output.json_document({"article_id": number, "revisions": versions})
    elif csv:
        output.csv_records(("article_id", "number", "seen_at", "title", "text", "change"), versions)
    else:
        _print_revisions(article, versions, whole=whole)


def found(archive: Archive, number: int) -> Article:
    """The article, or the end of the command."""
    article = archive.article(number)
    if article is None:
        output.complain(f"the archive has no article {number}")
        raise typer.Exit(NOTHING_DONE)
    return article


def _columns() -> tuple[str, ...]:
    from storage.query import columns
    from storage.records import Article

    return columns(Article)


def open_page(article: Article) -> None:
    import webbrowser

    if article.url is None or not article.url.startswith(("https://", "http://")):
        output.complain(f"article {article.id} has no page")
        raise typer.Exit(NOTHING_DONE)
    webbrowser.open(article.url)


def _without_boilerplate(archive: Archive, article: Article) -> Article:
    from ingest.pages import edge_lines, learned, without_learned
    from storage import lines

    with archive.reading() as c:
        known = lines.of_article(c, article.id, edge_lines(article.text))
    return replace(article, text=without_learned(article.text, learned(known)))


# --- show -------------------------------------------------------------------------------------------------------------


def _document(archive: Archive, article: Article) -> dict[str, Any]:
    return {
        **{name: getattr(article, name) for name in _columns()},
        "sightings": archive.sightings(article.id),
        "duplicates": archive.duplicates(article.id),
    }


def _print_article(archive: Archive, article: Article) -> None:
    from rich.text import Text

    output.show(Text(output.clean_line(article.title), style="bold"))
    for name, value in _facts(archive, article):
        if value:
            whole_line = Text(f"{name:<12}", no_wrap=True, overflow="ignore")
            output.show(whole_line.append(output.clean_line(value)))
    for paragraph in article.text.splitlines():
        output.show("", Text(output.clean(paragraph)))


def _facts(archive: Archive, article: Article) -> list[tuple[str, str]]:
    revised = f"{article.revision_count} versions: ingest revisions {article.id}" if article.revision_count > 1 else ""
    copy = f"article {article.duplicate_of}: ingest story {article.story_id}" if article.duplicate_of else ""
    words = f"{article.word_count:,} words, {article.language or 'language unknown'}, by {article.method}"
    return [
        ("outlet", article.outlet),
        ("authors", ", ".join(article.authors)),
        ("published", _time(article.published_at)),
        ("updated", _time(article.updated_at)),
        ("first seen", _time(article.first_seen_at)),
        ("address", article.url or ""),
        ("text", words),
        ("revised", revised),
        ("copy of", copy),
        *(("inside", f"article {edge.original_id}") for edge in _containing(archive, article)),
        *(("listed by", sighting.feed_url) for sighting in archive.sightings(article.id)),
    ]


def _containing(archive: Archive, article: Article) -> list[Duplicate]:
    edges = archive.duplicates(article.id, kind="contained")
    return [edge for edge in edges if edge.article_id == article.id and edge.status != "undone"]


def _time(value: Any) -> str:
    return f"{output.cell(value)} {output.zone_name()}" if value else ""


# --- story ------------------------------------------------------------------------------------------------------------


def _print_story(members: Sequence[Article], edges: Sequence[Duplicate]) -> None:
    from ingest.cli.reading import published

    best = {edge.article_id: edge for edge in sorted(edges, key=_standing)}
    rows = []
    for article in members:
        edge = best.get(article.id) if article.duplicate_of else None
        verdict = ("original", "") if edge is None else (edge.kind, output.score(edge.score))
        rows.append((str(article.id), published(article), article.outlet, *verdict, article.title))
    columns = ("id", f"published ({output.zone_name()})", "outlet", "kind", "score", "title")
    output.table(columns, rows, right=("id", "score"), cut=("title",))


def _standing(edge: Duplicate) -> tuple[bool, float]:
    """The edge that explains best why an article is here sorts last."""
    return edge.status != "undone" and edge.kind != "contained", edge.score


# --- revisions --------------------------------------------------------------------------------------------------------


def _print_revisions(article: Article, versions: Sequence[Revision], *, whole: bool) -> None:
    from rich.text import Text

    output.show(Text(output.clean_line(article.title), style="bold"), f"Version 1, seen {_time(versions[0].seen_at)}")
    if len(versions) == 1:
        output.show("It has not changed since.")
    marked = output.console().color_system is None
    for old, new in pairwise(versions):
        head = Text(f"Version {new.number}, seen {_time(new.seen_at)}: {_why(new)}", style="cyan")
        output.show("", head, difference(old, new, whole=whole, marked=marked))


def difference(old: Revision, new: Revision, *, whole: bool, marked: bool) -> Text:
    """Both versions in one text, the title being its first paragraph."""
    from ingest.cli.diff import word_diff

    before, after = (output.clean(f"{version.title}\n{version.text}") for version in (old, new))
    return word_diff(before, after, whole=whole, marked=marked)


@dataclass(frozen=True, slots=True)
class _Edit:
    """One edit by an outlet. Words are counted, not placed: what was only moved is neither added nor removed."""

    article_id: int
    number: int
    seen_at: datetime
    outlet: str
    url: str | None
    title: str
    previous_title: str
    words_added: int
    words_removed: int


def _edits(archive: Archive, number: int, since: datetime) -> Iterator[_Edit]:
    """The edits of one article that were seen since, the newest first."""
    article = archive.article(number)
    assert article is not None
    for old, new in reversed(list(pairwise(archive.revisions(number)))):
        if new.change == "edited" and new.seen_at >= since:
            before, after = Counter(old.text.split()), Counter(new.text.split())
            counts = (after - before).total(), (before - after).total()
            yield _Edit(number, new.number, new.seen_at, article.outlet, article.url, new.title, old.title, *counts)


def _print_edits(edits: Sequence[_Edit], *, json: bool, csv: bool) -> None:
    if json:
        output.json_lines(edits)
    elif csv:
        output.csv_records(_Edit.__slots__, edits)
    elif not edits:
        output.note("No edits.")
    else:
        columns = ("id", f"seen ({output.zone_name()})", "outlet", "words", "title")
        output.table(columns, [_edit_row(edit) for edit in edits], right=("id",), cut=("title",))


def _edit_row(edit: _Edit) -> tuple[str, ...]:
    words = f"+{edit.words_added} −{edit.words_removed}"
    title = edit.title if edit.title == edit.previous_title else f"{edit.title} (was: {edit.previous_title})"
    return str(edit.article_id), output.cell(edit.seen_at), edit.outlet, words, title


def _why(version: Revision) -> str:
    return {
        "edited": "the outlet edited it",
        "re-extracted": "we read the page better",
        "page_obtained": "we obtained the page; before, there was the feed's own text",
    }.get(version.change or "", version.change or "")
