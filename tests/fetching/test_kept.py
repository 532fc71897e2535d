"""Connections kept for another request: when one is used again, and when it must not be."""

from __future__ import annotations

import asyncio
import contextlib
import resource
import ssl
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field

import pytest

from ingest.fetching import Fetched, Fetcher, FetchRequest, Purpose, RequestOptions, Result
from ingest.fetching.conversation import Conversation
from ingest.fetching.kept import Kept, Place
from ingest.fetching.network import Progress, Stream
from storage.model import Failure, FailureKind
from tests.fetching import virtual_time
from tests.fetching.site import fetcher, page, redirect
from tests.hostile.server import CERTIFICATE

CLOSE = b""  # in the place of an answer: the connection is closed
HANG_UP = b"\0"  # the same, without waiting for a request


@dataclass(slots=True)
class Talk:
    """A server that answers as written down, connection by connection."""

    answers: Sequence[Sequence[bytes]]
    port: int = 0
    asked: list[list[str]] = field(default_factory=list)  # by connection
    ended: int = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.asked.append(asked := [])
        with contextlib.suppress(OSError, asyncio.IncompleteReadError), contextlib.closing(writer):
            for answer in self.answers[len(self.asked) - 1]:
                if answer == HANG_UP:
                    break
                asked.append((await reader.readuntil(b"\r\n\r\n")).split(b" ")[1].decode())
                if answer == CLOSE:
                    break
                writer.write(answer)
                await writer.drain()
            else:
                await reader.read()  # until the client has enough
        self.ended += 1


@contextlib.asynccontextmanager
async def talk(*answers: Sequence[bytes], tls: ssl.SSLContext | None = None) -> AsyncIterator[Talk]:
    talking = Talk(answers)
    server = await asyncio.start_server(talking.serve, "127.0.0.1", 0, ssl=tls)
    talking.port = server.sockets[0].getsockname()[1]
    async with server:
        yield talking


async def fetch(client: Fetcher, talking: Talk, path: str, host: str = "127.0.0.1", **options: object) -> Result:
    url = f"http://{host}:{talking.port}{path}"
    return await client.fetch(FetchRequest(url, Purpose.FEED, options=RequestOptions(**options)))  # type: ignore[arg-type]


def bodies(*results: Result) -> list[bytes | FailureKind]:
    return [result.body if isinstance(result, Fetched) else result.kind for result in results]  # type: ignore[union-attr]


def run(scenario: Callable[[], Awaitable[None]]) -> None:
    asyncio.run(asyncio.wait_for(scenario(), 30))  # type: ignore[arg-type]


ONE, TWO = page("one"), page("two")
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n0\r\n\r\n"
NOT_MODIFIED = b"HTTP/1.1 304 Not Modified\r\nETag: x\r\n\r\n"

WHOLE = {
    "counted": ONE,
    "in chunks": CHUNKED,
    "nothing to read": page(""),
    "an error page": page("no", status="404 Not Found"),
    "no body at all": NOT_MODIFIED,
    "a moved one without a body": redirect("http://127.0.0.1:1/"),
}


@pytest.mark.parametrize("answer", WHOLE.values(), ids=WHOLE)
def test_after_a_whole_answer_comes_the_next_request(answer: bytes) -> None:
    async def scenario() -> None:
        async with talk([answer, TWO]) as server, fetcher() as client:
            await fetch(client, server, "/1")
            assert bodies(await fetch(client, server, "/2")) == [b"two"]
            assert server.asked == [["/1", "/2"]]

    run(scenario)


def test_it_is_so_over_tls() -> None:
    """One handshake, and a certificate that was not looked at counts for no one who wants it looked at."""

    async def scenario() -> None:
        tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        tls.load_cert_chain(CERTIFICATE)
        async with talk([ONE, TWO], [], tls=tls) as server, fetcher() as client:
            url, insecure = f"https://news.test:{server.port}/", RequestOptions(insecure_tls=True)
            answers = [await client.fetch(FetchRequest(url, Purpose.FEED, options=insecure)) for _ in range(2)]
            assert bodies(*answers) == [b"one", b"two"]
            assert bodies(await client.fetch(FetchRequest(url, Purpose.FEED))) == [FailureKind.TLS]
            assert server.asked == [["/", "/"]]

    run(scenario)


