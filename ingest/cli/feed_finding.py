"""`ingest feeds discover` and `ingest feeds add`: from an address to a line in the settings."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from ingest.cli import feed_health, output
from ingest.cli.feed_answers import (
    SHOWN_LINKS,
    failure_document,
    in_words,
    remembered,
    telling,
    tried_document,
    web_address,
)
from ingest.cli.frame import NOTHING_DONE, WRONG_USAGE
from ingest.cli.options import Config, Database, Json

if TYPE_CHECKING:
    from ingest.config import OutletSettings, Settings
    from ingest.feeds import FeedLink
    from ingest.pipeline.discovery import Discovered, Tried

TRIED = 10  # feeds of a page, unless --limit says otherwise
ABOUT = ("title", "home", "language", "timezone")  # what a new outlet may be told

Address = Annotated[str, typer.Argument(metavar="URL", help="An address of the web.")]


# --- discover ---------------------------------------------------------------------------------------------------------


def discover_feeds(
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
    from ingest.pipeline.discovery import discover_feeds as look

    settings = find_settings(config, required=False)
    address, hosts = web_address(url), remembered(config, database)
    with telling("asking") as tell:
        found = asyncio.run(look(settings, address, most=limit or None, hosts=hosts, told=tell))
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
            {**tried_document(tried), "title": link.title, "score": link.score, "outlet": listed(link.url)}
            for link, tried in found.feeds
        ],
        "failed": [{"url": tried.url, **failure_document(tried)} for tried in found.failed],
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
        feed_health.print_indented(f"{title}{in_words(tried)}{mark}")
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


def add_feed(
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

    path, address = config_path(config), web_address(url)
    about = {"title": title, "home": home, "language": language, "timezone": timezone}
    settings = _settings_to_change(path)
    _check_about_new(settings, outlet, about)
    _check_addition(path, _described(outlet, address, about))  # before anybody is bothered
    hosts = remembered(config, database) if path.exists() else []
    with telling("asking") as tell:
        tell(address)
        tried = asyncio.run(try_feed(settings, address, hosts))
    if tried.feed is None:
        _refuse(tried, json=json)
    known = _described(outlet, tried.moved_to or address, about)
    [addition] = add_outlets(path, [_completed(known, tried)], create=True)
    if json:
        document = tried_document(tried) | {"url": addition.feeds[0], "title": tried.feed and tried.feed.title}
        output.json_document({"file": path, "outlet": outlet, "created": addition.created, **document})
        return
    where = f"the {'new ' if addition.created else ''}outlet {outlet!r} in {path}"
    output.line(output.clean_line(f"Added {addition.feeds[0]} to {where}: {in_words(tried)}"))
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
        output.json_document({"url": tried.url, **failure_document(tried), "feed_links": links})
    else:
        _show_refusal(tried, tried.feed_links)
    raise typer.Exit(NOTHING_DONE)


def _show_refusal(tried: Tried, links: tuple[FeedLink, ...]) -> None:
    if tried.failure:
        output.complain(f"{tried.url}: not added: {in_words(tried)}")
    for link in links[:SHOWN_LINKS]:
        output.note(f"  it offers the feed {output.clean_line(link.url)}")
    if len(links) > SHOWN_LINKS:
        output.note(f"  and {len(links) - SHOWN_LINKS} more: ingest feeds discover {tried.url}")


def _listed(settings: Settings) -> Callable[[str], str | None]:
    """Which outlet lists an address."""
    from ingest.config.repetitions import spelling

    outlets = {spelling(feed.url): outlet.name for outlet in settings.outlets for feed in outlet.feeds}
    return lambda url: outlets.get(spelling(url))
