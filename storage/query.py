"""Reading: rows of the public views as values (`storage.records`), page by page, newest first.

Functions take a connection with an open read transaction. A page is found by the key after which it begins (time and
number), so the ten-thousandth page costs what the first one does, and no cursor stays open between two pages.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, TypeVar

from storage.filters import ArticleFilter, Where, where
from storage.records import Article, Duplicate, FeedRow, OutletRow, PollDayRow, PollRow, Revision, Sighting, Story
from storage.times import format_time, parse_time

T = TypeVar("T")
Parameters = Mapping[str, str | int | float | None]

VIEWS: dict[type, str] = {
    Article: "articles",
    Story: "stories",
    Revision: "revisions",
    Duplicate: "duplicates",
    Sighting: "sightings",
    OutletRow: "outlets",
    FeedRow: "feeds",
    PollRow: "polls",
    PollDayRow: "poll_days",
}
FROM = "FROM article a JOIN story s ON s.id = a.story_id"  # what the conditions of `storage.filters` are about
FEW = 20_000
FEW_LISTED = 5_000  # of what a feed listed: to know the article each row is read, 10 µs in a large archive
_JSON: dict[str, Callable[[Any], Any]] = {"authors": tuple, "extra": dict}  # columns that hold JSON
_LANGUAGES = """
    WITH RECURSIVE known(name) AS (
        SELECT min(language) FROM article UNION ALL
        SELECT (SELECT min(language) FROM article WHERE language > name) FROM known WHERE name IS NOT NULL)
    SELECT name FROM known WHERE name IS NOT NULL"""  # one look-up each; GROUP BY would read the whole index
SEARCH_FIELDS = {"score", "snippet"}  # of an article that a search found: no columns


def columns(kind: type) -> tuple[str, ...]:
    """The columns of the view behind a type."""
    others = SEARCH_FIELDS if kind is Article else set()
    return tuple(field.name for field in fields(kind) if field.name not in others)


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a page of articles ended."""

    sort_at: str
    id: int

    @classmethod
    def of(cls, article: Article) -> Mark:
        return cls(format_time(article.sort_at), article.id)


def article_page(c: sqlite3.Connection, wanted: ArticleFilter, limit: int, after: Mark | None = None) -> list[Article]:
    """Articles newest first, `limit` of them, from after the mark on."""
    chosen = settled(c, conditions(c, wanted))
    if after is not None:
        chosen = chosen.and_("(a.sort_at, a.id) < (:mark_time, :mark_id)", mark_time=after.sort_at, mark_id=after.id)
    # The inner query runs on indexes alone; wide rows are read for the page only.
    newest = "ORDER BY sort_at DESC, id DESC LIMIT :limit"
    first = "ORDER BY a.sort_at DESC, a.id DESC LIMIT :limit"
    branches = [f"SELECT * FROM (SELECT a.sort_at, a.id {FROM} WHERE {branch} {first})" for branch in chosen.apart()]
    ids = f"SELECT id FROM ({' UNION '.join(branches)}) {newest}"
    return rows(c, Article, f"id IN ({ids}) {newest}", {**chosen.parameters, "limit": limit})


def mark_of(c: sqlite3.Connection, article_id: int) -> Mark:
    """The place of an article in the order of all. Raises ValueError if there is none of that number."""
    found = c.execute("SELECT sort_at FROM article WHERE id = ?", (article_id,)).fetchone()
    if found is None:
        raise ValueError(f"the archive has no article {article_id}")
    return Mark(found[0], article_id)


def conditions(c: sqlite3.Connection, wanted: ArticleFilter) -> Where:
    """The conditions in SQL. A language stands for its regions and scripts, too: `zh` for `zh-CN` and `zh-Hant`."""
    if not wanted.languages:
        return where(wanted)
    spoken = tuple(
        name for (name,) in c.execute(_LANGUAGES) if any(_is_kind_of(name, asked) for asked in wanted.languages)
    )
    return where(replace(wanted, languages=spoken or wanted.languages))


def _is_kind_of(language: str, asked: str) -> bool:
    return f"{language}-".lower().startswith(f"{asked}-".lower())


def settled(c: sqlite3.Connection, chosen: Where, *, words: bool = True) -> Where:
    """Memberships, and with `words` the condition of full-text search, as plain conditions: whichever way is quick."""
    memberships = [(selection, column, min(FEW, FEW_LISTED)) for selection, column in chosen.memberships]
    if words and chosen.match is not None:
        chosen = replace(chosen, match=None, parameters={**chosen.parameters, "match": chosen.match})
        memberships.append(("SELECT rowid FROM article_words WHERE article_words MATCH :match", "rowid", FEW))
    for selection, column, most in memberships:
        if is_few(c, selection, chosen.parameters, most):
            chosen = chosen.and_(f"a.id IN ({selection})")
        else:
            chosen = chosen.and_(f"EXISTS ({selection} AND {column} = a.id)")
    return replace(chosen, memberships=())


def is_few(c: sqlite3.Connection, selection: str, parameters: Parameters, most: int | None = None) -> bool:
    """Whether a selection has so few rows (`most`, or else FEW) that listing them first is the quick way."""
    most = FEW if most is None else most
    (count,) = c.execute(f"SELECT count(*) FROM ({selection} LIMIT {most + 1})", parameters).fetchone()
    return int(count) <= most


