"""Full-text search: articles that match a query, the best first.

Matches are ranked by bm25 (Robertson and Zaragoza 2009, as FTS5 has it), a word of the title counting five times. A
word that stands in half a million articles cannot be ranked within a blink, so ranking goes window by window: the
newest 5,000 matches, ranked; then the next 5,000. Rarer words have one window, which is all of them.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import replace

from storage.filters import ArticleFilter, Where
from storage.pool import Reading
from storage.query import FROM, articles_by_id, conditions, is_few, settled
from storage.records import Article
from storage.searchquery import Query
from storage.snippets import snippet

WEIGHTS = "5.0, 1.0, 1.0, 0.5"  # of title, text, authors and categories, for bm25
WINDOW = 5_000
PAGE = 50
_END = 1 << 62  # above every article's number


def find(
    reading: Reading, query: Query, wanted: ArticleFilter, limit: int | None = None, after: int | None = None
) -> Iterator[Article]:
    """Matching articles with `score` and `snippet`, those behind `after`. Each page is a short read of its own."""
    if query.expression is None:
        return
    with reading() as c:
        chosen = conditions(c, wanted)
    expression = query.expression if chosen.match is None else f"{query.expression} AND {chosen.match}"
    most = limit if after is None else None
    below: int | None = _END
    while below is not None:
        with reading() as c:
            ranked, below = _window(c, expression, settled(c, chosen, words=False), below, most)
        if after is not None:
            place = next((place for place, (_, number) in enumerate(ranked, start=1) if number == after), None)
            ranked, after = (ranked[place:], None) if place else ([], after)
        for start in range(0, len(ranked), PAGE):
            yield from _page(reading, query, ranked[start : start + PAGE])


def _window(
    c: sqlite3.Connection, expression: str, chosen: Where, below: int, limit: int | None
) -> tuple[list[tuple[float, int]], int | None]:
    """The newest matches below an article's number as (score, number), the best first; and where the next ones are."""
    statement = f"""
        SELECT score, id, min(id) OVER (), count(*) OVER () FROM (
            SELECT rowid AS id, bm25(article_words, {WEIGHTS}) AS score FROM article_words
            WHERE article_words MATCH :expression AND rowid < :below {_among(c, chosen)}
            ORDER BY rowid DESC LIMIT :window)
        ORDER BY score, id DESC LIMIT :limit"""
    most = WINDOW if limit is None else min(limit, WINDOW)
    parameters = {"expression": expression, "below": below, "window": WINDOW, "limit": most}
    found = c.execute(statement, {**chosen.parameters, **parameters}).fetchall()
    rest = found[0][2] if found and found[0][3] == WINDOW else None
    return [(-row[0], row[1]) for row in found], rest if limit is None or limit > WINDOW else None


def _among(c: sqlite3.Connection, chosen: Where) -> str:
    """The other conditions: few articles that meet them are listed first, otherwise each match is looked at."""
    if not (chosen.parts or chosen.branches):
        return ""
    selection = f"SELECT a.id {FROM} WHERE {chosen}"
    if is_few(c, selection, chosen.parameters):
        return f"AND +rowid IN ({selection})"
    return f"AND EXISTS ({selection} AND a.id = article_words.rowid)"


def _page(reading: Reading, query: Query, ranked: list[tuple[float, int]]) -> Iterator[Article]:
    scores = {number: score for score, number in ranked}
    with reading() as c:
        articles = articles_by_id(c, list(scores))
    for article in articles:
        yield replace(article, score=round(scores[article.id], 3), snippet=snippet(article.text, query.phrases))
