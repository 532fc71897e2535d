"""Which articles are wanted, as one value, and the SQL conditions it comes to."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import TypedDict

from storage.searchquery import parse
from storage.times import format_time, moment

LISTED_BY_FEED = "SELECT article_id FROM sighting WHERE feed_id = (SELECT id FROM feed WHERE url = :feed)"
NOTHING = '""'  # the FTS5 expression that finds nothing

Time = str | date | datetime


class Conditions(TypedDict, total=False):
    """The keyword arguments of `Archive.articles` and `Archive.search`. All must hold; of several names, one.

    Times are datetimes, dates, or text such as `2025-05-30`, `2025-05-30T14:00` (UTC unless a zone is given) or `7d`.
    `since` and `until` look at the time of publication, or of the first sighting where there is none to be believed.
    """

    outlet: str | tuple[str, ...] | list[str]
    feed: str  # URL
    language: str | tuple[str, ...] | list[str]  # as in en, zh (which stands for zh-CN, too), zh-CN
    since: Time
    until: Time
    seen_since: Time  # first seen
    seen_until: Time
    title: str  # words in the title; the last may be a prefix*
    author: str
    category: str
    unique: bool  # one article for each story
    revised: bool  # only articles with more than one revision
    across: bool  # only stories that several outlets carry
    story: int
    id: int | tuple[int, ...] | list[int]


@dataclass(frozen=True, slots=True)
class ArticleFilter:
    """Conditions, checked and in UTC. Made by `of`."""

    outlets: tuple[str, ...] = ()
    feed: str | None = None
    languages: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    seen_since: datetime | None = None
    seen_until: datetime | None = None
    title: str | None = None
    author: str | None = None
    category: str | None = None
    unique: bool = False
    revised: bool = False
    across: bool = False
    story: int | None = None
    ids: tuple[int, ...] | None = None

    @classmethod
    def of(cls, conditions: Conditions, now: datetime) -> ArticleFilter:
        """Raises ValueError for a time that cannot be read."""

        def at(name: str, *, end: bool = False) -> datetime | None:
            written: Time | None = conditions.get(name)  # type: ignore[assignment]
            return None if written is None else moment(written, now=now, end=end)

        return cls(
            outlets=_names(conditions.get("outlet")),
            feed=conditions.get("feed"),
            languages=_names(conditions.get("language")),
            since=at("since"),
            until=at("until", end=True),
            seen_since=at("seen_since"),
            seen_until=at("seen_until", end=True),
            title=conditions.get("title"),
            author=conditions.get("author"),
            category=conditions.get("category"),
            unique=conditions.get("unique", False),
            revised=conditions.get("revised", False),
            across=conditions.get("across", False),
            story=conditions.get("story"),
            ids=_numbers(conditions.get("id")),
        )


@dataclass(frozen=True, slots=True)
class Where:
    """Conditions in SQL on `article a JOIN story s`; values are parameters.

    `branches` are alternatives to be added each in turn, such as one for each outlet: in each of them an index gives
    the articles in order of time, which no index does for several outlets at once.

    `memberships` are selections of article numbers and the name of that column, such as what a feed listed. A small one
    is listed first; in a large one each article is looked up as its turn comes (`storage.query.settled`).
    """

    parts: tuple[str, ...] = ()
    parameters: dict[str, str | int] = field(default_factory=dict)
    match: str | None = None  # an FTS5 expression that the article must match, too
    branches: tuple[str, ...] = ()
    memberships: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        anywhere = [f"({' OR '.join(self.branches)})"] if self.branches else []
        return " AND ".join([*self.parts, *anywhere]) or "true"

    def and_(self, part: str, **parameters: str | int) -> Where:
        return replace(self, parts=(*self.parts, part), parameters={**self.parameters, **parameters})

    def apart(self) -> list[Where]:
        """One for each branch."""
        return [replace(self, parts=(*self.parts, branch), branches=()) for branch in self.branches] or [self]


def where(wanted: ArticleFilter) -> Where:
    parts: list[str] = []
    parameters: dict[str, str | int] = {}

    def add(condition: str, **values: str | int) -> None:
        parts.append(condition)
        parameters.update(values)

    outlets = _each("a.outlet_id = (SELECT id FROM outlet WHERE name = :{})", "outlet", wanted.outlets, parameters)
    languages = _each("a.language = :{}", "language", wanted.languages, parameters)
    if outlets and languages:
        add(f"({' OR '.join(languages)})")
    for column, sign, value in (
        ("sort_at", ">=", wanted.since),
        ("sort_at", "<", wanted.until),
        ("first_seen_at", ">=", wanted.seen_since),
        ("first_seen_at", "<", wanted.seen_until),
    ):
        if value is not None:
            name = f"{column}_{'from' if sign == '>=' else 'to'}"
            add(f"a.{column} {sign} :{name}", **{name: format_time(value)})
    if wanted.ids is not None:
        add("a.id IN (SELECT value FROM json_each(:ids))", ids=json.dumps(wanted.ids))
    if wanted.story is not None:
        add("a.story_id = :story", story=wanted.story)
    if wanted.revised:
        add("a.revision_count > 1")
    if wanted.unique:
        add("s.representative_id = a.id")
    if wanted.across:
        add("s.outlet_count > 1")
    memberships: tuple[tuple[str, str], ...] = ()
    if wanted.feed is not None:
        parameters["feed"] = wanted.feed
        memberships = ((LISTED_BY_FEED, "article_id"),)
    return Where(tuple(parts), parameters, _match(wanted), outlets or languages, memberships)


def _match(wanted: ArticleFilter) -> str | None:
    columns = (("title", wanted.title), ("authors", wanted.author), ("categories", wanted.category))
    asked = [parse(words, column).expression or NOTHING for column, words in columns if words is not None]
    return " AND ".join(f"({expression})" for expression in asked) or None


def _names(given: str | tuple[str, ...] | list[str] | None) -> tuple[str, ...]:
    return (given,) if isinstance(given, str) else tuple(given or ())


def _numbers(given: int | tuple[int, ...] | list[int] | None) -> tuple[int, ...] | None:
    return (given,) if isinstance(given, int) else given if given is None else tuple(given)


def _each(condition: str, name: str, values: tuple[str, ...], parameters: dict[str, str | int]) -> tuple[str, ...]:
    for number, value in enumerate(values):
        parameters[f"{name}_{number}"] = value
    return tuple(condition.format(f"{name}_{number}") for number in range(len(values)))
