"""The archive as one thing to open and to ask. What it is asked, `storage.query` and `storage.finding` answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import fields
from datetime import UTC, datetime
from itertools import islice
from typing import TypeVar, Unpack

from storage import finding, freehand, query
from storage.file import ArchiveFile
from storage.filters import ArticleFilter, Conditions, Time
from storage.query import Mark
from storage.records import Article, Duplicate, FeedRow, OutletRow, PollRow, Revision, Sighting, Story
from storage.results import Results
from storage.searchquery import parse
from storage.statistics import Statistics, statistics
from storage.times import format_time, moment

T = TypeVar("T")
PAGE = 200  # rows read at a time


class Archive(ArchiveFile):
    """An open archive. `with Archive.open("sqlite:///data/archive.db") as archive: …`

    Read-only unless opened with `write=True`, which makes the file if there is none and migrates an older one.
    Conditions of `articles` and `search` are those of `storage.filters.Conditions`; a time that cannot be read raises
    ValueError. One archive may be read by several threads.

    >>> with Archive.open(url) as archive:
    ...     for article in archive.search("steel mill", since="2025-05-01", unique=True, limit=1):
    ...         print(article.published_at, article.outlet, article.title, article.authors)
    2025-05-30 12:00:00+00:00 tribune Steel mill to reopen ('Web Desk', 'A. Khan')
    >>> with Archive.open(url) as archive:
    ...     [(edge.article_id, edge.kind, edge.score) for edge in archive.duplicates(1, kind="near")]
    [(3, 'near', 0.95), (2, 'near', 0.96)]
    >>> with Archive.open(url) as archive:
    ...     list(archive.sql("SELECT outlet, count(*) FROM articles GROUP BY outlet ORDER BY outlet"))
    [('dawn', 2), ('tribune', 3), ('xinwen', 8)]
    """

    def articles(
        self, *, limit: int | None = None, after: int | None = None, **conditions: Unpack[Conditions]
    ) -> Results[Article]:
        """Articles that meet the conditions, newest first; with `after`, from below the article of that number on.

        The first page costs what the thousandth does. Iterating raises ValueError if there is no article `after`.
        """
        wanted = ArticleFilter.of(conditions, _now())

        def page(last: Article | None) -> list[Article]:
            with self.asking() as c:
                mark = Mark.of(last) if last else query.mark_of(c, after) if after is not None else None
                return query.article_page(c, wanted, _page_size(limit), mark)

        return _results(Article, lambda: query.paged(page), limit)

    def search(
        self, text: str, *, limit: int | None = None, after: int | None = None, **conditions: Unpack[Conditions]
    ) -> Results[Article]:
        """Articles that match a query (see `storage.searchquery`), the best first, with `score` and `snippet`.

        With `after`, from below the article of that number on; nothing, where the search does not find that one.
        """
        wanted, parsed = ArticleFilter.of(conditions, _now()), parse(text)
        return _results(Article, lambda: finding.find(self.asking, parsed, wanted, limit, after), limit)

    def article(self, article_id: int) -> Article | None:
        with self.asking() as c:
            return next(iter(query.articles_by_id(c, [article_id])), None)

    def story(self, story_id: int) -> Story | None:
        """A story; its articles are `archive.articles(story=story_id)`."""
        with self.asking() as c:
            return query.story(c, story_id)

    def stories(self, *, since: Time | None = None, across: bool = False, limit: int | None = None) -> Results[Story]:
        """Stories by their newest article, newest first; `across`: only those that several outlets carry."""
        start = None if since is None else format_time(moment(since, now=_now()))

        def page(last: Story | None) -> list[Story]:
            mark = Mark(format_time(last.last_published_at), last.id) if last else None
            with self.asking() as c:
                return query.story_page(c, since=start, across=across, limit=_page_size(limit), after=mark)

        return _results(Story, lambda: query.paged(page), limit)

    def revisions(self, article_id: int) -> list[Revision]:
        """Every version of an article, the first one first."""
        with self.asking() as c:
            return query.revisions(c, article_id)

    def edited(self, since: Time) -> list[int]:
        """The numbers of articles that their outlets edited since, the one edited last first."""
        with self.asking() as c:
            return query.edited(c, format_time(moment(since, now=_now())))

    def duplicates(
        self,
        article_id: int | None = None,
        *,
        kind: str | None = None,
        status: str | None = None,
        limit: int | None = None,
    ) -> Results[Duplicate]:
        """Duplicate edges, those of the newest articles first; with a number, those from and to that article."""

        def page(last: Duplicate | None) -> list[Duplicate]:
            after = (last.article_id, last.original_id) if last else None
            with self.asking() as c:
                return query.duplicate_page(
                    c, article_id=article_id, kind=kind, status=status, limit=_page_size(limit), after=after
                )

        return _results(Duplicate, lambda: query.paged(page), limit)

    def sightings(self, article_id: int) -> list[Sighting]:
        """Which feeds listed an article, and when."""
        with self.asking() as c:
            return query.sightings_of(c, article_id)

    def outlets(self) -> list[OutletRow]:
        with self.asking() as c:
            return query.outlets(c)

    def feeds(self, outlet: str | None = None) -> list[FeedRow]:
        with self.asking() as c:
            return query.feeds(c, outlet)

    def polls(self, feed_id: int, *, limit: int = 100) -> list[PollRow]:
        """The newest attempts at a feed."""
        with self.asking() as c:
            return query.polls(c, feed_id, limit)

    def statistics(self, *, since: Time, until: Time | None = None, local: bool = False) -> Statistics:
        """Counts of what was published in a period, up to now if it has no end; by days of UTC, or `local` ones."""
        now = _now()
        first, last = moment(since, now=now), now if until is None else moment(until, now=now, end=True)
        with self.asking() as c:
            return statistics(c, first, last, local=local)

    def sql(
        self, statement: str, parameters: tuple[object, ...] | dict[str, object] = ()
    ) -> Results[tuple[object, ...]]:
        """Rows of any SELECT over the public views, as tuples; nothing can be written. Raises BadStatement.

        The archive is read while you iterate: be done soon, or the file's log of changes grows meanwhile.
        """
        return freehand.rows(self.asking, statement, parameters)


def _now() -> datetime:
    return datetime.now(UTC)


def _page_size(limit: int | None) -> int:
    return PAGE if limit is None else max(0, min(limit, PAGE))


def _results(kind: type[T], read: Callable[[], Iterator[T]], limit: int | None) -> Results[T]:
    return Results(lambda: islice(read(), limit), lambda: tuple(field.name for field in fields(kind)))  # type: ignore[arg-type]
