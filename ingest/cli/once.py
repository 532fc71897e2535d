"""`ingest once`: poll every feed once, work off everything pending, report."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from ingest.cli import output
from ingest.cli.frame import NOTHING_DONE, command_group
from ingest.cli.options import Config, Database, Json

if TYPE_CHECKING:
    from ingest.pipeline.report import Report

app = command_group()

SHOWN_FAILURES = 20


@app.command("once")
def once(
    config: Config = None,
    database: Database = None,
    outlet: Annotated[list[str] | None, typer.Option(metavar="NAME", help="Only this outlet; may be repeated.")] = None,
    feed: Annotated[list[str] | None, typer.Option(metavar="URL", help="Only this feed; may be repeated.")] = None,
    due: Annotated[bool, typer.Option("--due", help="Only feeds and entries whose time has come.")] = False,
    json: Json = False,
) -> None:
    """Poll every enabled feed once, work off everything pending, and report."""
    from ingest.cli.progress import Live, Quiet
    from ingest.config import database_url, find_settings, select_feeds
    from ingest.pipeline import Selection, run_once
    from storage.file import ArchiveFile

    settings = find_settings(config)
    chosen = select_feeds(settings, outlet or (), feed or ())
    selection = Selection(chosen, everything=not (outlet or feed), due_only=due)
    observing = Live() if sys.stderr.isatty() and not json else Quiet()
    with ArchiveFile.open(database_url(settings, database), write=True) as archive, observing as observer:
        report = asyncio.run(run_once(archive, settings, selection, observer, tell=output.note))
    if json:
        output.json_document(report.document())
    else:
        show_report(report)
    if report.all_feeds_failed:
        raise typer.Exit(NOTHING_DONE)


def show_report(report: Report) -> None:
    """The report for a person: what was polled, what was stored, what failed and why."""
    feeds, articles = report.feeds, report.articles
    output.line(
        f"Feeds     {feeds['polled']} polled: {feeds['changed']} changed, {feeds['unchanged']} unchanged, "
        f"{feeds['failed']} failed" + (f"; {feeds['skipped']} skipped" if feeds["skipped"] else "")
    )
    output.line(f"Entries   {report.entries_seen} seen, {report.entries_new} new")
    output.line(
        f"Articles  {articles['stored']} stored ({articles['duplicates']} of them duplicates, "
        f"{articles['kept_from_feed']} with the feed's own text), {articles['updated']} updated, "
        f"{articles['unchanged']} unchanged"
    )
    output.line(
        f"          {articles['gone']} gone, {articles['failed']} failed, {articles['pending']} still to be had"
    )
    output.line(f"Network   {report.requests} requests, {report.bytes / 1e6:.1f} MB, {report.seconds:.1f} s")
    if too_old := articles["too_old"]:
        output.line(f"{too_old:>9,} of the failed are too old to be read (polling.max_age), or were pruned")
    if report.failures:
        output.line()
        rows = [(f.kind, f.url, f.detail) for f in report.failures[:SHOWN_FAILURES]]
        output.table(("failure", "address", "detail"), rows, wrap=("address", "detail"))
        if len(report.failures) > SHOWN_FAILURES:
            output.line(f"… and {len(report.failures) - SHOWN_FAILURES} more; --json lists them all")
