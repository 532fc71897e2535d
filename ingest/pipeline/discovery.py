"""Asking for feeds without an archive: one address tried, the feeds of a site found, a whole list checked.

Nothing is written down. One fetch at a time when looking for feeds; when checking, as many as `ingest once` would make.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

import anyio

from ingest.config import FeedSettings, OutletSettings, Settings
from ingest.feeds.model import FeedLink, ParsedFeed
from ingest.fetching import Fetcher, FetchRequest, NotModified, Purpose, RequestOptions, politeness_key
from ingest.jobs import FEED_MODULES, PARSE_SECONDS, read_feed
from ingest.pipeline.context import utc_now
from ingest.pipeline.lanes import Lanes
from ingest.pipeline.once import WORKERS
from ingest.urls import canonical_url
from ingest.workers import Workers
from storage.model import Failure, FailureKind, HostState

if TYPE_CHECKING:
    from ingest.feeds.opml import Opml

# After these the server was there and answered: the common places are worth a look. After others they are not.
ANSWERED = frozenset(
    (
        *(FailureKind.HTTP_4XX, FailureKind.GONE, FailureKind.CHALLENGE, FailureKind.WRONG_TYPE, FailureKind.TOO_LARGE),
        *(FailureKind.NOT_A_FEED, FailureKind.MALFORMED, FailureKind.BAD_ENCODING, FailureKind.REDIRECTS),
    )
)


@dataclass(frozen=True, slots=True)
class Tried:
    """What one address answered. `feed` is there only if it is one; `feed_links`: what the page offers otherwise."""

    url: str
    at: datetime
    feed: ParsedFeed | None = None
    failure: Failure | None = None
    feed_links: tuple[FeedLink, ...] = ()
    final_url: str | None = None  # where redirects ended
    moved_to: str | None = None  # where permanent ones alone led
    http_status: int | None = None
    seconds: float = 0.0

    @property
    def newest_at(self) -> datetime | None:
        """When the newest entry was published; dates more than a day ahead do not count."""
        dates = [entry.published_at for entry in self.feed.entries if entry.published_at] if self.feed else []
        return max((date for date in dates if date - self.at < timedelta(days=1)), default=None)


@dataclass(frozen=True, slots=True)
class Discovered:
    """The feeds of a site, the likeliest first, each fetched and read; what failed; what was named but not fetched."""

    url: str
    feeds: tuple[tuple[FeedLink, Tried], ...] = ()
    failed: tuple[Tried, ...] = ()
    untried: tuple[FeedLink, ...] = ()
    failure: Failure | None = None  # why there is nothing to say about the site


async def try_feed(settings: Settings, url: str, hosts: Iterable[HostState] = ()) -> Tried:
    """Fetch an address once, and read it as a feed."""
    async with _opened(settings, hosts, 1) as client:
        return await client.ask(url)


async def check_feeds(
    settings: Settings,
    feeds: Sequence[tuple[OutletSettings, FeedSettings]],
    hosts: Iterable[HostState] = (),
    told: Callable[[Tried], None] = lambda _: None,
) -> list[Tried]:
    """Fetch each feed once, as configured, and read it. `told` hears of each as it ends."""
    answers: dict[str, Tried] = {}

    async def check(client: _Client, outlet: OutletSettings, feed: FeedSettings) -> None:
        answers[feed.url] = await client.ask(feed.url, options=RequestOptions.of(feed), timezone=outlet.timezone)
        told(answers[feed.url])

    per_lane, limit = settings.fetching.per_host.concurrency, 4 * settings.fetching.concurrency
    async with _opened(settings, hosts, WORKERS) as client, anyio.create_task_group() as group:
        lanes = Lanes(group, per_lane=per_lane, limit=limit)
        for outlet, feed in feeds:
            lanes.put(politeness_key(feed.url), partial(check, client, outlet, feed))
    return [answers[feed.url] for _, feed in feeds]


async def discover_feeds(
    settings: Settings,
    url: str,
    *,
    most: int | None,
    hosts: Iterable[HostState] = (),
    told: Callable[[str], None] = lambda _: None,
) -> Discovered:
    """The feeds that a page offers, at most `most` of them tried; where it offers none, those in the common places.

    `told` hears of each address before it is fetched. The first feed in a common place ends the search: what other
    guesses find there is the same feed by another name.
    """
    async with _opened(settings, hosts, 1) as client:
        told(url)
        page = await client.ask(url, Purpose.SITE)
        if page.feed:
            return Discovered(url, ((FeedLink(url, page.feed.title, page.feed.format, 100), page),))
        if page.failure and page.failure.kind not in ANSWERED:
            return Discovered(url, failure=page.failure)
        search = _Search(client, told)
        offered, failed = page.feed_links, []
        for link in offered[:most]:
            tried = await search.look(link)
            failed += [tried] if tried.failure else []
        if not search.found:
            await search.guess(page.final_url or url)
    feeds = sorted(search.found, key=lambda pair: -pair[0].score)
    return Discovered(url, tuple(feeds), tuple(failed), offered[len(offered[:most]) :])


async def read_outlines(body: bytes) -> Opml | Failure:
    """An OPML file's outlines, read where it can do no harm."""
    from ingest.feeds.opml import read_opml

    async with Workers(1) as workers:
        return await workers.run(PARSE_SECONDS, read_opml, body)


