"""Full-text search: articles that match a query, the best first.

Matches are ranked by bm25 (Robertson and Zaragoza 2009, as FTS5 has it), a word of the title counting five times. A
word that stands in half a million articles cannot be ranked within a blink, so ranking goes window by window: the
newest 10,000 matches, ranked; then the next 10,000. Rarer words have one window, which is all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace

from sqlalchemy import Connection, text

from storage.filters import ArticleFilter, where
from storage.query import articles_by_id
from storage.records import Article
from storage.search import WEIGHTS
from storage.searchquery import Query
from storage.snippets import snippet

WINDOW = 10_000
PAGE = 50
_END = 1 << 62  # above every article's number

Reading = Callable[[], AbstractContextManager[Connection]]


def find(reading: Reading, query: Query, wanted: ArticleFilter) -> Iterator[Article]:
    """Matching articles with `score` and `snippet`. Each page is a short read of its own."""
    below: int | None = _END if query.expression else None
    while below is not None:
        with reading() as c:
            ranked, below = _window(c, query.expression or "", wanted, below)
        for start in range(0, len(ranked), PAGE):
            yield from _page(reading, query, ranked[start : start + PAGE])


def _window(
    c: Connection, expression: str, wanted: ArticleFilter, below: int
) -> tuple[list[tuple[float, int]], int | None]:
    """The newest matches below an article's number as (score, number), the best first; and where the next ones are."""
    chosen = where(wanted)
    among = ""
    if chosen.parts:
        among = f"AND +rowid IN (SELECT a.id FROM article a JOIN story s ON s.id = a.story_id WHERE {chosen})"
    statement = f"""SELECT rowid, bm25(article_words, {WEIGHTS}) FROM article_words
                    WHERE article_words MATCH :expression AND rowid < :below {among}
                    ORDER BY rowid DESC LIMIT :window"""
    parameters = {**chosen.parameters, "expression": expression, "below": below, "window": WINDOW}
    found = [(-score, number) for number, score in c.execute(text(statement), parameters)]
    rest = found[-1][1] if len(found) == WINDOW else None
    return sorted(found, reverse=True), rest


def _page(reading: Reading, query: Query, ranked: list[tuple[float, int]]) -> Iterator[Article]:
    scores = {number: score for score, number in ranked}
    with reading() as c:
        articles = articles_by_id(c, list(scores))
    for article in articles:
        yield replace(article, score=round(scores[article.id], 3), snippet=snippet(article.text, query.phrases))
