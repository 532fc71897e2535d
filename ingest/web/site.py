"""Which page answers which address: our own pages, and Datasette for everything else."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, quote, urlencode, urlsplit

from datasette.app import Datasette

from ingest.web.article import read_article
from ingest.web.data import datasette
from ingest.web.day import newest_day, read_day
from ingest.web.feeds import read_feeds, span
from ingest.web.figures import PERIODS, read_figures
from ingest.web.finds import PAGE, search
from ingest.web.guard import Application, Guard, Receive, Scope, Send
from storage import Archive
from storage.filters import Conditions

Query = Mapping[str, str]
BIGGEST = 2**63 - 1  # a number of SQLite


@dataclass(frozen=True, slots=True)
class Page:
    template: str
    values: dict[str, Any]
    status: int = 200


@dataclass(frozen=True, slots=True)
class Moved:
    to: str


Answer = Page | Moved


def application(archive: Archive, *, local: bool = True) -> Application:
    """The site over an archive, behind its guard. `local`: only this machine asks."""
    return Guard(Site(archive, datasette(archive)), local=local)


class Site:
    def __init__(self, archive: Archive, data: Datasette) -> None:
        self._archive = archive
        self._data = data
        self._data_app: Application = data.app()
        data.jinja_env.filters.update(FILTERS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        found = _route(scope["path"]) if scope["type"] == "http" else None
        if found is None:
            scope["scripted"] = True  # Datasette's own scripts, from its own templates
            await self._data_app(scope, receive, send)
            return
        page, parameter = found
        asked = parse_qs(scope["query_string"].decode("latin-1"), errors="replace", max_num_fields=50)
        query = {name: values[0].strip() for name, values in asked.items()}
        answer = await asyncio.to_thread(page, self._archive, parameter, query)
        await self._send(answer, scope, send)

    async def _send(self, answer: Answer, scope: Scope, send: Send) -> None:
        if isinstance(answer, Moved):
            status, headers, body = 303, [(b"location", answer.to.encode("ascii"))], b""
        else:
            await self._data.invoke_startup()
            values = {"zone": datetime.now().astimezone().tzname(), **answer.values}
            html: str = await self._data.render_template(answer.template, values)
            status, headers, body = answer.status, [(b"content-type", b"text/html; charset=utf-8")], html.encode()
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})


# --- pages ------------------------------------------------------------------------------------------------------------


def day_page(archive: Archive, _: str, query: Query) -> Answer:
    today = datetime.now().astimezone().date()
    asked = query.get("day")
    if asked is None:
        day = newest_day(archive)
    else:
        day = _date(asked)
        if day is None:
            return lost(f"“{asked}” is no day such as {today.isoformat()}.")
    if day is None:
        return Page("empty.html", {"here": "day"})
    values = read_day(archive, day, after=_number(query.get("after")))
    return Page("day.html", {"here": "day", "page": values, "today": today, "later": "after" in query})


def article_page(archive: Archive, number: str, query: Query) -> Answer:
    page = read_article(archive, _number(number) or 0, beside=_number(query.get("beside")))
    if page is None:
        return lost(f"The archive has no article {number}.")
    return Page("article.html", {"here": "", "page": page})


def story_page(archive: Archive, number: str, query: Query) -> Answer:
    story = archive.story(_number(number) or 0)
    return (
        lost(f"The archive has no story {number}.") if story is None else Moved(f"/article/{story.representative_id}")
    )


def search_page(archive: Archive, _: str, query: Query) -> Answer:
    conditions: Conditions = {"unique": "unique" in query}
    for name in ("outlet", "language", "since", "until"):
        if query.get(name):
            conditions[name] = query[name]
    found = search(archive, query.get("q", ""), conditions, shown=_number(query.get("show")) or PAGE)
    given = {name: value for name, value in query.items() if name != "show"}
    values = {"here": "search", "page": found, "given": given, "outlets": archive.outlets()}
    more = urlencode({**given, "show": found.shown + PAGE})
    return Page("search.html", {**values, "more": f"/search?{more}"})


def feeds_page(archive: Archive, _: str, query: Query) -> Answer:
    return Page("feeds.html", {"here": "feeds", "page": read_feeds(archive)})


def figures_page(archive: Archive, _: str, query: Query) -> Answer:
    asked = _number(query.get("days"))
    days = asked if asked in PERIODS else 30
    return Page("figures.html", {"here": "figures", "page": read_figures(archive, days), "periods": PERIODS})


def lost(why: str) -> Page:
    return Page("lost.html", {"here": "", "title": "Not found", "why": why}, status=404)


ROUTES: tuple[tuple[re.Pattern[str], Callable[[Archive, str, Query], Answer]], ...] = (
    (re.compile(r"/()"), day_page),
    (re.compile(r"/article/(\d{1,19})", re.ASCII), article_page),
    (re.compile(r"/story/(\d{1,19})", re.ASCII), story_page),
    (re.compile(r"/search()"), search_page),
    (re.compile(r"/feeds()"), feeds_page),
    (re.compile(r"/figures()"), figures_page),
)


def _route(path: str) -> tuple[Callable[[Archive, str, Query], Answer], str] | None:
    found = ((page, pattern.fullmatch(path)) for pattern, page in ROUTES)
    return next(((page, match[1]) for page, match in found if match), None)


def _number(written: str | None) -> int | None:
    if written is None or not re.fullmatch(r"\d{1,19}", written, re.ASCII):
        return None
    return int(written) if int(written) <= BIGGEST else None


def _date(written: str) -> date | None:
    """A day that has a day before and one after it."""
    try:
        day = date.fromisoformat(written)
    except ValueError:
        return None
    return day if 1000 < day.year < 9000 else None


# --- how templates write values ----------------------------------------------------------------------------------------


def _outward(url: str | None) -> str:
    """An address that a link may lead to: of the web, or none at all."""
    return url if url and url.startswith(("https://", "http://")) else ""


def _host(url: str | None) -> str:
    try:
        return (urlsplit(url or "").hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def _clock(at: datetime) -> str:
    return at.astimezone().strftime("%H:%M")


def _moment(at: datetime | None) -> str:
    return "" if at is None else at.astimezone().strftime("%-d %B %Y, %H:%M")


def _short(at: datetime | None) -> str:
    return "never" if at is None else at.astimezone().strftime("%-d %b, %H:%M")


def _day(day: date) -> str:
    return day.strftime("%A, %-d %B %Y")


def _later(length: timedelta) -> str:
    sign = "+" if length >= timedelta(0) else "−"
    return f"{sign}{span(abs(length))}"


def _written(number: int) -> str:
    return f"{number:,}"


def _lede(text: str, most: int = 260) -> str:
    """The beginning of a text, up to the end of a word."""
    flat = " ".join(text[: 2 * most].split())
    return flat if len(flat) <= most else flat[:most].rsplit(" ", 1)[0] + " …"


FILTERS: dict[str, Callable[..., str]] = {
    "outward": _outward, "host": _host, "clock": _clock, "moment": _moment, "short": _short, "day": _day,
    "later": _later, "number": _written, "lede": _lede, "quoted": quote,
}  # fmt: skip
