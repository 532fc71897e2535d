"""Articles looked at again for silent edits, from end to end: an outlet on loopback, the clock in our hands."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import time_machine

from ingest.cli.progress import Quiet
from ingest.config import load_settings
from ingest.demo.site import Resource
from ingest.pipeline import Selection
from ingest.pipeline.context import Run
from ingest.pipeline.once import opened, work
from ingest.pipeline.report import Report
from storage import Archive
from tests.pipeline.papers import Papers, serving

BEGIN = datetime(2026, 11, 23, 12, tzinfo=UTC)
PUBLISHED = BEGIN - timedelta(minutes=10)
HOUR = timedelta(hours=1)
AGES = [HOUR, 6 * HOUR, 24 * HOUR, 72 * HOUR]
AT_ONE, AT_SIX = "2026-11-23T12:50:00Z", "2026-11-23T17:50:00Z"


class Newsroom:
    """One outlet, its archive and the clock."""

    def __init__(self, papers: Papers, folder: Path, run: Run, clock: time_machine.Coordinates) -> None:
        self.papers, self.paper, self.folder, self.run, self.clock = papers, papers.all[0], folder, run, clock

    async def once(self, age: timedelta, *, feeds: int = 1) -> dict[str, int]:
        """What `ingest once` so long after publication does with articles, of the first `feeds` feeds."""
        self.clock.move_to(PUBLISHED + age)
        self.papers.journal.clear()
        report = Report()
        selection = Selection(tuple(self.run.settings.feeds())[:feeds], everything=feeds > 0)
        await work(replace(self.run, report=report), selection)
        return {name: count for name, count in report.articles.items() if count}

    def asked(self, status: int | None = None) -> int:
        return self.papers.journal.count(status=status)

    def edit(self, number: int, paragraph: int, text: str) -> None:
        """Changes a page without a word: the feed shows the first paragraph alone."""
        paragraphs = list(self.paper.stories[number].paragraphs)
        paragraphs[paragraph] = text
        self.paper.revise(number, paragraphs=tuple(paragraphs))

    def answer(self, number: int, page: Resource) -> None:
        self.paper.server.resources = {**self.paper.server.resources, self.paper.stories[number].path: page}

    def recheck(self, *ages: timedelta) -> None:
        """Other settings."""
        settings = self.run.settings
        self.run = replace(
            self.run, settings=settings.model_copy(update={"polling": replace_ages(settings.polling, ages)})
        )

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        connection = sqlite3.connect(self.folder / "archive.db")
        try:
            return connection.execute(query).fetchall()
        finally:
            connection.close()

    def due(self) -> list[str]:
        return [row[0] for row in self.rows("select due_at from recheck order by due_at")]


def replace_ages(polling: Any, ages: tuple[timedelta, ...]) -> Any:
    return polling.model_copy(update={"recheck": ages})


def play(folder: Path, scenario: Callable[[Newsroom], Awaitable[None]], *, stories: int = 3) -> None:
    """A scenario with an outlet whose articles are ten minutes old and in the archive."""

    async def played(papers: Papers, clock: time_machine.Coordinates) -> None:
        paper = papers.all[0]
        paper.stories = [replace(story, published_at=PUBLISHED) for story in paper.stories]
        paper.publish()
        settings = load_settings(papers.write_config(folder))
        with Archive.open(settings.database, write=True) as archive:
            async with opened(archive, settings, Quiet()) as run:
                newsroom = Newsroom(papers, folder, run, clock)
                assert await newsroom.once(timedelta(minutes=10)) == {"stored": stories}
                assert newsroom.due() == [AT_ONE] * stories
                await scenario(newsroom)

    with serving(1, stories) as papers, time_machine.travel(BEGIN, tick=True) as clock:
        asyncio.run(played(papers, clock))


def test_a_silent_edit_is_found_and_nothing_else_is_stored(tmp_path: Path) -> None:
    async def scenario(newsroom: Newsroom) -> None:
        newsroom.edit(0, 3, "The minister has resigned, his office said on Monday.")
        stamped = (*newsroom.paper.stories[1].paragraphs, "Updated 23 November 2026 at 12:31")
        newsroom.paper.revise(1, paragraphs=stamped)
        others = "select * from articles where url not like '%/paper-0-0.html'"
        before = newsroom.rows(others)
        assert await newsroom.once(timedelta(minutes=30)) == {}
        assert newsroom.asked() == 1  # the feed
        assert await newsroom.once(HOUR, feeds=0) == {}
        assert await newsroom.once(HOUR) == {"updated": 1, "rechecked": 3}
        assert (newsroom.asked(200), newsroom.asked(304)) == (2, 2)  # not modified: the third page, and the feed
        revised = newsroom.rows("select number, change, text like '%has resigned%' from revisions where number > 1")
        assert revised == [(2, "edited", 1)]
        assert newsroom.rows(others) == before
        assert newsroom.due() == [AT_SIX] * 3
        assert await newsroom.once(HOUR) == {}

    play(tmp_path, scenario)


def test_a_text_that_goes_back_and_forth_makes_two_revisions_and_after_the_last_look_all_is_quiet(
    tmp_path: Path,
) -> None:
    async def scenario(newsroom: Newsroom) -> None:
        one, other = newsroom.paper.stories[0].paragraphs[2], "Officials denied every word of the report."
        came = []
        for age, text in zip(AGES, (other, one, other, one), strict=True):
            newsroom.edit(0, 2, text)
            came.append(await newsroom.once(age))
        assert came == [{"updated": 1, "rechecked": 3}] * 2 + [{"rechecked": 3}] * 2
        assert newsroom.rows("select revision_count from articles order by url") == [(3,), (1,), (1,)]
        assert newsroom.due() == []
        assert await newsroom.once(100 * HOUR) == {}

    play(tmp_path, scenario)


def test_a_page_that_is_not_to_be_had_is_no_edit(tmp_path: Path) -> None:
    async def scenario(newsroom: Newsroom) -> None:
        answers = [
            Resource(b"<h1>Gone</h1>", "text/html", status=410),
            Resource(b"<h1>Sorry</h1>", "text/html", status=500),
            Resource(b"<html><p>Subscribe now, it is only one dollar a month.</p></html>", "text/html"),
            Resource(b"", "text/html", status=302, location=newsroom.paper.url(newsroom.paper.stories[4])),
        ]
        for number, page in enumerate(answers):
            newsroom.answer(number, page)
        before = newsroom.rows("select * from articles")
        assert await newsroom.once(HOUR) == {"rechecked": 5}
        assert newsroom.rows("select * from articles") == before
        assert newsroom.due() == [AT_SIX] * 5
        newsroom.paper.publish()
        assert await newsroom.once(6 * HOUR) == {"rechecked": 5}
        assert newsroom.asked(304) == 5  # the validators outlast what went wrong; the notice had none

    play(tmp_path, scenario, stories=5)


def test_settings_downtime_and_pauses(tmp_path: Path) -> None:
    async def scenario(newsroom: Newsroom) -> None:
        newsroom.recheck(2 * HOUR, 90 * HOUR)
        assert await newsroom.once(HOUR) == {}
        assert newsroom.due() == ["2026-11-23T13:50:00Z"] * 3

        newsroom.paper.broken = Resource(b"Slow down", "text/plain", status=429)
        newsroom.paper.publish()
        await newsroom.once(2 * HOUR)
        assert newsroom.asked() == 1  # the feed; then the host is left alone for five minutes
        assert "2026-11-23T13:55:00Z" <= min(newsroom.due()) == max(newsroom.due()) < "2026-11-23T13:57:00Z"
        newsroom.paper.broken = None
        newsroom.paper.publish()
        assert await newsroom.once(3 * HOUR) == {"rechecked": 3}
        assert newsroom.due() == ["2026-11-27T05:50:00Z"] * 3

        newsroom.recheck(4 * HOUR, 5 * HOUR, 90 * HOUR)
        assert await newsroom.once(91 * HOUR) == {"rechecked": 3}  # one look for all that was slept through
        assert newsroom.due() == []

    play(tmp_path, scenario)


def test_what_is_switched_off_or_too_old_is_not_asked(tmp_path: Path) -> None:
    async def scenario(newsroom: Newsroom) -> None:
        assert await newsroom.once(HOUR) == {"rechecked": 3}
        with sqlite3.connect(newsroom.folder / "archive.db") as connection:
            connection.execute("update recheck set due_at = '2026-11-23T10:00:00Z'")
        connection.close()
        assert await newsroom.once(HOUR) == {}  # a due time that the settings do not give
        assert newsroom.due() == [AT_SIX] * 3
        newsroom.recheck()
        assert await newsroom.once(7 * HOUR) == {}
        assert newsroom.asked() == 1
        assert newsroom.due() == []

    play(tmp_path, scenario)
