"""`ingest feeds`: the feeds you read. Here: check, discover, add; the others are in `feed_health` and `feed_lists`."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from ingest.cli import feed_health, feed_lists, output
from ingest.cli.frame import NOTHING_DONE, WRONG_USAGE, command_group
from ingest.cli.options import Config, Database, Json, open_archive
from storage.errors import ArchiveError

if TYPE_CHECKING:
    from ingest.config import FeedSettings, OutletSettings, Settings
    from ingest.feeds import FeedLink
    from ingest.pipeline.discovery import Discovered, Tried
    from storage.model import HostState

app = command_group("feeds", "The feeds you read: their health, checking, finding and adding them, OPML.")

TRIED = 10  # feeds of a page, unless --limit says otherwise
SHOWN_LINKS = 5
ABOUT = ("title", "home", "language", "timezone")  # what a new outlet may be told

Address = Annotated[str, typer.Argument(metavar="URL", help="An address of the web.")]

app.command("list")(feed_health.list_feeds)
app.command("show")(feed_health.show_feed)


# --- check ------------------------------------------------------------------------------------------------------------


@app.command("check")
def check(
    offline: Annotated[bool, typer.Option("--offline", help="Only read the settings; ask no server.")] = False,
    outlet: Annotated[list[str] | None, typer.Option(metavar="NAME", help="Only this outlet; may be repeated.")] = None,
    feed: Annotated[list[str] | None, typer.Option(metavar="URL", help="Only this feed; may be repeated.")] = None,
    json: Json = False,
    config: Config = None,
    database: Database = None,
) -> None:
    """Check the settings, then ask every feed once; nothing is written."""
    from ingest.config import ConfigError, config_path, find_settings, select_feeds

    try:
        settings = find_settings(config)
        chosen = select_feeds(settings, outlet or (), feed or ())
    except ConfigError as error:
        if not json:
            raise
        output.json_document({"file": config_path(config), "problems": error.problems})
        raise typer.Exit(WRONG_USAGE) from None
    answers = [] if offline else _check(settings, chosen, _remembered(config, database))
    if json:
        rows = [_answer_document(o, tried) for (o, _), tried in zip(chosen, answers, strict=False)]
        output.json_document(
            {"file": config_path(config), "problems": [], **_counts(settings), "answers": None if offline else rows}
        )
    else:
        counts = _counts(settings)
        output.line(
            f"{config_path(config)}: no mistakes; {counts['outlets']} outlets, {counts['feeds']} feeds"
            + (f", {counts['feeds'] - counts['enabled']} of them off" if counts["feeds"] > counts["enabled"] else "")
        )
        if answers:
            _show_answers(chosen, answers)
    if answers and all(answer.failure for answer in answers):
        raise typer.Exit(NOTHING_DONE)


def _check(
    settings: Settings, chosen: tuple[tuple[OutletSettings, FeedSettings], ...], hosts: list[HostState]
) -> list[Tried]:
    from ingest.pipeline.discovery import check_feeds

    with _telling(f"asking {len(chosen)} feeds") as tell:
        done = iter(range(1, len(chosen) + 1))
        return asyncio.run(
            check_feeds(settings, chosen, hosts, lambda tried: tell(f"({next(done)} answered) {tried.url}"))
        )


def _counts(settings: Settings) -> dict[str, int]:
    listed = sum(len(outlet.feeds) for outlet in settings.outlets)
    return {"outlets": len(settings.outlets), "feeds": listed, "enabled": sum(1 for _ in settings.feeds())}


def _answer_document(outlet: OutletSettings, tried: Tried) -> dict[str, Any]:
    return {"outlet": outlet.name, **_tried_document(tried), **_failure_document(tried), "seconds": tried.seconds}


def _show_answers(chosen: tuple[tuple[OutletSettings, FeedSettings], ...], answers: list[Tried]) -> None:
    pairs = list(zip(chosen, answers, strict=True))
    rows = [(outlet.name, feed_health.short(tried.url), *_cells(tried)) for (outlet, _), tried in pairs]
    output.line()
    output.table(("outlet", "feed", "answer", "entries", "newest"), rows, right=("entries", "newest"), wrap=("feed",))
    feed_health.print_remarks((tried.url, list(_remarks(feed, tried))) for (_, feed), tried in pairs)
    failed = sum(1 for tried in answers if tried.failure)
    output.line()
    output.line(f"{len(answers)} feeds asked, {failed} failed")


def _cells(tried: Tried) -> tuple[str, int | None, str]:
    if tried.feed is None:
        return str(tried.failure.kind if tried.failure else ""), None, ""
    newest = feed_health.ago(tried.at - tried.newest_at) if tried.newest_at else ""
    return tried.feed.format, len(tried.feed.entries), newest


def _remarks(feed: FeedSettings, tried: Tried) -> Iterator[str]:
    if tried.failure:
        yield _in_words(tried)
    for link in tried.feed_links[:SHOWN_LINKS]:
        yield f"it offers the feed {link.url}"
    if tried.moved_to:
        yield f"moved for good to {tried.moved_to}"
    if feed.insecure_tls:
        yield feed_health.INSECURE
    yield from tried.feed.problems if tried.feed else ()


# --- discover ---------------------------------------------------------------------------------------------------------


@app.command("discover")
def discover(
    url: Address,
    limit: Annotated[
        int, typer.Option(metavar="N", min=0, help="Try at most so many of the feeds a page names; 0 for all.")
    ] = TRIED,
    json: Json = False,
    config: Config = None,
    database: Database = None,
) -> None:
    """Find the feeds of a site: those its page names, else those in the usual places. One request at a time."""
    from ingest.config import find_settings
    from ingest.pipeline.discovery import discover_feeds

    settings = find_settings(config, required=False)
    address, hosts = _web_address(url), _remembered(config, database)
    with _telling("asking") as tell:
        found = asyncio.run(discover_feeds(settings, address, most=limit or None, hosts=hosts, told=tell))
    listed = _listed(settings)
    if json:
        output.json_document(_discovered_document(found, listed))
    else:
        _show_discovered(found, listed)
    if not found.feeds:
        raise typer.Exit(NOTHING_DONE)


def _discovered_document(found: Discovered, listed: Callable[[str], str | None]) -> dict[str, Any]:
    failure = found.failure
    return {
        "url": found.url,
        "feeds": [
            {**_tried_document(tried), "title": link.title, "score": link.score, "outlet": listed(link.url)}
            for link, tried in found.feeds
        ],
        "failed": [{"url": tried.url, **_failure_document(tried)} for tried in found.failed],
        "untried": [link.url for link in found.untried],
        "kind": failure.kind if failure else None,
        "detail": failure.detail if failure else None,
    }


def _show_discovered(found: Discovered, listed: Callable[[str], str | None]) -> None:
    for link, tried in found.feeds:
        outlet = listed(link.url)
        output.line(output.clean_line(link.url))
        title = f"{link.title}: " if link.title else ""
        mark = f"; listed already, under {outlet}" if outlet else ""
        feed_health.print_indented(f"{title}{_in_words(tried)}{mark}")
    for tried in found.failed:
        if tried.failure:
            output.note(
                f"{tried.url} is named as a feed: {tried.failure.kind}: {output.clean_line(tried.failure.detail)}"
            )
    if found.untried:
        output.note(f"{len(found.untried)} more are named there, but were not tried; --limit 0 tries all.")
    if found.failure:
        output.complain(f"{found.url}: {found.failure.kind}: {found.failure.detail}")
    elif found.feeds:
        output.note("Add one with: ingest feeds add URL --outlet NAME")
    else:
        output.complain(f"{found.url}: no feed found, neither named on the page nor in the usual places")


# --- add --------------------------------------------------------------------------------------------------------------


@app.command("add")
def add(
    url: Address,
    outlet: Annotated[str, typer.Option(metavar="NAME", help="The outlet it belongs to; a new one is made.")],
    title: Annotated[str | None, typer.Option(metavar="TEXT", help="Of a new outlet: its name for people.")] = None,
    home: Annotated[str | None, typer.Option(metavar="URL", help="Of a new outlet: its home page.")] = None,
    language: Annotated[str | None, typer.Option(metavar="CODE", help="Of a new outlet: as in en, ur, zh.")] = None,
    timezone: Annotated[str | None, typer.Option(metavar="ZONE", help="Of a new outlet: as in Asia/Karachi.")] = None,
    json: Json = False,
    config: Config = None,
    database: Database = None,
) -> None:
    """Fetch a feed once and, if it is one, add it to the settings; everything else in the file stays as it is."""
    from ingest.config import config_path
    from ingest.config.editing import add_outlets
    from ingest.pipeline.discovery import try_feed

    path, address = config_path(config), _web_address(url)
    about = {"title": title, "home": home, "language": language, "timezone": timezone}
    settings = _settings_to_change(path)
    _check_about_new(settings, outlet, about)
    _check_addition(path, _described(outlet, address, about))  # before anybody is bothered
    hosts = _remembered(config, database) if path.exists() else []
    with _telling("asking") as tell:
        tell(address)
        tried = asyncio.run(try_feed(settings, address, hosts))
    if tried.feed is None:
        _refuse(tried, json=json)
    known = _described(outlet, tried.moved_to or address, about)
    [addition] = add_outlets(path, [_completed(known, tried)], create=True)
    if json:
        document = _tried_document(tried) | {"url": addition.feeds[0], "title": tried.feed and tried.feed.title}
        output.json_document({"file": path, "outlet": outlet, "created": addition.created, **document})
        return
    where = f"the {'new ' if addition.created else ''}outlet {outlet!r} in {path}"
    output.line(output.clean_line(f"Added {addition.feeds[0]} to {where}: {_in_words(tried)}"))
    if tried.moved_to:
        output.note(f"{address} has moved there for good.")


def _settings_to_change(path: Path) -> Settings:
    """The settings of a file that may not be there yet."""
    from ingest.config import Settings, load_settings

    return load_settings(path) if path.exists() else Settings(outlets=())


def _check_about_new(settings: Settings, outlet: str, about: Mapping[str, str | None]) -> None:
    """What describes a new outlet is of no use for one that is there: say so rather than drop it."""
    known = settings.outlet(outlet)
    given = [f"--{key}" for key in ABOUT if about[key]]
    if known is not None and known.name != outlet:
        output.complain(f"--outlet: {outlet!r} is now named {known.name!r}")
    elif known is not None and given:
        output.complain(f"{', '.join(given)}: the outlet {outlet!r} is there already; change it in the file")
    else:
        return
    raise typer.Exit(WRONG_USAGE)


def _described(outlet: str, url: str, about: Mapping[str, str | None]) -> OutletSettings:
    from ingest.config.reading import check_outlet

    given = {key: value for key, value in about.items() if value}
    return check_outlet({"name": outlet, **given, "feeds": [url]}, "feeds add")


def _check_addition(path: Path, outlet: OutletSettings) -> None:
    from ingest.config.editing import EMPTY_FILE, with_outlets
    from ingest.config.reading import read_text

    with_outlets(read_text(path) if path.exists() else EMPTY_FILE, [outlet], path=path)


def _completed(outlet: OutletSettings, tried: Tried) -> OutletSettings:
    """With what the feed says of its outlet, where the user said nothing and it is a value that can stand there."""
    from ingest.config import ConfigError
    from ingest.config.reading import FROM_ENVIRONMENT, check_outlet

    assert tried.feed is not None
    told = {"title": tried.feed.title, "home": tried.feed.site_url, "language": tried.feed.language}
    for key, value in told.items():
        if value and getattr(outlet, key) is None and not FROM_ENVIRONMENT.fullmatch(value):
            try:
                checked = check_outlet({"name": outlet.name, "feeds": [], key: value}, "")
            except ConfigError:
                continue
            outlet = outlet.model_copy(update={key: getattr(checked, key)})
    return outlet


def _refuse(tried: Tried, *, json: bool) -> NoReturn:
    """The end of `add` for what is no feed, with the feeds that it offers."""
    if json:
        links = [{"url": link.url, "title": link.title, "score": link.score} for link in tried.feed_links]
        output.json_document({"url": tried.url, **_failure_document(tried), "feed_links": links})
    else:
        _show_refusal(tried, tried.feed_links)
    raise typer.Exit(NOTHING_DONE)


def _show_refusal(tried: Tried, links: tuple[FeedLink, ...]) -> None:
    if tried.failure:
        output.complain(f"{tried.url}: not added: {_in_words(tried)}")
    for link in links[:SHOWN_LINKS]:
        output.note(f"  it offers the feed {output.clean_line(link.url)}")
    if len(links) > SHOWN_LINKS:
        output.note(f"  and {len(links) - SHOWN_LINKS} more: ingest feeds discover {tried.url}")


# --- lists of feeds ---------------------------------------------------------------------------------------------------

app.command("import")(feed_lists.import_feeds)
app.command("export")(feed_lists.export_feeds)


# --- what several of them need ----------------------------------------------------------------------------------------


def _web_address(written: str) -> str:
    """An address as people write it: `dawn.com` means https."""
    from pydantic_core import PydanticCustomError

    from ingest.config.problems import quote
    from ingest.config.values import check_url

    url = written if "://" in written else f"https://{written}"
    try:
        return check_url(url)
    except PydanticCustomError as error:
        output.complain(f"{quote(written)} {error.message()}")
        raise typer.Exit(WRONG_USAGE) from None


def _remembered(config: Path | None, database: str | None) -> list[HostState]:
    """The pauses that servers asked for, if there is an archive that knows."""
    from storage import feeds

    try:
        with open_archive(config, database) as archive, archive.reading() as connection:
            return feeds.hosts(connection)
    except ArchiveError:
        return []


def _listed(settings: Settings) -> Callable[[str], str | None]:
    """Which outlet lists an address."""
    from ingest.config.repetitions import spelling

    outlets = {spelling(feed.url): outlet.name for outlet in settings.outlets for feed in outlet.feeds}
    return lambda url: outlets.get(spelling(url))


@contextmanager
def _telling(words: str) -> Iterator[Callable[[str], None]]:
    """On a terminal, a line on standard error that says what is under way; nothing elsewhere."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.text import Text

    with output.console(stderr=True).status(words) as status:
        yield lambda what: status.update(Text(output.clean_line(f"{words} {what}")))


def _in_words(tried: Tried) -> str:
    if tried.feed is None:
        return f"{tried.failure.kind}: {tried.failure.detail}" if tried.failure else ""
    words = f"{tried.feed.format}, {feed_health.count(len(tried.feed.entries), 'entry', 'entries')}"
    return f"{words}, newest {feed_health.ago(tried.at - tried.newest_at)}" if tried.newest_at else words


def _tried_document(tried: Tried) -> dict[str, Any]:
    feed = tried.feed
    return {
        "url": tried.url,
        "format": feed.format if feed else None,
        "entries": len(feed.entries) if feed else None,
        "newest_at": tried.newest_at,
        "moved_to": tried.moved_to,
        "http_status": tried.http_status,
        "problems": list(feed.problems) if feed else [],
    }


def _failure_document(tried: Tried) -> dict[str, Any]:
    failure = tried.failure
    return {"kind": failure.kind if failure else None, "detail": failure.detail if failure else None}
