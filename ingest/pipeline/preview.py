"""What would be ingested from an address or a file, shown without an archive: same client, same workers, same rooms."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ingest.config import OutletSettings, Settings
from ingest.feeds.model import ParsedFeed
from ingest.fetching import Fetched, Fetcher, FetchRequest, Purpose
from ingest.jobs import PAGE_MODULES, PAGE_SECONDS, PARSE_SECONDS, OutletHints, Page, read_feed, read_page
from ingest.pipeline.context import hints_of, utc_now
from ingest.workers import Workers
from storage.model import Failure, FailureKind

if TYPE_CHECKING:
    from ingest.pages import Extraction


@dataclass(frozen=True, slots=True)
class Source:
    """What the user named: an address to fetch, or bytes that were read (or could not be: `failure`)."""

    name: str
    body: bytes | None = None
    failure: Failure | None = None


async def preview_feeds(settings: Settings, sources: Sequence[Source]) -> list[ParsedFeed]:
    """Each source as a parsed feed; one that is none says so in its `failure`."""
    async with _opened(settings) as (fetcher, workers):
        found = []
        for source in sources:
            document = await _load(fetcher, source, Purpose.FEED, url=None)
            if isinstance(document, Failure):
                found.append(ParsedFeed(source.name, failure=document))
                continue
            parsed = await workers.run(
                PARSE_SECONDS, read_feed, document.body, document.url, document.content_type, None, utc_now()
            )
            found.append(ParsedFeed(source.name, failure=parsed) if isinstance(parsed, Failure) else parsed)
    return found


async def preview_pages(
    settings: Settings, sources: Sequence[Source], *, url: str | None = None, outlet: OutletSettings | None = None
) -> list[Extraction | Failure]:
    """Each source as an article. `url`: where a file came from; `outlet`: whose extraction rules are tried."""
    hints = hints_of(outlet) if outlet else OutletHints()
    async with _opened(settings) as (fetcher, workers):
        found: list[Extraction | Failure] = []
        for source in sources:
            document = await _load(fetcher, source, Purpose.PAGE, url=url)
            if isinstance(document, Failure):
                found.append(document)
                continue
            found.append(await workers.run(PAGE_SECONDS, read_page, document, hints, utc_now()))
    return found


@asynccontextmanager
async def _opened(settings: Settings) -> AsyncIterator[tuple[Fetcher, Workers]]:
    async with (
        Fetcher(settings.fetching, contact=settings.contact, hosts=(), remember=lambda _: None, now=utc_now) as fetcher,
        Workers(1, preload=PAGE_MODULES) as workers,
    ):
        yield fetcher, workers


async def _load(fetcher: Fetcher, source: Source, purpose: Purpose, *, url: str | None) -> Page | Failure:
    if source.failure is not None:
        return source.failure
    if source.body is not None:
        return Page(source.body, url or "", None)
    answer = await fetcher.fetch(FetchRequest(source.name, purpose))
    if isinstance(answer, Fetched):
        return Page(answer.body, answer.final_url, answer.content_type)
    return answer if isinstance(answer, Failure) else Failure(FailureKind.NETWORK, "answered 304 without being asked")
