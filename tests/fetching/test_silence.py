"""A host that does not answer holds nobody up for long: neither the others nor the run."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

from ingest.fetching import Fetcher, FetchRequest, Purpose
from ingest.fetching.silence import Silences
from storage.model import Failure, FailureKind
from tests.fetching.site import Asked, Clock, Site, fetcher, page, redirect, site

PATIENCE = timedelta(seconds=30)
ORIGIN = "https://news.test"


def silences(clock: Clock, *missed_after: float) -> Silences:
    """Of a host that brought no answer, each time so many seconds after the last."""
    found = Silences(PATIENCE, clock)
    for seconds in missed_after:
        clock.move(seconds=seconds)
        found.missed(ORIGIN)
    return found


def test_three_attempts_in_a_row_over_a_deadline_make_a_silence() -> None:
    cases = (
        # seconds from one miss to the next, minutes that the host is left alone (None: it is not)
        ((30, 30), None),
        ((30, 0, 30), 5),
        ((1, 1, 1, 1), None),
        ((0, 10, 10, 10), 5),
        ((0, 30, 570), 10),
        ((0, 30, 86_400), 30),
    )
    for missed_after, minutes in cases:
        clock = Clock()
        failure = silences(clock, *missed_after).failure(ORIGIN)
        assert (failure and failure.retry_at) == (None if minutes is None else clock() + timedelta(minutes=minutes))


def test_a_silence_ends_with_its_time_or_with_an_answer() -> None:
    clock = Clock()
    found = silences(clock, 0, 30, 30)
    assert found.failure("https://other.test") is None
    told = found.failure(ORIGIN)
    assert told is not None
    assert told.detail == "https://news.test is left alone: it did not answer 3 times in a row"
    clock.move(minutes=5)
    assert found.failure(ORIGIN) is None
    found.missed(ORIGIN)  # and is a longer one when the next attempt brings nothing either
    assert found.failure(ORIGIN) == Failure(
        FailureKind.THROTTLED,
        "https://news.test is left alone: it did not answer 4 times in a row",
        retry_at=clock() + timedelta(minutes=6),
    )
    found.answered(ORIGIN)
    assert found.failure(ORIGIN) is None


def test_a_clock_that_is_set_back_silences_nobody_for_a_year() -> None:
    clock = Clock()
    found = silences(clock, 0, 30, 30)
    clock.move(days=-365)
    assert found.failure(ORIGIN) is None
    found.missed(ORIGIN)
    assert found.failure(ORIGIN) is None


# --- through the fetcher -------------------------------------------------------------------------------------------


DEADLINE = 0.4


def after(seconds: float, clock: Clock, answer: bytes) -> Callable[[Asked], Awaitable[bytes]]:
    """A page that takes its time; meanwhile the wall clock moves by a second."""

    async def wait(_asked: Asked) -> bytes:
        clock.move(seconds=1)
        await asyncio.sleep(seconds)
        return answer

    return wait


async def ask(client: Fetcher, running: Site, path: str, purpose: Purpose = Purpose.PAGE) -> FailureKind | None:
    answer = await client.fetch(FetchRequest(running.url(path), purpose))
    return answer.kind if isinstance(answer, Failure) else None


def test_the_pages_of_a_host_that_hangs_are_left_alone_its_feed_is_not() -> None:
    async def run() -> None:
        clock = Clock()
        pages = {"/page": after(2 * DEADLINE, clock, page("x")), "/feed": page("x")}
        async with site(pages) as running, fetcher(clock=clock, robots=False, deadline=DEADLINE) as client:
            kinds = [await ask(client, running, "/page") for _ in range(6)]
            assert kinds == [FailureKind.TIMEOUT] * 3 + [FailureKind.THROTTLED] * 3
            assert running.targets == ["/page"] * 3
            assert await ask(client, running, "/feed", Purpose.FEED) is None
            assert await ask(client, running, "/page") is FailureKind.TIMEOUT  # for it did answer

    asyncio.run(run())


def test_a_host_is_not_to_blame_for_the_time_that_a_redirect_took() -> None:
    """Else whoever redirects slowly could have any site left alone."""

    async def run() -> None:
        clock = Clock()
        pages = {"/slow": after(DEADLINE / 2, clock, page("x")), "/page": page("x")}
        async with site(pages) as innocent:
            detour = after(DEADLINE * 0.7, clock, redirect(innocent.url("/slow")))
            client = fetcher(clock=clock, robots=False, deadline=DEADLINE)
            async with site({"/to": detour}) as running, client:
                for _ in range(4):
                    assert await ask(client, running, "/to") is FailureKind.TIMEOUT
                assert await ask(client, innocent, "/page") is None

    asyncio.run(run())
