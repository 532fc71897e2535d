"""The page of an article: its text, how it changed, and what repeats it, passage by passage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from ingest.duplicates.explain import Span, common_passages
from ingest.web.day import verdict
from ingest.web.passages import LONGEST, Paragraph, marked, of_change
from storage import Archive
from storage.records import Article, Duplicate, Revision, Sighting

MOST_RELATED = 60
COMPARED = 60_000  # characters of each text in which common passages are looked for

WHY = {
    "edited": "edited by the outlet",
    "re-extracted": "the page was read better",
    "page_obtained": "the page was obtained; before, there was the feed's own text",
}


@dataclass(frozen=True, slots=True)
class Related:
    """Another article with the same text, or one of the two inside the other. `edge` is missing between two copies."""

    article: Article
    edge: Duplicate | None
    verdict: str


@dataclass(frozen=True, slots=True)
class Comparison:
    other: Related
    here: list[Paragraph]
    there: list[Paragraph]
    share_here: int  # percent of the characters
    share_there: int


@dataclass(frozen=True, slots=True)
class Change:
    version: Revision
    why: str
    paragraphs: list[Paragraph]


@dataclass(frozen=True, slots=True)
class ArticlePage:
    article: Article
    paragraphs: list[Paragraph]
    cut: bool  # whether the text goes on
    sightings: list[Sighting]
    first_version: Revision
    changes: list[Change]
    related: list[Related]
    comparison: Comparison | None


def read_article(archive: Archive, number: int, *, beside: int | None = None) -> ArticlePage | None:
    """None if there is no such article. `beside` is the related article to compare with, by default the closest one."""
    article = archive.article(number)
    if article is None:
        return None
    versions = archive.revisions(number)
    related = _related(archive, article)
    chosen = next((one for one in related if one.article.id == beside), related[0] if related else None)
    return ArticlePage(
        article=article,
        paragraphs=marked(article.text[:LONGEST], (), ""),
        cut=len(article.text) > LONGEST,
        sightings=archive.sightings(number),
        first_version=versions[0],
        changes=[Change(new, WHY.get(new.change or "", ""), of_change(old, new)) for old, new in pairwise(versions)],
        related=related,
        comparison=None if chosen is None else _compare(article, chosen),
    )


def _related(archive: Archive, article: Article) -> list[Related]:
    """Those that this article was compared with first, the closest first; then the other members of its story."""
    edges = [edge for edge in archive.duplicates(article.id, limit=MOST_RELATED) if edge.status != "undone"]
    edges.sort(key=lambda edge: (edge.kind == "contained", -edge.score))
    others = {_other(edge, article): edge for edge in reversed(edges)}
    numbers = list(dict.fromkeys(_other(edge, article) for edge in edges))
    members = archive.articles(story=article.story_id, limit=MOST_RELATED)
    numbers += [member.id for member in members if member.id != article.id and member.id not in others]
    known = {found.id: found for found in archive.articles(id=numbers)}
    return [_standing(known[number], others.get(number), article) for number in numbers if number in known]


def _other(edge: Duplicate, article: Article) -> int:
    return edge.original_id if edge.article_id == article.id else edge.article_id


def _standing(other: Article, edge: Duplicate | None, article: Article) -> Related:
    if edge is None:
        return Related(other, None, "same story")
    if edge.kind == "contained" and edge.original_id == article.id:
        return Related(other, edge, f"stands inside this one {edge.score:.2f}")
    if edge.kind == "contained":
        return Related(other, edge, f"holds this one {edge.score:.2f}")
    return Related(other, edge, verdict(edge.kind, edge.score))


def _compare(article: Article, other: Related) -> Comparison:
    here, there = article.text[:COMPARED], other.article.text[:COMPARED]
    spans_here, spans_there = common_passages(here, there)
    return Comparison(
        other,
        marked(here, _edges(spans_here), "common"),
        marked(there, _edges(spans_there), "common"),
        _percent(spans_here, here),
        _percent(spans_there, there),
    )


def _edges(spans: Sequence[Span]) -> list[tuple[int, int]]:
    return [(span.start, span.end) for span in spans]


def _percent(spans: Sequence[Span], text: str) -> int:
    return round(100 * sum(span.end - span.start for span in spans) / max(1, len(text)))