def articles_by_id(c: sqlite3.Connection, ids: Sequence[int]) -> list[Article]:
    """These articles, in this order; numbers that name none are left out."""
    found = rows(c, Article, "id IN (SELECT value FROM json_each(:ids))", {"ids": json.dumps(list(ids))})
    by_id = {article.id: article for article in found}
    return [by_id[number] for number in ids if number in by_id]


def story(c: sqlite3.Connection, story_id: int) -> Story | None:
    return _first(rows(c, Story, "id = :id", {"id": story_id}))


def story_page(
    c: sqlite3.Connection, *, since: str | None, across: bool, limit: int, after: Mark | None
) -> list[Story]:
    """Stories whose newest article is newest first."""
    conditions = ["true"]
    parameters: dict[str, str | int] = {"limit": limit}
    if since is not None:
        conditions.append("last_published_at >= :since")
        parameters["since"] = since
    if across:
        conditions.append("outlet_count > 1")
    if after is not None:
        conditions.append("(last_published_at, id) < (:mark_time, :mark_id)")
        parameters |= {"mark_time": after.sort_at, "mark_id": after.id}
    rest = f"{' AND '.join(conditions)} ORDER BY last_published_at DESC, id DESC LIMIT :limit"
    return rows(c, Story, rest, parameters)


def revisions(c: sqlite3.Connection, article_id: int) -> list[Revision]:
    """Every version of an article, the first one first."""
    return rows(c, Revision, "article_id = :id ORDER BY number", {"id": article_id})


def edited(c: sqlite3.Connection, since: str) -> list[int]:
    """The numbers of articles that their outlets edited since, the one edited last first."""
    query = """
        SELECT article_id FROM revisions WHERE change = 'edited' AND seen_at >= :since
        AND article_id IN (SELECT id FROM article WHERE revision_count > 1 AND revised_at >= :since)
        GROUP BY article_id ORDER BY max(seen_at) DESC, article_id DESC"""
    return [number for (number,) in c.execute(query, {"since": since})]


def duplicate_page(
    c: sqlite3.Connection,
    *,
    article_id: int | None,
    kind: str | None,
    status: str | None,
    limit: int,
    after: tuple[int, int] | None,
) -> list[Duplicate]:
    """Edges, those of the newest articles first; with `article_id`, those from and to that article."""
    conditions = ["true"]
    parameters: dict[str, str | int] = {"limit": limit}
    if article_id is not None:
        conditions.append("(article_id = :id OR original_id = :id)")
        parameters["id"] = article_id
    for column, value in (("kind", kind), ("status", status)):
        if value is not None:
            conditions.append(f"{column} = :{column}")
            parameters[column] = value
    if after is not None:
        conditions.append("(article_id, original_id) < (:mark_article, :mark_original)")
        parameters |= {"mark_article": after[0], "mark_original": after[1]}
    rest = f"{' AND '.join(conditions)} ORDER BY article_id DESC, original_id DESC LIMIT :limit"
    return rows(c, Duplicate, rest, parameters)


def sightings_of(c: sqlite3.Connection, article_id: int) -> list[Sighting]:
    """Where an article was listed."""
    return rows(c, Sighting, "article_id = :id ORDER BY first_seen_at, feed_id", {"id": article_id})


def outlets(c: sqlite3.Connection) -> list[OutletRow]:
    return rows(c, OutletRow, "true ORDER BY name")


def feeds(c: sqlite3.Connection, outlet: str | None = None) -> list[FeedRow]:
    condition = "true" if outlet is None else "outlet = :outlet"
    return rows(c, FeedRow, f"{condition} ORDER BY outlet, id", {"outlet": outlet} if outlet else {})


def polls(c: sqlite3.Connection, feed_id: int, limit: int) -> list[PollRow]:
    """The newest attempts at a feed."""
    return rows(c, PollRow, "feed_id = :id ORDER BY at DESC LIMIT :limit", {"id": feed_id, "limit": limit})


def paged(page: Callable[[T | None], list[T]]) -> Iterator[T]:
    """Every item of all pages; `page` gives what comes after an item, an empty list at the end."""
    last: T | None = None
    while found := page(last):
        yield from found
        last = found[-1]


# --- rows as values ---------------------------------------------------------------------------------------------------


def rows(c: sqlite3.Connection, kind: type[T], rest: str, parameters: Parameters | None = None) -> list[T]:
    """Rows of the view behind a type of `storage.records`; `rest` follows WHERE."""
    names, build = _READERS[kind]
    query = f"SELECT {', '.join(names)} FROM {VIEWS[kind]} WHERE {rest}"
    return [build(row) for row in c.execute(query, parameters or {})]


def _reader(kind: type[T]) -> tuple[tuple[str, ...], Callable[[Sequence[Any]], T]]:
    """The columns of a type, and what makes a value of a row of them."""
    names = columns(kind)
    times = [number for number, name in enumerate(names) if name == "at" or name.endswith(("_at", "_since", "_until"))]
    parsed = {number: read for number, name in enumerate(names) if (read := _JSON.get(name))}

    def build(row: Sequence[Any]) -> T:
        values = list(row)
        for number in times:
            values[number] = None if values[number] is None else parse_time(values[number])
        for number, read in parsed.items():
            values[number] = None if values[number] is None else read(json.loads(values[number]))
        return kind(*values)

    return names, build


_READERS: dict[type, tuple[tuple[str, ...], Callable[[Sequence[Any]], Any]]] = {kind: _reader(kind) for kind in VIEWS}


def _first(found: list[T]) -> T | None:
    return found[0] if found else None
