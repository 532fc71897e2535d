"""The page of a day: its stories, those that several outlets carry first, and when its articles came."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import floor
from typing import NamedTuple

from ingest.web.charts import Bar, bars
from storage import Archive
from storage.records import Article
from storage.times import moment

PAGE = 40  # stories
SHOWN = 8  # copies of a story

_STAMP = "%Y-%m-%dT%H:%M:%SZ"  # times as the archive writes them
_LISTED = """
    SELECT a.story_id, a.sort_at, a.duplicate_of IS NOT NULL, s.representative_id, s.outlet_count
    FROM articles a JOIN stories s ON s.id = a.story_id WHERE a.sort_at >= :since AND a.sort_at < :until"""
_MEMBERS = """
    SELECT story_id, id, outlet, title, language, sort_at FROM articles
    WHERE story_id IN (SELECT value FROM json_each(:stories)) ORDER BY story_id, sort_at, id"""
_VERDICTS = """
    SELECT article_id, kind, max(score) FROM duplicates
    WHERE article_id IN (SELECT value FROM json_each(:articles)) AND status <> 'undone' AND kind <> 'contained'
    GROUP BY article_id"""


class _Listed(NamedTuple):
    story: int
    at: str
    copy: bool
    first: int
    outlets: int


class _Member(NamedTuple):
    story: int
    id: int
    outlet: str
    title: str
    language: str | None
    at: str


class _Edge(NamedTuple):
    article: int
    kind: str
    score: float


@dataclass(frozen=True, slots=True)
class Copy:
    """An article that carries a story's text, too; `after` is how much later than the story's first one it came."""

    id: int
    outlet: str
    title: str
    language: str | None
    at: datetime
    after: timedelta
    same_title: bool
    verdict: str  # "exact", "near 0.98"


@dataclass(frozen=True, slots=True)
class DayStory:
    id: int
    first: Article  # its representative
    outlets: int
    copies: tuple[Copy, ...]
    more: int  # copies that are not listed


@dataclass(frozen=True, slots=True)
class Day:
    day: date
    before: date
    after: date | None
    articles: int
    copies: int
    stories: int
    shared: int
    hours: list[Bar]
    listed: list[DayStory]
    next: int | None  # the story after which the next page begins


def newest_day(archive: Archive) -> date | None:
    """The last day, in the user's zone, of which there is an article not from the future."""
    newest = next(iter(archive.articles(until=datetime.now().astimezone(), limit=1)), None)
    return None if newest is None else newest.sort_at.astimezone().date()


def read_day(archive: Archive, day: date, *, after: int | None = None) -> Day:
    """A day in the user's time zone. `after` is the story where the page before ended."""
    now = datetime.now().astimezone()
    since, until = moment(day, now=now, zone=None), moment(day, now=now, zone=None, end=True)
    period: dict[str, object] = {"since": since.strftime(_STAMP), "until": until.strftime(_STAMP)}
    listed = [_Listed._make(row) for row in archive.sql(_LISTED, period)]
    order = _in_order(listed)
    start = order.index(after) + 1 if after in order else 0
    page = order[start : start + PAGE]
    return Day(
        day=day,
        before=day - timedelta(days=1),
        after=day + timedelta(days=1) if day < now.date() else None,
        articles=len(listed),
        copies=sum(article.copy for article in listed),
        stories=len(order),
        shared=len({article.story for article in listed if article.outlets > 1}),
        hours=_hours(listed, since, until),
        listed=_stories(archive, page, {article.story: article for article in listed}),
        next=page[-1] if len(order) > start + PAGE else None,
    )


def _in_order(listed: Sequence[_Listed]) -> list[int]:
    """The stories of the day: the most outlets first, then the newest."""
    keys: dict[int, tuple[int, str]] = {}
    for article in listed:
        keys[article.story] = max(keys.get(article.story, (0, "")), (article.outlets, article.at))
    return sorted(keys, key=lambda story: (*keys[story], story), reverse=True)


def _hours(listed: Sequence[_Listed], since: datetime, until: datetime) -> list[Bar]:
    """Articles by hour of the day; the marked part are copies. A day of the time change has 23 or 25 hours."""
    totals: Counter[int] = Counter()
    copies: Counter[int] = Counter()
    for article in listed:
        hour = int((datetime.fromisoformat(article.at) - since).total_seconds() // 3600)
        totals[hour] += 1
        copies[hour] += article.copy
    count = round((until - since).total_seconds() / 3600)
    names = [(since + timedelta(hours=hour)).astimezone().strftime("%H:%M") for hour in range(count)]
    return bars([(name, totals[hour], copies[hour]) for hour, name in enumerate(names)])


def _stories(archive: Archive, numbers: Sequence[int], known: dict[int, _Listed]) -> list[DayStory]:
    firsts = {article.id: article for article in archive.articles(id=[known[story].first for story in numbers])}
    others: dict[int, list[_Member]] = {story: [] for story in numbers}
    for row in archive.sql(_MEMBERS, {"stories": json.dumps(list(numbers))}):
        member = _Member._make(row)
        if member.id != known[member.story].first:
            others[member.story].append(member)
    shown = [member.id for members in others.values() for member in members[:SHOWN]]
    judged = archive.sql(_VERDICTS, {"articles": json.dumps(shown)})
    verdicts = {edge.article: verdict(edge.kind, edge.score) for edge in map(_Edge._make, judged)}

    def story(number: int) -> DayStory:
        first, copies = firsts[known[number].first], others[number]
        listed = tuple(_copy(member, first, verdicts.get(member.id, "")) for member in copies[:SHOWN])
        return DayStory(number, first, known[number].outlets, listed, more=max(0, len(copies) - SHOWN))

    return [story(number) for number in numbers if known[number].first in firsts]


def verdict(kind: str, score: float) -> str:
    """A judgement in two words. Only what is certain has no score; a score below 1 is never shown as 1."""
    names = {"exact": "word for word", "same_url": "same address", "near": "near copy", "contained": "stands inside"}
    return names[kind] if kind in ("exact", "same_url") else f"{names[kind]} {floor(100 * score) / 100:.2f}"


def _copy(member: _Member, first: Article, judged: str) -> Copy:
    at = datetime.fromisoformat(member.at)
    return Copy(
        id=member.id,
        outlet=member.outlet,
        title=member.title,
        language=member.language,
        at=at,
        after=at - first.sort_at,
        same_title=member.title.casefold() == first.title.casefold(),
        verdict=judged,
    )
