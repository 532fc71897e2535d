"""robots.txt: what it forbids, how it is read, what becomes of one that cannot be read."""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.fetching import Fetched, Fetcher, FetchRequest, Purpose, RequestOptions, Result
from ingest.fetching.robots import crawl_delay, robots_failure
from ingest.fetching.targets import Target, parse_target
from storage.model import Failure, FailureKind, RobotsFile
from tests.fetching.site import START, Archive, Clock, Site, fetcher, page, redirect, site

ALL = "User-agent: *\n"
RULES = (
    # robots.txt, path, allowed
    ("", "/a", True),
    (ALL + "Disallow: /", "/a", False),
    (ALL + "Disallow: /", "/robots.txt", True),
    (ALL + "Disallow:", "/a", True),
    (ALL + "Disallow: /private", "/private/a", False),
    (ALL + "Disallow: /private", "/public", True),
    (ALL + "Disallow: /\nAllow: /news/", "/news/a", True),
    (ALL + "Disallow: /*?print=", "/a?print=1", False),
    (ALL + "Disallow: /*.pdf$", "/a.pdf", False),
    (ALL + "Disallow: /*.pdf$", "/a.pdf?x", True),
    ("User-agent: ingest\nDisallow: /\n" + ALL + "Allow: /", "/a", False),
    ("User-agent: Ingest\nDisallow: /\n" + ALL + "Allow: /", "/a", False),
    (ALL + "Disallow: /\nUser-agent: ingest\nAllow: /", "/a", True),
    ("User-agent: GPTBot\nUser-agent: CCBot\nDisallow: /\n", "/a", True),
    ("User-agent: GPTBot\nUser-agent: *\nDisallow: /\n", "/a", False),
    ("User-agent: ingestor\nDisallow: /\n", "/a", True),
    ("\ufeffUser-agent: *\r\nDisallow: /", "/a", False),
    (ALL + "Disallow: /%C3%BC", "/ü", False),
    ("<!DOCTYPE html><html><body>not found</body></html>", "/a", True),
    ("User-agent: *\rDisallow: /", "/a", False),
)
DELAYS = (
    (ALL + "Crawl-delay: 10", 10.0),
    (ALL + "Crawl-delay: 0.5", 0.5),
    (ALL + "Crawl-delay: 86400", 60.0),
    (ALL + "crawl-delay: nan", 0.0),
    (ALL + "Crawl-delay: -3", 0.0),
    ("User-agent: ingest\nCrawl-delay: 7\n" + ALL + "Crawl-delay: 9", 7.0),
    ("User-agent: other\nCrawl-delay: 7", 0.0),
    ("", 0.0),
)
HOSTILE = {
    "rules": ALL + "".join(f"Disallow: /{n}\n" for n in range(30_000)),
    "programs over rules": "".join(f"User-agent: a{n}\n" for n in range(12_000))
    + "".join(f"Disallow: /{n}\n" for n in range(12_000)),
    "programs without a colon": "".join(f"User agent a{n}\n" for n in range(12_000))
    + "".join(f"Disallow: /{n}\n" for n in range(12_000)),
    "our names over rules": "User-agent: i\nUser-agent: in\nUser-agent: *\n" * 7_000
    + "".join(f"Disallow: /{n}\n" for n in range(12_000)),
    "wildcards": ALL + "Disallow: " + "*a" * 240_000,
    "wildcard rules": ALL + ("Disallow: " + "*a" * 20 + "b\n") * 9_000,
    "dollars": ALL + "Disallow: $$$\n" * 30_000,
    "spaces": "user" + " " * 500_000 + "agent",
    "newlines": "\n" * 500_000,
}


def at(path: str, host: str = "a.test") -> Target:
    target = parse_target(f"https://{host}{path}")
    assert isinstance(target, Target)
    return target


def robots(body: str) -> RobotsFile:
    return RobotsFile("https://a.test", START, body.lstrip("\ufeff"))


@pytest.mark.parametrize(("body", "path", "allowed"), RULES)
def test_rules(body: str, path: str, allowed: bool) -> None:
    failure = robots_failure(robots(body), at(path), "ingest")
    assert (failure is None) is allowed
    assert failure is None or (failure.kind is FailureKind.ROBOTS and failure.retry_at is None)


@pytest.mark.parametrize(("body", "seconds"), DELAYS)
def test_crawl_delay(body: str, seconds: float) -> None:
    assert crawl_delay([robots(""), robots(body)], "ingest") == seconds


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_are_read_in_a_time_that_grows_with_their_size(name: str) -> None:
    """Unguarded, 12,000 programs over 12,000 rules take minutes. The bound is CPU time, fifty times what is needed."""
    started = time.process_time()
    robots_failure(robots(HOSTILE[name][: 500 * 1024]), at("/" + "a" * 2_000), "ingest")
    assert time.process_time() - started < 20


@given(st.text(max_size=300), st.text(max_size=30))
def test_any_text_is_a_robots_file(body: str, path: str) -> None:
    target = parse_target(f"https://a.test/{path}")
    if isinstance(target, Target):
        robots_failure(robots(body), target, "ingest")
        crawl_delay([robots(body)], "ingest")


# --- through the fetcher -------------------------------------------------------------------------------------------


async def ask(running: Site, client: Fetcher, path: str = "/a", purpose: Purpose = Purpose.PAGE) -> Result:
    return await client.fetch(FetchRequest(running.url(path), purpose))