ENDLESS = b"HTTP/1.1 200 OK\r\n\r\none"
SPENT = {
    "the server says so": page("one", "Connection: close"),
    "an old server, even if it would go on": b"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 3\r\n\r\none",
    "its end is the end of the connection": ENDLESS,
    "something lies behind it": ONE + b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil",
    "a line lies behind it": ONE + b"\r\n",
    "something lies behind no body": NOT_MODIFIED + TWO,
    "a body where there can be none": NOT_MODIFIED + b"one",
    "not all of it was read": page(bytes(300_000), status="404 Not Found"),
    "not wanted": page("one", "Content-Type: video/mp4"),
    "too large": page("one").replace(b"Length: 3", b"Length: 999999999"),
    "of two lengths": CHUNKED.replace(b"OK\r\n", b"OK\r\nContent-Length: 3\r\n"),
    "not HTTP": b"one\r\n\r\n",
    "another protocol": b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
}


@pytest.mark.parametrize("answer", SPENT.values(), ids=SPENT)
def test_of_all_others_nothing_is_left_for_the_next(answer: bytes) -> None:
    async def scenario() -> None:
        async with talk([answer, HANG_UP] if answer == ENDLESS else [answer], [TWO]) as server, fetcher() as client:
            await fetch(client, server, "/1")
            assert bodies(await fetch(client, server, "/2")) == [b"two"]
            assert server.asked == [["/1"], ["/2"]]

    run(scenario)


def test_what_comes_unasked_meanwhile_is_no_answer() -> None:
    async def scenario() -> None:
        left = asyncio.Event()

        async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            with contextlib.suppress(OSError, asyncio.IncompleteReadError), contextlib.closing(writer):
                await reader.readuntil(b"\r\n\r\n")
                writer.write(ONE)
                await answered.wait()
                writer.write(page("evil"))
                with contextlib.suppress(OSError):
                    await reader.read()  # until the client has left
                left.set()

        talking, answered = Talk(()), asyncio.Event()
        server = await asyncio.start_server(speak, "127.0.0.1", 0)
        talking.port = server.sockets[0].getsockname()[1]
        async with server, fetcher() as client:
            first = await fetch(client, talking, "/1")
            answered.set()
            await asyncio.wait_for(left.wait(), 5)  # not for the ten seconds that a silent one is kept
            assert bodies(first, await fetch(client, talking, "/2")) == [b"one", b"one"]

    run(scenario)


def test_one_that_the_server_has_closed_costs_nothing() -> None:
    """Whether the end is seen before the next request or stands in the place of its answer."""

    async def scenario() -> None:
        async with talk([ONE, CLOSE], [TWO]) as server, fetcher() as client:
            assert bodies(await fetch(client, server, "/1"), await fetch(client, server, "/2")) == [b"one", b"two"]
            assert server.asked == [["/1", "/2"], ["/2"]]

    run(scenario)


def test_a_word_about_the_wait_is_no_answer() -> None:
    """What the server said of an idle connection, while our request was on its way (RFC 9110, 15.5.9)."""

    async def scenario() -> None:
        late = page("late", "Connection: close", status="408 Request Timeout")
        async with talk([ONE, late], [TWO, late], [late]) as server, fetcher() as client:
            answers = [await fetch(client, server, f"/{number}") for number in (1, 2, 3)]
            assert bodies(*answers[:2]) == [b"one", b"two"]
            assert isinstance(answers[2], Failure)
            assert answers[2].status == 408  # on a new connection it is one
            assert server.asked == [["/1", "/2"], ["/2", "/3"], ["/3"]]

    run(scenario)


def test_one_that_breaks_within_an_answer_is_not_asked_again() -> None:
    async def scenario() -> None:
        async with talk([ONE, b"HTTP/1.1 200", HANG_UP]) as server, fetcher() as client:
            assert bodies(await fetch(client, server, "/1"), await fetch(client, server, "/2")) == [
                b"one",
                FailureKind.NETWORK,
            ]
            assert server.asked == [["/1", "/2"]]

    run(scenario)


def test_who_answers_nothing_twice_fails() -> None:
    async def scenario() -> None:
        async with talk([ONE, CLOSE], [CLOSE]) as server, fetcher() as client:
            first, second = await fetch(client, server, "/1"), await fetch(client, server, "/2")
            assert bodies(first) == [b"one"]
            assert isinstance(second, Failure)
            assert second.kind is FailureKind.NETWORK

    run(scenario)


def test_a_name_server_that_hangs_is_blamed_for_it_on_a_second_try_as_well() -> None:
    async def scenario() -> None:
        asked = []

        async def resolve(host: str, _port: int) -> list[str]:
            asked.append(host)
            if len(asked) > 1:
                await asyncio.sleep(30)
            return ["127.0.0.1"]

        async with talk([ONE, CLOSE]) as server, fetcher(resolver=resolve, deadline=3) as client:
            url = f"http://news.test:{server.port}/"
            answers = [await client.fetch(FetchRequest(url, Purpose.FEED)) for _ in range(2)]
            assert bodies(*answers) == [b"one", FailureKind.DNS]

    run(scenario)


