"""`ingest duplicates explain`: why two articles are, or are not, the same text, laid out for people and for programs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ingest.cli import output
from ingest.duplicates.explain import Figure, Passage
from ingest.judgements import Explained
from storage.records import Article

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table

PASSAGES = 8  # that are shown: the longest
LONG = 320  # characters of a passage: of a longer one its ends are shown
END = 60  # of them, at the end
COLOURS = ("green", "cyan")  # by turns, so that neighbours can be told apart


def document(explained: Explained, a: Article, b: Article) -> dict[str, Any]:
    result = explained.explanation.comparison
    return {
        "verdict": explained.explanation.verdict,
        "standing": explained.standing,
        "kind": result.kind,
        "score": result.score,
        "threshold": result.threshold,
        "same_story": a.story_id == b.story_id,
        "separated": explained.separated,
        "articles": [_head(a), _head(b)],
        "duplicates": explained.edges,
        "figures": explained.figures,
        "passages": [
            {"words": p.words, "a": _place(a, p.a.start, p.a.end), "b": _place(b, p.b.start, p.b.end)}
            for p in explained.passages
        ],
    }


def _head(article: Article) -> dict[str, Any]:
    names = ("id", "outlet", "title", "url", "published_at", "language", "word_count", "story_id")
    return {name: getattr(article, name) for name in names}


def _place(article: Article, start: int, end: int) -> dict[str, Any]:
    return {"start": start, "end": end, "text": article.text[start:end]}


def show(explained: Explained, a: Article, b: Article, *, whole: bool) -> None:
    from rich.text import Text

    result = explained.explanation.comparison
    output.show(Text(explained.explanation.verdict, style="bold green" if result.kind else "bold red"))
    for sentence in explained.standing:
        output.show(Text(sentence))
    output.show("", _side_by_side([_titles(a, b)]))
    if explained.figures:
        output.show("")
        _show_figures(explained.figures)
    _show_passages(explained.passages, a, b, whole=whole)


def _titles(a: Article, b: Article) -> tuple[RenderableType, RenderableType]:
    from rich.text import Text

    def head(article: Article) -> Text:
        at = f"{output.cell(article.published_at)} {output.zone_name()}" if article.published_at else "no date"
        facts = f"{article.id}  {article.outlet}\n{at}, {article.word_count:,} words\n"
        return Text(facts).append(output.clean_line(article.title) or "(without a title)", style="bold")

    return head(a), head(b)


def _show_figures(figures: Sequence[Figure]) -> None:
    rows = [
        (
            figure.name.replace("_", " "),
            f"{figure.value:.2f}",
            "" if figure.weight is None else f"{figure.weight:+.2f}",
            figure.meaning,
        )
        for figure in figures
    ]
    output.table(("figure", "value", "weighs", "what it is"), rows, right=("value", "weighs"), wrap=("what it is",))
    output.show(
        "",
        "Shares of the shorter text, if nothing else is said. A figure that weighs speaks "
        "for (+) or against (-) the same text, by how far it is from that of an average pair.",
    )


def _show_passages(passages: Sequence[Passage], a: Article, b: Article, *, whole: bool) -> None:
    from rich.text import Text

    if not passages:
        output.show("", "No three words in a row stand in both.")
        return
    longest = sorted(passages, key=lambda passage: -passage.words)[: None if whole else PASSAGES]
    words = sum(passage.words for passage in passages)
    output.show("", Text(f"In common: {output.count(len(passages), 'passage')}, {words:,.0f} words", style="bold"), "")
    rows = []
    for number, passage in enumerate(sorted(longest, key=lambda p: p.a.start)):
        colour = COLOURS[number % len(COLOURS)]
        texts = (a.text[passage.a.start : passage.a.end], b.text[passage.b.start : passage.b.end])
        left, right = (Text(text if whole else _cut(text), style=colour) for text in map(output.clean_line, texts))
        rows.append((left, right))
    output.show(_side_by_side(rows))
    if len(longest) < len(passages):
        rest = len(passages) - len(longest)
        output.show("", f"… and {output.count(rest, 'shorter passage')}; --whole shows all, in full")


def _cut(text: str) -> str:
    """Its two ends where it is long, cut between words; in scripts without spaces, anywhere."""
    if len(text) <= LONG:
        return text
    return f"{text[: LONG - END].rsplit(' ', 1)[0]} […] {text[-END:].split(' ', 1)[-1]}"


def _side_by_side(rows: Sequence[tuple[RenderableType, RenderableType]]) -> Table:
    from rich.table import Table

    grid = Table.grid(padding=(0, 2, 0, 0), expand=True)
    grid.add_column(ratio=1, overflow="fold")
    grid.add_column(ratio=1, overflow="fold")
    for number, row in enumerate(rows):
        if number:
            grid.add_row("", "")
        grid.add_row(*row)
    return grid