def test_pages_are_asked_for_once_robots_allows_them_and_robots_is_asked_once() -> None:
    async def run() -> None:
        pages = {"/robots.txt": page(ALL + "Disallow: /private"), "/a": page(), "/private": page()}
        archive = Archive()
        async with site(pages) as running, fetcher(archive) as client:
            results = await asyncio.gather(*(ask(running, client, path) for path in ("/a", "/private", "/a")))
            kinds = [getattr(result, "kind", None) for result in results]
            assert kinds == [None, FailureKind.ROBOTS, None]
            assert sorted(running.targets) == ["/a", "/a", "/robots.txt"]
        async with fetcher(archive) as restarted:
            await ask(running, restarted, "/private")
            assert running.targets.count("/robots.txt") == 1

    asyncio.run(run())


def test_robots_concerns_pages_alone_and_can_be_switched_off() -> None:
    async def run() -> None:
        pages = {"/robots.txt": page(ALL + "Disallow: /"), "/a": page()}
        async with site(pages) as running, fetcher() as client, fetcher(robots=False) as careless:
            for purpose in (Purpose.FEED, Purpose.SITE):
                assert isinstance(await ask(running, client, purpose=purpose), Fetched)
            assert isinstance(await ask(running, careless), Fetched)
            assert "/robots.txt" not in running.targets
            assert isinstance(await ask(running, client), Failure)

    asyncio.run(run())


def test_every_hop_is_asked_for() -> None:
    async def run() -> None:
        away = {"/robots.txt": page(ALL + "Disallow: /"), "/b": page()}
        async with site(away) as other:
            here = {"/a": redirect(other.url("/b")), "/c": redirect("/d"), "/robots.txt": page(ALL + "Disallow: /d")}
            async with site(here) as running, fetcher() as client:
                for path in ("/a", "/c"):
                    result = await ask(running, client, path)
                    assert isinstance(result, Failure)
                    assert result.kind is FailureKind.ROBOTS
                assert other.targets == ["/robots.txt"]
                assert "/d" not in running.targets

    asyncio.run(run())


def test_what_statuses_of_robots_mean() -> None:
    """4xx: no rules. 5xx: nothing is allowed for half an hour, then it is read again. Kept across a restart."""
    cases = (("404 Not Found", True), ("403 Forbidden", True), ("410 Gone", True), ("500 Oops", False))

    async def run(status: str, allowed: bool) -> None:
        archive, clock = Archive(), Clock()
        pages = {"/robots.txt": page("", status=status), "/a": page()}
        async with site(pages) as running:
            async with fetcher(archive, clock) as client:
                assert isinstance(await ask(running, client), Fetched) is allowed
            async with fetcher(archive, clock) as restarted:
                again = await ask(running, restarted)
                assert isinstance(again, Fetched) is allowed
                assert running.targets.count("/robots.txt") == 1
                assert allowed or (isinstance(again, Failure) and again.retry_at == START + timedelta(minutes=30))
                clock.move(hours=1)
                pages["/robots.txt"] = page(ALL + "Allow: /")
                assert isinstance(await ask(running, restarted), Fetched)
                assert running.targets.count("/robots.txt") == (1 if allowed else 2)
                clock.move(hours=24)
                await ask(running, restarted)
                assert running.targets.count("/robots.txt") == (2 if allowed else 3)

    for status, allowed in cases:
        asyncio.run(run(status, allowed))


def test_a_busy_robots_pauses_the_domain_and_is_not_taken_for_rules() -> None:
    async def run() -> None:
        archive, clock = Archive(), Clock()
        pages = {"/robots.txt": page("", "Retry-After: 60", status="429 Busy"), "/a": page()}
        async with site(pages) as running, fetcher(archive, clock) as client:
            result = await ask(running, client)
            assert isinstance(result, Failure)
            assert (result.kind, result.retry_at) == (FailureKind.THROTTLED, START + timedelta(seconds=60))
            clock.move(seconds=61)
            pages["/robots.txt"] = page("")
            assert isinstance(await ask(running, client), Fetched)

    asyncio.run(run())


def test_a_robots_file_that_is_too_long_counts_as_far_as_it_is_read() -> None:
    async def run() -> None:
        body = ALL + "Disallow: /private\n" + "# filler\n" * 100_000
        pages = {"/robots.txt": page(body), "/a": page(), "/private": page()}
        async with site(pages) as running, fetcher() as client:
            assert isinstance(await ask(running, client), Fetched)
            assert isinstance(await ask(running, client, "/private"), Failure)

    asyncio.run(run())


def test_crawl_delay_spaces_the_requests_of_the_domain_feeds_included() -> None:
    async def run() -> None:
        pages = {"/robots.txt": page(ALL + "Crawl-delay: 0.3"), "/a": page(), "/feed": page()}
        async with site(pages) as running, fetcher() as client:
            await ask(running, client)
            started = time.monotonic()
            await ask(running, client, "/feed", Purpose.FEED)
            await ask(running, client)
            assert time.monotonic() - started >= 0.3

    asyncio.run(run())


def test_the_robots_of_a_feeds_own_agent() -> None:
    async def run() -> None:
        pages = {"/robots.txt": page("User-agent: special\nDisallow: /"), "/a": page()}
        async with site(pages) as running, fetcher() as client:
            request = FetchRequest(running.url("/a"), Purpose.PAGE, options=RequestOptions(user_agent="Special/2 (x)"))
            assert isinstance(await client.fetch(request), Failure)
            assert running.asked[0].headers["user-agent"] == "Special/2 (x)"
            assert isinstance(await ask(running, client), Fetched)

    asyncio.run(run())
