"""What the commands share that ask servers for feeds: addresses, pauses, a live line, and answers in words and JSON."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from ingest.cli import feed_health, output
from ingest.cli.frame import WRONG_USAGE
from ingest.cli.options import open_archive
from storage.errors import ArchiveError

if TYPE_CHECKING:
    from ingest.pipeline.discovery import Tried
    from storage.model import HostState

SHOWN_LINKS = 5  # of the feeds that a page offers


def web_address(written: str) -> str:
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


def remembered(config: Path | None, database: str | None) -> list[HostState]:
    """The pauses that servers asked for, if there is an archive that knows."""
    from storage import feeds

    try:
        with open_archive(config, database) as archive, archive.reading() as connection:
            return feeds.hosts(connection)
    except ArchiveError:
        return []


@contextmanager
def telling(words: str) -> Iterator[Callable[[str], None]]:
    """On a terminal, a line on standard error that says what is under way; nothing elsewhere."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.text import Text

    with output.console(stderr=True).status(words) as status:
        yield lambda what: status.update(Text(output.clean_line(f"{words} {what}")))


def in_words(tried: Tried) -> str:
    if tried.feed is None:
        return f"{tried.failure.kind}: {tried.failure.detail}" if tried.failure else ""
    words = f"{tried.feed.format}, {output.count(len(tried.feed.entries), 'entry', 'entries')}"
    return f"{words}, newest {feed_health.ago(tried.at - tried.newest_at)}" if tried.newest_at else words


def tried_document(tried: Tried) -> dict[str, Any]:
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


def failure_document(tried: Tried) -> dict[str, Any]:
    failure = tried.failure
    return {"kind": failure.kind if failure else None, "detail": failure.detail if failure else None}
