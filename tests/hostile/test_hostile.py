"""Every scenario ends as its case says, soon, without a validator it must not have, and leaves nothing open."""

from __future__ import annotations

import asyncio

import anyio
import pytest

from ingest.config import FetchingSettings
from ingest.fetching import Fetched, FetchRequest, Purpose, RequestOptions
from ingest.fetching.network import SystemResolver
from storage.model import Failure, FailureKind, Validators
from tests.hostile import bombs
from tests.hostile.cases import CASES, PRIVATE_FORMS, TRUNCATED, WHOLE, Case
from tests.hostile.client import PATIENCE, fetcher, outcome, settings
from tests.hostile.server import FEED, SCENARIOS, Hostile, hostile


@pytest.fixture(scope="module", autouse=True)
def _bombs() -> None:
    """Built beforehand: it takes longer than a case may."""
    for build in (bombs.gzip_bomb, bombs.gzip_in_gzip, bombs.zstd_bomb, bombs.brotli_bomb):
        build()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.path)
def test_case(case: Case) -> None:
    async def run() -> None:
        async with hostile() as server, fetcher() as client:
            async with asyncio.timeout(PATIENCE):
                result = await client.fetch(FetchRequest(server.url(case.path), Purpose.FEED))
            assert outcome(result) == case.outcome, result
            if isinstance(result, Fetched):
                assert (result.validators == Validators()) == (case.outcome == TRUNCATED)
                assert result.body
                assert FEED.startswith(result.body[:60])
                assert result.body == FEED or case.outcome == TRUNCATED
            await asyncio.wait_for(server.idle.wait(), PATIENCE)

    asyncio.run(run())


def test_every_scenario_has_a_case() -> None:
    told = {case.path.partition("?")[0] for case in CASES}
    assert set(SCENARIOS) - told == {"/feed", "/loop_back", "/moved_to"}  # plain ones


def open_port(server: Hostile) -> FetchingSettings:
    """So that it is the address, not the port, that is refused."""
    return settings().model_copy(update={"ports": (80, server.port)})


def test_private_addresses_are_refused_in_every_form() -> None:
    async def run() -> None:
        async with hostile() as server, hostile("127.0.0.2") as secret, fetcher(open_port(secret)) as client:
            for form in PRIVATE_FORMS:
                url = f"http://{form.format(port=secret.port)}/feed"
                for asked in (url, server.url(f"/to?{url}")):
                    result = await client.fetch(FetchRequest(asked, Purpose.FEED))
                    assert isinstance(result, Failure), asked
                    assert result.kind is FailureKind.REFUSED_ADDRESS, (asked, result)
            assert secret.asked == []

    asyncio.run(run())


def test_without_opened_networks_no_spelling_of_this_machine_is_asked() -> None:
    async def run() -> None:
        async with hostile() as server:
            closed = open_port(server).model_copy(update={"allow_networks": ()})
            client = fetcher(closed, SystemResolver())
            for host in ("localhost", "LOCALHOST", "127.0.0.1", "127.1", "0x7f000001", "2130706433", "0", "[::1]"):
                result = await client.fetch(FetchRequest(f"http://{host}:{server.port}/feed", Purpose.FEED))
                assert isinstance(result, Failure), host
                assert result.kind is FailureKind.REFUSED_ADDRESS, (host, result)
            assert server.asked == []

    asyncio.run(run())


def test_a_name_that_changes_its_mind_is_refused() -> None:
    """DNS rebinding: the first look-up is harmless, the second is not, whether on a redirect or on the next fetch."""

    async def run() -> None:
        async with hostile() as server, hostile("127.0.0.2") as secret:
            answers = iter([["127.0.0.1"], ["127.0.0.2"], ["127.0.0.1", "127.0.0.2"]])

            async def resolve(_host: str, _port: int) -> list[str]:
                return next(answers)

            async with fetcher(open_port(server), resolver=resolve) as client:
                name = f"http://rebinding.test:{server.port}"
                for _ in range(2):
                    result = await client.fetch(FetchRequest(f"{name}/to?{name}/feed", Purpose.FEED))
                    assert outcome(result) == FailureKind.REFUSED_ADDRESS
            assert secret.asked == []

    asyncio.run(run())


def test_a_cancelled_scope_leaves_nothing_open() -> None:
    """anyio cancels again at every wait, so nothing may have to wait in order to close."""

    async def run() -> None:
        async with hostile() as server, hostile(tls=True) as secure, fetcher() as client:
            insecure = RequestOptions(insecure_tls=True)
            for place in (server, secure):
                for path in ("/drip_headers", "/drip_body", "/silence", "/infinite_body?"):
                    with anyio.move_on_after(0.1):
                        await client.fetch(FetchRequest(place.url(path), Purpose.FEED, options=insecure))
                    await asyncio.wait_for(place.idle.wait(), PATIENCE)

    asyncio.run(run())


def test_cancelling_leaves_nothing_open() -> None:
    async def run() -> None:
        async with hostile() as server, fetcher() as client:
            for path in ("/drip_headers", "/drip_body", "/silence", "/infinite_body"):
                task = asyncio.create_task(client.fetch(FetchRequest(server.url(path), Purpose.FEED)))
                await asyncio.wait_for(server.busy.wait(), PATIENCE)
                task.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await task
                await asyncio.wait_for(server.idle.wait(), PATIENCE)
            result = await client.fetch(FetchRequest(server.url("/feed"), Purpose.FEED))
            assert outcome(result) == WHOLE

    asyncio.run(run())
