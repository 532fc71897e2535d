"""The fetch as a whole, against sites on loopback."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import logging
import socket
import threading
import time
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from typing import Any

import pytest

from ingest.fetching import Fetched, FetchRequest, NotModified, Purpose, RequestOptions
from storage.model import Failure, FailureKind, HostState, Validators
from tests.fetching.site import START, Archive, Asked, Clock, Site, at_loopback, fetcher, page, redirect, site

SECRET = "hunter2"


def feed(running: Site, path: str = "/feed", host: str = "127.0.0.1", **more: object) -> FetchRequest:
    return FetchRequest(running.url(path, host), Purpose.FEED, **more)  # type: ignore[arg-type]


def test_a_plain_fetch() -> None:
    async def run() -> None:
        answer = page("<rss/>", "Content-Type: text/xml", 'ETag: "1"', "X-Two: a", "x-two: b", "Set-Cookie: id=1")
        async with site({"/feed": answer}) as running, fetcher() as client:
            result = await client.fetch(feed(running, "/feed?b=1&a=%zz|"))
            assert isinstance(result, Fetched)
            assert (result.status, result.body, result.content_type) == (200, b"<rss/>", "text/xml")
            assert result.headers == {"content-type": "text/xml", "etag": '"1"', "x-two": "a, b", "content-length": "6"}
            assert result.validators == Validators('"1"', None, START, result.final_url)
            assert result.final_url == running.url("/feed?b=1&a=%zz|")
            assert result.permanent_url is None
            assert not result.truncated
            assert result.wire_bytes == len(answer) == client.bytes
            assert client.requests == 1
            assert running.targets == ["/feed?b=1&a=%zz|"]
            assert set(running.asked[0].headers) == {"host", "user-agent", "accept", "accept-encoding"}

    asyncio.run(run())


def test_of_a_repeated_header_the_first_counts_where_there_can_be_only_one() -> None:
    """Joined, two ETags are a validator that nobody sent, and two Locations lead nowhere."""

    async def run() -> None:
        twice = page("x", 'ETag: "1"', 'ETag: "2"', "Last-Modified: yesterday", "Last-Modified: today")
        pages = {"/feed": twice, "/old": page("", "Location: /feed", "Location: /other", status="302 Found")}
        async with site(pages) as running, fetcher() as client:
            result = await client.fetch(feed(running, "/old"))
            assert isinstance(result, Fetched)
            assert result.validators == Validators('"1"', "yesterday", START, running.url("/feed"))

    asyncio.run(run())


def test_redirects_and_what_is_permanent() -> None:
    cases = (
        # statuses of the hops, how far they were permanent
        ((301,), 1),
        ((308, 301), 2),
        ((301, 302), 1),
        ((302, 301), 0),
        ((307,), 0),
        ((301, 308, 303, 301, 302), 2),
    )

    async def run(statuses: tuple[int, ...], permanent: int) -> None:
        pages = {f"/{n}": redirect(f"{n + 1}", f"{status} Moved") for n, status in enumerate(statuses)}
        pages[f"/{len(statuses)}"] = page("<rss/>", 'ETag: "1"')
        async with site(pages) as running, fetcher() as client:
            result = await client.fetch(feed(running, "/0"))
            assert isinstance(result, Fetched)
            assert result.url == running.url("/0")
            assert result.final_url == running.url(f"/{len(statuses)}") == result.validators.url
            assert result.permanent_url == (running.url(f"/{permanent}") if permanent else None)

    for statuses, permanent in cases:
        asyncio.run(run(statuses, permanent))


def test_validators_follow_a_redirect_to_the_url_that_gave_them() -> None:
    def answer(asked: Asked) -> bytes:
        if asked.headers.get("if-none-match") == '"1"':
            return page("", 'ETag: "1"', status="304 Not Modified")
        return page("<rss/>", 'ETag: "1"')

    async def run() -> None:
        async with site({"/old": redirect("/feed", "301 Moved"), "/feed": answer}) as running, fetcher() as client:
            first = await client.fetch(feed(running, "/old"))
            assert isinstance(first, Fetched)
            second = await client.fetch(feed(running, "/old", validators=first.validators))
            assert isinstance(second, NotModified)
            assert second.permanent_url == second.final_url == running.url("/feed")
            assert second.validators == first.validators
            sent = [(asked.target, asked.headers.get("if-none-match")) for asked in running.asked]
            assert sent == [("/old", None), ("/feed", None), ("/old", None), ("/feed", '"1"')]

    asyncio.run(run())


SECRETS = RequestOptions(
    headers={"X-Key": SECRET}, basic_auth=f"user:{SECRET}", cookies={"session": SECRET}, user_agent="Own/1"
)


def carries_secrets(asked: Asked) -> bool:
    return any(name in asked.headers for name in ("x-key", "authorization", "cookie"))


def test_credentials_never_leave_their_origin() -> None:
    async def run() -> None:
        async with site({"/feed": page("x")}) as other:
            here = {
                "/feed": page("x"),
                "/inside": redirect("/feed"),
                "/away": redirect(other.url("/feed")),
                "/name": lambda asked: redirect(f"http://localhost:{asked.headers['host'].split(':')[1]}/feed"),
            }
            async with site(here) as running, fetcher() as client:
                for path in ("/inside", "/away", "/name"):
                    assert isinstance(await client.fetch(feed(running, path, options=SECRETS)), Fetched)
                told = [(asked.target, asked.headers["host"], carries_secrets(asked)) for asked in running.asked]
                own, name = f"127.0.0.1:{running.port}", f"localhost:{running.port}"
                assert told == [
                    ("/inside", own, True),
                    ("/feed", own, True),
                    ("/away", own, True),
                    ("/name", own, True),
                    ("/feed", name, False),
                ]
                assert not carries_secrets(other.asked[0])
                assert other.asked[0].headers["user-agent"] == "Own/1"

    asyncio.run(run())


def test_the_links_of_a_feed_do_not_get_its_credentials() -> None:
    async def run() -> None:
        async with site({"/a": page("x")}) as other, site({"/a": page("x")}) as running, fetcher() as client:
            options = RequestOptions(origin=running.url(""), headers={"X-Key": SECRET})
            for place in (running, other):
                await client.fetch(FetchRequest(place.url("/a"), Purpose.PAGE, options=options))
            assert [carries_secrets(asked) for asked in running.asked] == [False, True]  # robots.txt gets none
            assert not any(map(carries_secrets, other.asked))

    asyncio.run(run())


def test_a_login_in_the_url_is_used_and_never_shown() -> None:
    async def run() -> None:
        pages = {"/feed": page("x"), "/to": redirect(f"http://evil:{SECRET}@127.0.0.1:1/")}
        async with site(pages) as running, fetcher() as client:
            result = await client.fetch(feed(running, host=f"user:{SECRET}@127.0.0.1"))
            assert isinstance(result, Fetched)
            assert SECRET not in result.final_url
            assert running.asked[0].headers["authorization"] == "Basic dXNlcjpodW50ZXIy"
            failure = await client.fetch(feed(running, "/to"))
            assert SECRET not in repr(failure)

    asyncio.run(run())


def test_secrets_are_in_no_log_and_no_failure(caplog: pytest.LogCaptureFixture) -> None:
    async def run() -> None:
        pages = {
            "/feed": page("x"),
            "/loop": redirect(f"/loop?key={SECRET}"),
            "/broken": b"garbage",
            "/busy": page("", status="429 Busy"),
        }
        async with site(pages) as running, fetcher() as client:
            for path in ("/feed", "/loop", "/broken", "/missing", "/busy", "/feed"):
                url = running.url(f"{path}?key={SECRET}", f"user:{SECRET}@127.0.0.1")
                result = await client.fetch(FetchRequest(url, Purpose.FEED, options=SECRETS))
                assert not isinstance(result, Failure) or SECRET not in repr(result)

    with caplog.at_level(logging.DEBUG):
        asyncio.run(run())
    assert SECRET not in caplog.text


def test_a_throttled_domain_is_left_alone_as_a_whole_and_across_restarts() -> None:
    async def run() -> None:
        archive, clock = Archive(), Clock()
        pages = {"/feed": page("", "Retry-After: 120", status="429 Too Many"), "/other": page("x")}
        until = START + timedelta(seconds=120)
        async with site(pages) as running:
            async with fetcher(archive, clock) as client:
                first = await client.fetch(feed(running, host="feeds.news.test"))
                assert first == Failure(FailureKind.THROTTLED, "429 Too Many Requests", 429, until)
            assert archive.hosts == {"news.test": HostState("news.test", until, "it answered 429", pauses=1)}
            async with fetcher(archive, clock) as restarted:
                detail = "news.test is left alone: it answered 429"
                for host in ("feeds.news.test", "www.news.test", "news.test"):
                    result = await restarted.fetch(feed(running, "/other", host))
                    assert result == Failure(FailureKind.THROTTLED, detail, retry_at=until)
                assert len(running.asked) == 1
                assert isinstance(await restarted.fetch(feed(running, "/other", "elsewhere.test")), Fetched)
                clock.move(seconds=121)
                assert isinstance(await restarted.fetch(feed(running, "/other", "www.news.test")), Fetched)

    asyncio.run(run())


def test_only_the_answer_that_pauses_carries_the_pause() -> None:
    """A 404 that comes in while the domain is paused by another answer is as final as ever."""

    async def run() -> None:
        released = asyncio.Event()
        archive = Archive()
        async with site({"/busy": page("", status="429 Busy")}) as running, fetcher(archive) as client:

            async def late(_host: str, _port: int) -> Sequence[str]:
                await released.wait()
                return ("127.0.0.1",)

            async with fetcher(archive, resolver=late) as other:
                missing = asyncio.create_task(other.fetch(feed(running, "/missing", "news.test")))
                await asyncio.sleep(0)
                busy = await client.fetch(feed(running, "/busy", "news.test"))
                other._hosts.start_pause("news.test", START + timedelta(hours=1), "it answered 429")
                released.set()
                assert isinstance(busy, Failure)
                assert busy.retry_at == START + timedelta(minutes=5)
                assert await missing == Failure(FailureKind.HTTP_4XX, "404 Not Found", 404)

    asyncio.run(run())


def test_those_who_queue_behind_the_first_throttled_one_are_not_sent() -> None:
    async def run() -> None:
        archive, both_asked = Archive(), asyncio.Event()

        async def down(_asked: Asked) -> bytes:
            if len(running.asked) == 2:
                both_asked.set()
            await both_asked.wait()
            return page("", status="503 Down")

        async with site({"/feed": down}) as running, fetcher(archive, delay=0.05) as client:
            results = await asyncio.gather(*(client.fetch(feed(running, f"/feed?{n}")) for n in range(20)))
            assert all(isinstance(result, Failure) for result in results)
            assert len(running.asked) == 2  # as many as are at once
            (state,) = archive.hosts.values()
            assert (state.pauses, state.paused_until) == (
                1,
                START + timedelta(minutes=1),
            )  # one pause, though told twice

    asyncio.run(run())


def test_requests_to_one_domain_keep_their_distance_redirects_included() -> None:
    async def run() -> None:
        at: list[float] = []

        def seen(answer: bytes) -> object:
            def note(_asked: Asked) -> bytes:
                at.append(time.monotonic())
                return answer

            return note

        pages = {"/a": seen(page("x")), "/b": seen(redirect("/a"))}
        async with site(pages) as running, fetcher(delay=0.5) as client:  # type: ignore[arg-type]
            await asyncio.gather(*(client.fetch(feed(running, path, "a.news.test")) for path in ("/a", "/b", "/a")))
        gaps = [later - earlier for earlier, later in itertools.pairwise(at)]
        assert len(gaps) == 3
        assert min(gaps) > 0.15  # of .5, on a machine that may be busy

    asyncio.run(run())


def test_waiting_for_the_turn_does_not_count_against_the_deadline() -> None:
    async def run() -> None:
        async with site({"/feed": page("x")}) as running, fetcher(delay=0.5, deadline=1.0) as client:
            results = await asyncio.gather(*(client.fetch(feed(running)) for _ in range(4)))
            assert all(isinstance(result, Fetched) for result in results)
            assert all(result.seconds < 1.0 for result in results if isinstance(result, Fetched))

    asyncio.run(run())


def test_several_addresses_are_tried_in_turn() -> None:
    async def run() -> None:
        async def resolve(host: str, _port: int) -> Sequence[str]:
            return {"both.test": ("127.0.0.9", "127.0.0.1"), "mixed.test": ("127.0.0.1", "10.0.0.1")}.get(host, ())

        async with site({"/feed": page("x")}) as running, fetcher(resolver=resolve) as client:
            outcomes = [await client.fetch(feed(running, host=f"{name}.test")) for name in ("both", "mixed", "none")]
            kinds = [getattr(outcome, "kind", None) for outcome in outcomes]
            assert kinds == [None, FailureKind.REFUSED_ADDRESS, FailureKind.DNS]

    asyncio.run(run())


def test_ports_and_networks() -> None:
    async def run() -> None:
        async def public(_host: str, _port: int) -> Sequence[str]:
            return ("93.184.215.14",)

        async with site({}) as running, fetcher(resolver=public) as client:
            result = await client.fetch(feed(running, host="news.test"))
            assert isinstance(result, Failure)
            assert result.kind is FailureKind.REFUSED_ADDRESS
            assert result.detail == f"news.test: port {running.port} is not among fetching.ports"

    asyncio.run(run())


def test_names_that_do_not_resolve_and_hosts_that_do_not_connect_in_time() -> None:
    """Nobody is there: no server that is slow, but a name server that hangs, a route that leads nowhere."""

    async def run() -> None:
        async def resolve(host: str, _port: int) -> Sequence[str]:
            if host == "hanging.test":
                await asyncio.sleep(60)
            return ("127.0.0.1",)

        async with full_backlog() as port, fetcher(resolver=resolve, deadline=0.3) as client:
            for host, kind, stage in (
                ("hanging.test", FailureKind.DNS, "resolving the host name"),
                ("news.test", FailureKind.CONNECT, "connecting"),
            ):
                result = await client.fetch(FetchRequest(f"http://{host}:{port}/feed", Purpose.FEED))
                assert result == Failure(kind, f"not done within 0.3 s ({stage})")

    asyncio.run(run())


@contextlib.asynccontextmanager
async def full_backlog() -> AsyncIterator[int]:
    """A port that takes no connection more: what the kernel keeps for the listener is full."""
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        for _ in range(4):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(listener.getsockname())
        await asyncio.sleep(0.05)
        yield listener.getsockname()[1]


def test_a_name_server_that_hangs_stops_only_those_who_asked_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """A feed may link to any number of hosts whose look-up never ends; a thread of each hangs on."""
    ended = threading.Event()
    system = socket.getaddrinfo

    def look_up(host: str, *rest: Any, **more: Any) -> Any:
        if host.startswith("hanging"):
            ended.wait(30)
        return system("127.0.0.1", *rest, **more)

    async def run() -> None:
        monkeypatch.setattr(socket, "getaddrinfo", look_up)
        patient = fetcher(resolver=None, deadline=1.5, concurrency=24)
        async with site({"/feed": page("x")}) as running, patient as client:
            for _ in range(2):  # the threads of the first round still hang in the second
                fetches = [client.fetch(feed(running, host=f"hanging{n}.test")) for n in range(90)]
                hanging = asyncio.gather(*fetches)
                assert isinstance(await client.fetch(feed(running, host="news.test")), Fetched)
                assert {getattr(result, "kind", None) for result in await hanging} == {FailureKind.DNS}
        ended.set()

    asyncio.run(run())


def test_the_systems_resolver() -> None:
    async def run() -> None:
        from ingest.fetching.network import SystemResolver

        resolver = SystemResolver()
        addresses = await resolver("localhost", 80)
        assert set(addresses) <= {"127.0.0.1", "::1"}
        for name in ("nothing.invalid", "a" * 70 + ".invalid"):
            with pytest.raises((OSError, UnicodeError)):
                await resolver(name, 80)
        async with site({"/feed": page("x")}) as running, fetcher(resolver=resolver) as client:
            assert isinstance(await client.fetch(feed(running, host="localhost")), Fetched)

    asyncio.run(run())


def test_through_a_proxy() -> None:
    """The proxy may be anywhere; what is asked of it may not. Its login goes to it alone."""

    async def run() -> None:
        async with site({"http://news.test/feed": page("x")}) as proxy, fetcher() as client:
            options = RequestOptions(proxy=f"http://user:{SECRET}@127.0.0.1:{proxy.port}", headers={"X-Key": "k"})

            async def through(url: str) -> object:
                return await client.fetch(FetchRequest(url, Purpose.FEED, options=options))

            result = await through("http://news.test/feed")
            assert isinstance(result, Fetched)
            assert proxy.asked[0].headers["host"] == "news.test"
            assert proxy.asked[0].headers["proxy-authorization"].startswith("Basic ")
            for url in ("http://10.0.0.1/", "http://0x0a000001/", "http://printer.local/", "http://news.test:25/"):
                refused = await through(url)
                assert isinstance(refused, Failure), url
                assert refused.kind is FailureKind.REFUSED_ADDRESS
            tunnel = await through("https://news.test/feed")  # this proxy knows no CONNECT
            assert isinstance(tunnel, Failure)
            assert tunnel.kind is FailureKind.CONNECT
            assert SECRET not in tunnel.detail
            assert len(proxy.asked) == 2

    asyncio.run(run())


def test_the_counters_count_every_hop_and_robots() -> None:
    async def run() -> None:
        pages = {"/a": redirect("/b"), "/b": page("x" * 5_000)}
        async with site(pages) as running, fetcher(resolver=at_loopback) as client:
            await client.fetch(FetchRequest(running.url("/a"), Purpose.PAGE))
            assert client.requests == 3 == len(running.asked)
            assert client.bytes > 5_000

    asyncio.run(run())
