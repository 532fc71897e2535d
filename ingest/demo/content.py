"""The sample newsroom's content: outlets, languages and stories, read from the data files beside this module.

A story file is a YAML head, a line `---`, and the text, one paragraph a line. The head lists who publishes the text,
under which headline, and what each outlet makes of it (`first`, `without`, `replace`, `dateline`, `closing`).
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any
from zoneinfo import ZoneInfo

import yaml

HERE: Traversable = files("ingest.demo")


@dataclass(frozen=True, slots=True)
class Language:
    """What page templates say around an article in one language."""

    code: str
    direction: str
    date: str
    months: tuple[str, ...]
    labels: Mapping[str, str]  # home, by, published, related, share, newsletter, comments, rights …
    comments: tuple[tuple[str, str], ...]  # (name, comment)

    def format_date(self, day: datetime) -> str:
        return self.date.format(day=day.day, month=self.months[day.month - 1], year=day.year)


@dataclass(frozen=True, slots=True)
class SampleFeed:
    name: str
    path: str
    format: str  # rss, atom, rdf, json
    full: bool = False  # carries whole texts, not only summaries
    status: int = 200


@dataclass(frozen=True, slots=True)
class SampleOutlet:
    name: str
    title: str
    language: str
    timezone: str
    template: str
    page: str
    feeds: tuple[SampleFeed, ...]
    nav: tuple[str, ...] = ()
    charset: str = "utf-8"
    link: str | None = None
    tracking: str | None = None
    clock: str | None = None
    read: str | None = None
    comments: bool = False
    image: bool = False
    robots: str | None = None

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)


@dataclass(frozen=True, slots=True)
class Version:
    """Title and body as published in one edition; `hours` before now, when it was published or last changed."""

    title: str
    paragraphs: tuple[str, ...]
    hours: float


@dataclass(frozen=True, slots=True)
class Publication:
    """One article of one outlet: a text, and how this outlet presents it."""

    story: str  # the file its text comes from
    outlet: str
    slug: str
    language: str
    versions: tuple[Version, ...]  # one, or two if the second edition changes it
    authors: tuple[str, ...]
    section: str
    tags: tuple[str, ...]
    feeds: tuple[str, ...]
    edition: int = 1  # the edition it first appears in
    path: str | None = None
    page_status: int = 200
    expected: str = "stored"  # stored, gone, robots, kept_from_feed: what becomes of its entry

    @property
    def number(self) -> int:
        """A number such as content systems give out: the same on every run, seven digits."""
        return 2_000_000 + zlib.crc32(f"{self.outlet}/{self.slug}".encode()) % 1_000_000

    def version(self, edition: int) -> Version:
        return self.versions[-1] if edition > 1 else self.versions[0]

    def published_at(self, now: datetime) -> datetime:
        return hours_before(now, self.versions[0].hours)

    def updated_at(self, now: datetime, edition: int) -> datetime:
        return hours_before(now, self.version(edition).hours)

    def page_path(self, outlet: SampleOutlet) -> str:
        return self.path or outlet.page.format(id=self.number, slug=self.slug, section=self.section)

    def link_path(self, outlet: SampleOutlet) -> str:
        """What feeds link to: the page, or an address that redirects to it."""
        return outlet.link.format(id=self.number) if outlet.link else self.page_path(outlet)


@dataclass(frozen=True, slots=True)
class Story:
    """One text, who published it, and how it stands to other texts."""

    name: str
    publications: tuple[Publication, ...]
    apart_from: tuple[str, ...] = ()  # texts alike in subject or form that are not the same text
    contains: tuple[str, ...] = ()  # a round-up: texts of which parts stand in this one


def hours_before(now: datetime, hours: float) -> datetime:
    return (now - timedelta(hours=hours)).replace(microsecond=0)


@cache
def languages() -> Mapping[str, Language]:
    return {code: _language(code, dict(data)) for code, data in _yaml("languages.yaml").items()}


@cache
def outlets() -> tuple[SampleOutlet, ...]:
    return tuple(_outlet(dict(data)) for data in _yaml("outlets.yaml"))


@cache
def stories() -> tuple[Story, ...]:
    """All stories, by name of their files."""
    paths = sorted((path for path in (HERE / "content").iterdir() if path.name.endswith(".txt")), key=lambda p: p.name)
    return tuple(_story(path.name.removesuffix(".txt"), path.read_text("utf-8")) for path in paths)


def publications(outlet: str | None = None) -> tuple[Publication, ...]:
    """All publications, or those of one outlet, newest first."""
    found = (p for story in stories() for p in story.publications if outlet in (None, p.outlet))
    return tuple(sorted(found, key=lambda p: (p.versions[0].hours, p.outlet, p.slug)))


def _yaml(name: str) -> Any:
    return yaml.safe_load((HERE / name).read_text("utf-8"))


def _language(code: str, data: dict[str, Any]) -> Language:
    names, comments = data.pop("names"), data.pop("comment")
    direction, date, months = data.pop("direction"), data.pop("date"), tuple(data.pop("months"))
    return Language(code, direction, date, months, data, tuple(zip(names, comments, strict=False)))


def _outlet(data: dict[str, Any]) -> SampleOutlet:
    feeds = tuple(SampleFeed(**feed) for feed in data.pop("feeds"))
    return SampleOutlet(feeds=feeds, nav=tuple(data.pop("nav")), **data)


def _story(name: str, source: str) -> Story:
    head, _, body = source.partition("\n---\n")
    data = yaml.safe_load(head)
    text = _paragraphs(body.splitlines())
    return Story(
        name=name,
        publications=tuple(_publication(name, data["language"], text, item) for item in data["publications"]),
        apart_from=tuple(data.get("apart_from", ())),
        contains=tuple(data.get("contains", ())),
    )


def _paragraphs(lines: Iterable[str]) -> tuple[str, ...]:
    return tuple(line.strip() for line in lines if line.strip())


def _publication(story: str, language: str, text: tuple[str, ...], item: Mapping[str, Any]) -> Publication:
    first = Version(item["title"], _presented(text, item), item["hours"])
    versions = (first, _changed(first, item["second_edition"])) if "second_edition" in item else (first,)
    outlet = next(outlet for outlet in outlets() if outlet.name == item["outlet"])
    return Publication(
        story=story,
        outlet=outlet.name,
        slug=item["slug"],
        language=language,
        versions=versions,
        authors=tuple(item["authors"]),
        section=item.get("section", "news"),
        tags=tuple(item.get("tags", ())),
        feeds=tuple(item.get("feeds", (outlet.feeds[0].name,))),
        edition=item.get("edition", 1),
        path=item.get("path"),
        page_status=item.get("page_status", 200),
        expected=item.get("expected", "stored"),
    )


def _presented(text: tuple[str, ...], item: Mapping[str, Any]) -> tuple[str, ...]:
    """The outlet's form of the text: paragraphs left out or reworded, a dateline before, lines of its own after."""
    without = item.get("without", ())
    kept = [line for number, line in _replaced(text, item) if number not in without][: item.get("first")]
    return (item.get("dateline", "") + kept[0], *kept[1:], *item.get("closing", ()))


def _changed(first: Version, change: Mapping[str, Any]) -> Version:
    lines = tuple(line for _, line in _replaced(first.paragraphs, change))
    return Version(change.get("title", first.title), lines + tuple(change.get("add", ())), change["hours"])


def _replaced(text: tuple[str, ...], change: Mapping[str, Any]) -> Iterator[tuple[int, str]]:
    """Numbered paragraphs, from 1, with those of `replace` in their places."""
    return ((number, change.get("replace", {}).get(number, line)) for number, line in enumerate(text, 1))
