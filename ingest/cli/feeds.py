"""`ingest feeds`: the feeds you read. Here: check; the others stand in the modules named below."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ingest.cli import boilerplate, feed_finding, feed_health, feed_lists, output
from ingest.cli.feed_answers import SHOWN_LINKS, failure_document, in_words, remembered, telling, tried_document
from ingest.cli.frame import NOTHING_DONE, WRONG_USAGE, command_group
from ingest.cli.options import Config, Database, Json

if TYPE_CHECKING:
    from ingest.config import FeedSettings, OutletSettings, Settings
    from ingest.pipeline.discovery import Tried
    from storage.model import HostState

app = command_group("feeds", "The feeds you read: their health, checking, finding and adding them, OPML.")

app.command("list")(feed_health.list_feeds)
app.command("show")(feed_health.show_feed)


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
    answers = [] if offline else _check(settings, chosen, remembered(config, database))
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

    with telling(f"asking {len(chosen)} feeds") as tell:
        done = iter(range(1, len(chosen) + 1))
        return asyncio.run(
            check_feeds(settings, chosen, hosts, lambda tried: tell(f"({next(done)} answered) {tried.url}"))
        )


def _counts(settings: Settings) -> dict[str, int]:
    listed = sum(len(outlet.feeds) for outlet in settings.outlets)
    return {"outlets": len(settings.outlets), "feeds": listed, "enabled": sum(1 for _ in settings.feeds())}


def _answer_document(outlet: OutletSettings, tried: Tried) -> dict[str, Any]:
    return {"outlet": outlet.name, **tried_document(tried), **failure_document(tried), "seconds": tried.seconds}


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
        yield in_words(tried)
    for link in tried.feed_links[:SHOWN_LINKS]:
        yield f"it offers the feed {link.url}"
    if tried.moved_to:
        yield f"moved for good to {tried.moved_to}"
    if feed.insecure_tls:
        yield feed_health.INSECURE
    yield from tried.feed.problems if tried.feed else ()


app.command("discover")(feed_finding.discover_feeds)
app.command("add")(feed_finding.add_feed)
app.command("import")(feed_lists.import_feeds)
app.command("export")(feed_lists.export_feeds)
app.command("boilerplate")(boilerplate.boilerplate)