def test_it_serves_its_own_place_alone() -> None:
    async def scenario() -> None:
        async with talk([ONE], [ONE], [ONE]) as server, fetcher() as client:
            await fetch(client, server, "/1")
            await fetch(client, server, "/2", host="news.test")
            await fetch(client, server, "/3", insecure_tls=True)
            assert server.asked == [["/1"], ["/2"], ["/3"]]

    run(scenario)


def test_secrets_of_one_request_are_not_those_of_the_next() -> None:
    async def scenario() -> None:
        heads = []

        async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            with contextlib.suppress(OSError, asyncio.IncompleteReadError), contextlib.closing(writer):
                while True:
                    heads.append(await reader.readuntil(b"\r\n\r\n"))
                    writer.write(ONE)

        talking = Talk(())
        server = await asyncio.start_server(speak, "127.0.0.1", 0)
        talking.port = server.sockets[0].getsockname()[1]
        async with server, fetcher() as client:
            await fetch(client, talking, "/1", bearer_token="key")
            await fetch(client, talking, "/2")
        assert [b"Bearer key" in head for head in heads] == [True, False]

    run(scenario)


def test_the_end_of_the_fetcher_closes_them() -> None:
    async def scenario() -> None:
        async with talk([ONE]) as server:
            async with fetcher() as client:
                await fetch(client, server, "/1")
                assert server.ended == 0
            while not server.ended:
                await asyncio.sleep(0.001)

    run(scenario)


class Wire(asyncio.Transport):
    """A connection that remembers whether it was closed."""

    def __init__(self) -> None:
        super().__init__()
        self.open = True

    def abort(self) -> None:
        self.open = False


def connection() -> tuple[Conversation, Wire]:
    stream, wire = Stream(Progress()), Wire()
    stream.connection_made(wire)
    return Conversation(stream), wire


HERE, THERE, PLAIN = (
    Place(origin, False) for origin in ("https://here.test", "https://there.test", "http://here.test")
)


def test_none_waits_longer_than_ten_seconds() -> None:
    async def scenario() -> None:
        kept = Kept()
        many = [connection() for _ in range(3)]
        for conversation, _ in many:
            kept.put(HERE, conversation)
        assert kept.take(THERE) is None
        assert kept.take(HERE) is many[2][0]
        await asyncio.sleep(9.9)
        assert kept.take(HERE) is many[1][0]
        await asyncio.sleep(0.2)
        assert kept.take(HERE) is None
        assert [wire.open for _, wire in many] == [False, True, True]

    virtual_time.run(scenario())


@pytest.mark.parametrize("step", [11, -1], ids=["the machine slept", "the clock was set back"])
def test_nor_by_the_wall_clock(step: int, monkeypatch: pytest.MonkeyPatch) -> None:
    async def scenario() -> None:
        kept, (conversation, wire) = Kept(), connection()
        now = time.time()
        kept.put(HERE, conversation)
        monkeypatch.setattr(time, "time", lambda: now + step)
        assert kept.take(HERE) is None
        assert not wire.open

    virtual_time.run(scenario())


@pytest.mark.parametrize(("place", "files", "most"), [(PLAIN, 4096, 128), (HERE, 4096, 64), (PLAIN, 256, 32)])
def test_not_more_than_so_many_wait(place: Place, files: int, most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    async def scenario() -> None:
        monkeypatch.setattr(resource, "getrlimit", lambda _: (files, files))
        kept = Kept()
        many = [connection() for _ in range(130)]
        for conversation, _ in many:
            kept.put(place, conversation)
        assert [wire.open for _, wire in many] == [True] * most + [False] * (130 - most)

    virtual_time.run(scenario())


UNASKED: dict[str, Callable[[Stream], None]] = {
    "its end": lambda stream: stream.eof_received(),
    "its loss": lambda stream: stream.connection_lost(None),
    "a word": lambda stream: stream.data_received(b"HTTP/1.1 200 OK\r\n\r\n"),
}


@pytest.mark.parametrize("comes", UNASKED.values(), ids=UNASKED)
def test_one_that_has_something_to_say_is_closed_at_once(comes: Callable[[Stream], None]) -> None:
    async def scenario() -> None:
        kept = Kept()
        (first, _), (second, wire) = connection(), connection()
        kept.put(HERE, first)
        kept.put(HERE, second)
        comes(second.stream)
        assert not wire.open
        assert kept.take(HERE) is first
        assert kept.take(HERE) is None

    virtual_time.run(scenario())
