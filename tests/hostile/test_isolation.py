"""Slow servers cost others nothing: half of 200 hosts drip, the other half takes as long as without them."""

from __future__ import annotations

import asyncio
import contextlib
import time
from datetime import timedelta

from ingest.config import PerHostSettings
from ingest.fetching import Fetched, Fetcher, FetchRequest, Purpose
from tests.hostile.client import fetcher, settings
from tests.hostile.server import Hostile, hostile

HOSTS = 200
FETCHES = 4  # of each good host
DEADLINE = 30.0
PATIENCE = 120.0  # seconds; who waits so long waits for a slow host


async def _poll(client: Fetcher, host: Hostile) -> None:
    for _ in range(FETCHES):
        assert isinstance(await client.fetch(FetchRequest(host.url("/feed"), Purpose.FEED)), Fetched)


async def seconds(good: list[Hostile], slow: list[Hostile], deadline: float = DEADLINE) -> float:
    """How long the good hosts take, politely paced and 48 at once, while the slow ones, asked first, hang on."""
    paced = PerHostSettings(concurrency=2, delay=timedelta(seconds=0.7))
    async with fetcher(settings(deadline=deadline).model_copy(update={"per_host": paced})) as client:
        hanging = [
            asyncio.create_task(client.fetch(FetchRequest(host.url("/drip_headers?0.5"), Purpose.FEED)))
            for host in slow
        ]
        started = time.monotonic()
        await asyncio.gather(*(_poll(client, host) for host in good))
        taken = time.monotonic() - started
        assert not any(task.done() for task in hanging)
        for task in hanging:
            task.cancel()
        await asyncio.gather(*hanging, return_exceptions=True)
        return taken


async def both() -> tuple[float, float]:
    """Seconds of the good hosts alone, and beside as many slow ones."""
    async with contextlib.AsyncExitStack() as stack:
        servers = [await stack.enter_async_context(hostile()) for _ in range(HOSTS)]
        good, slow = servers[::2], servers[1::2]
        return await seconds(good, []), await seconds(good, slow)


def test_slow_hosts_starve_nobody() -> None:
    """All good hosts have been read while the slow ones, asked first, still hang on. How long that takes is shown on an
    exact clock in `tests/fetching/test_gate.py`; on this one, with other work beside, it is a measurement (below).
    """

    async def run() -> None:
        async with contextlib.AsyncExitStack() as stack:
            servers = [await stack.enter_async_context(hostile()) for _ in range(60)]
            await seconds(servers[::2], servers[1::2], PATIENCE)

    asyncio.run(run())


if __name__ == "__main__":
    alone, beside = asyncio.run(both())
    print(f"good hosts alone {alone:.2f} s, beside slow ones {beside:.2f} s: ratio {beside / alone:.2f}")
