"""`ingest preview`: what would be ingested from a feed or a page. Writes nothing."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ingest.cli import output
from ingest.cli.frame import NOTHING_DONE, WRONG_USAGE, command_group
from ingest.cli.options import Config, Json, NoDatabase

if TYPE_CHECKING:
    from ingest.config import OutletSettings, Settings
    from ingest.feeds import ParsedFeed
    from ingest.pages import Extraction
    from ingest.pipeline.preview import Source
    from storage.model import Failure

app = command_group("preview", "Show what would be ingested from a feed or a page; write nothing.")

SHOWN_ENTRIES = 20
FEED_KEYS = ("source", "format", "encoding", "title", "site_url", "language")
ENTRY_KEYS = (
    *("key", "url", "title", "summary", "content_html", "authors", "categories", "enclosures"),
    *("published_at", "updated_at", "image_url"),
)
PAGE_KEYS = (
    *("url", "canonical_url", "title", "authors", "published_at", "updated_at", "language", "site_name"),
    *("image_url", "text", "method", "problems"),
)
Sources = Annotated[list[str], typer.Argument(metavar="SOURCE...", help="A URL, a file, or - for standard input.")]


@app.command("feed")
def feed(
    sources: Sources,
    config: Config = None,
    database: NoDatabase = None,
    json: Json = False,
) -> None:
    """Parse feeds and show their entries."""
    from ingest.config import find_settings
    from ingest.pipeline.preview import preview_feeds

    settings = find_settings(config, required=False)
    found = asyncio.run(preview_feeds(settings, _sources(sources)))
    if json:
        output.json_lines(map(_feed_document, sources, found))
    else:
        for name, parsed in zip(sources, found, strict=True):
            _show_feed(name, parsed)
    if all(parsed.failure for parsed in found):
        raise typer.Exit(NOTHING_DONE)


@app.command("page")
def page(
    sources: Sources,
    config: Config = None,
    database: NoDatabase = None,
    url: Annotated[str | None, typer.Option("--url", metavar="URL", help="The address a file came from.")] = None,
    outlet: Annotated[
        str | None, typer.Option("--outlet", metavar="NAME", help="Try this outlet's extraction rules.")
    ] = None,
    why: Annotated[
        bool, typer.Option("--why", help="Say where each field comes from, and which rule removed which line.")
    ] = False,
    json: Json = False,
) -> None:
    """Extract pages and show their articles."""
    from ingest.config import find_settings
    from ingest.pipeline.preview import preview_pages

    settings = find_settings(config, required=outlet is not None)
    chosen = _outlet(settings, outlet) if outlet else None
    found = asyncio.run(preview_pages(settings, _sources(sources), url=url, outlet=chosen))
    if json:
        output.json_lines(
            _page_document(name, extraction) | (_reasons(extraction) if why else {})
            for name, extraction in zip(sources, found, strict=True)
        )
    else:
        for name, extraction in zip(sources, found, strict=True):
            _show_page(name, extraction, why=why)
    if all(_failure(extraction) for extraction in found):
        raise typer.Exit(NOTHING_DONE)


def _outlet(settings: Settings, name: str) -> OutletSettings:
    found = settings.outlet(name)
    if found is None:
        output.complain(f"--outlet: no outlet is named {name!r} in the settings")
        raise typer.Exit(WRONG_USAGE)
    return found


def _sources(names: Sequence[str]) -> list[Source]:
    from ingest.pipeline.preview import Source

    return [Source(name) if name.lower().startswith(("http://", "https://")) else _read(name) for name in names]


def _read(name: str) -> Source:
    from ingest.pipeline.preview import Source
    from storage.model import Failure, FailureKind

    if name == "-":
        return Source(name, sys.stdin.buffer.read())
    try:
        return Source(name, Path(name).read_bytes())
    except OSError as error:
        return Source(name, failure=Failure(FailureKind.BAD_URL, f"cannot be read: {error.strerror}"))


def _failure(found: Extraction | Failure) -> Failure | None:
    from storage.model import Failure

    return found if isinstance(found, Failure) else found.failure


# --- as JSON ----------------------------------------------------------------------------------------------------------


def _feed_document(name: str, parsed: ParsedFeed) -> dict[str, object]:
    values = {key: getattr(parsed, key) for key in FEED_KEYS} | {"source": name}
    entries = [{key: getattr(entry, key) for key in ENTRY_KEYS} for entry in parsed.entries]
    return values | {"entries": entries, "problems": [*_told(parsed.failure), *parsed.problems]}


def _page_document(name: str, found: Extraction | Failure) -> dict[str, object]:
    from storage.model import Failure

    if isinstance(found, Failure):
        empty: dict[str, object] = dict.fromkeys(PAGE_KEYS) | {"text": "", "authors": [], "method": ""}
        return {"source": name} | empty | {"problems": _told(found)}
    values = {key: getattr(found, key) for key in PAGE_KEYS}
    others = (problem for problem in found.problems if found.failure is None or problem != found.failure.detail)
    return {"source": name} | values | {"problems": [*_told(found.failure), *others]}


def _reasons(found: Extraction | Failure) -> dict[str, object]:
    from storage.model import Failure

    if isinstance(found, Failure):
        empty: dict[str, object] = dict.fromkeys(("page_kind", "score", "section", "is_free"))
        return empty | {"tags": [], "sources": {}, "removed": []}
    return {
        "page_kind": found.page_kind,
        "score": found.score,
        "section": found.section,
        "is_free": found.is_free,
        "tags": found.tags,
        "sources": dict(found.provenance),
        "removed": [{"rule": line.rule, "line": line.text} for line in found.removed],
    }


def _told(failure: Failure | None) -> list[str]:
    return [f"{failure.kind}: {failure.detail}"] if failure else []


# --- for people -------------------------------------------------------------------------------------------------------


def _show_feed(name: str, parsed: ParsedFeed) -> None:
    output.line(output.clean_line(name))
    if parsed.failure:
        output.line(f"  {parsed.failure.kind}: {output.clean_line(parsed.failure.detail)}")
        for link in parsed.feed_links:
            output.line(f"  it offers a feed: {output.clean_line(link.url)}")
        return
    facts = (parsed.format, parsed.encoding, parsed.language, parsed.title)
    output.line("  " + output.clean_line(", ".join(fact for fact in facts if fact)))
    for problem in parsed.problems:
        output.line(f"  problem: {output.clean_line(problem)}")
    shown = parsed.entries[:SHOWN_ENTRIES]
    rows = [(entry.published_at, entry.title, entry.url) for entry in shown]
    output.table(("published", "title", "address"), rows, wrap=("title", "address"))
    if len(parsed.entries) > len(shown):
        output.line(f"… and {len(parsed.entries) - len(shown):,} more entries; --json shows all")


def _show_page(name: str, found: Extraction | Failure, *, why: bool) -> None:
    from storage.model import Failure

    output.line(output.clean_line(name))
    failure = _failure(found)
    if failure is not None:
        output.line(f"  {failure.kind}: {output.clean_line(failure.detail)}")
    if isinstance(found, Failure):
        return
    for key in ("title", "authors", "published_at", "updated_at", "language", "canonical_url", "method"):
        value = getattr(found, key)
        shown = ", ".join(value) if isinstance(value, tuple) else output.cell(value)
        source = found.source_of(key) if why else None
        if shown:
            reason = f"  (from {output.clean_line(source)})" if source else ""
            output.line(f"  {key.replace('_', ' '):<14} {output.clean_line(shown)}{reason}")
    if why:
        output.line(f"  {'kind of page':<14} {found.page_kind}")
        output.line(f"  {'confirmed':<14} {found.score:.0%} of the text; 50% where nobody else was asked")
    output.line()
    output.line(output.clean(found.text))
    if why:
        output.line()
        output.table(("rule", "removed line"), [(r.rule, r.text) for r in found.removed], wrap=("removed line",))
    output.line()