class _Search:
    """Looks at one link after the other and keeps what turns out to be a feed with entries, each feed once."""

    def __init__(self, client: _Client, told: Callable[[str], None]) -> None:
        self.found: list[tuple[FeedLink, Tried]] = []
        self._client = client
        self._told = told
        self._seen: set[str] = set()

    async def look(self, link: FeedLink) -> Tried:
        from ingest.feeds import judge

        self._told(link.url)
        tried = await self._client.ask(link.url)
        judged = judge(link, tried.feed) if tried.feed else None
        place = canonical_url(tried.final_url or link.url)
        if judged is not None and place not in self._seen:
            self.found.append((judged, tried))
            self._seen.add(place)
        return tried

    async def guess(self, site: str) -> None:
        from ingest.feeds import common_feeds

        for link in common_feeds(site):
            failure = (await self.look(link)).failure
            if self.found or (failure and failure.kind not in ANSWERED):
                return


@dataclass(frozen=True, slots=True)
class _Client:
    fetcher: Fetcher
    workers: Workers

    async def ask(
        self,
        url: str,
        purpose: Purpose = Purpose.FEED,
        *,
        options: RequestOptions | None = None,
        timezone: str | None = None,
    ) -> Tried:
        answer = await self.fetcher.fetch(FetchRequest(url, purpose, options=options or RequestOptions()))
        if isinstance(answer, NotModified):
            answer = Failure(FailureKind.NETWORK, "answered 304 without being asked", 304)
        if isinstance(answer, Failure):
            return Tried(url, utc_now(), failure=answer, http_status=answer.status)
        parsed = await self.workers.run(
            PARSE_SECONDS, read_feed, answer.body, answer.final_url, answer.content_type, timezone, utc_now()
        )
        failure = parsed if isinstance(parsed, Failure) else parsed.failure
        return Tried(
            url,
            utc_now(),
            feed=None if isinstance(parsed, Failure) or failure else parsed,
            failure=failure,
            feed_links=() if isinstance(parsed, Failure) else parsed.feed_links,
            final_url=answer.final_url,
            moved_to=answer.permanent_url,
            http_status=answer.status,
            seconds=answer.seconds,
        )


@asynccontextmanager
async def _opened(settings: Settings, hosts: Iterable[HostState], workers: int) -> AsyncIterator[_Client]:
    fetching, contact = settings.fetching, settings.contact
    async with (
        Fetcher(fetching, contact=contact, hosts=hosts, remember=lambda _: None, now=utc_now) as fetcher,
        Workers(workers, preload=FEED_MODULES) as pool,
    ):
        yield _Client(fetcher, pool)
