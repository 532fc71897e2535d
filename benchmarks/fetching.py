"""CPU of one fetch: this client beside plain httpx, on the same loopback server and in the same run.

python -m benchmarks.fetching [FETCHES]        (1,500 by default)
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx

from ingest.fetching import Fetched, FetchRequest, Purpose
from tests.hostile.client import fetcher, settings

ROOT = Path(__file__).parents[1]
AT_ONCE = 20
ROUNDS = 5
SERVER = """
import asyncio
BODY = b"<item>news</item>" * 600
HEAD = b'HTTP/1.1 200 OK\\r\\nContent-Type: application/rss+xml\\r\\nETag: "1"\\r\\nContent-Length: %d\\r\\n\\r\\n'
ANSWER = HEAD % len(BODY) + BODY
async def serve(reader, writer):
    try:
        while b"connection: close" not in (await reader.readuntil(b"\\r\\n\\r\\n")).lower():
            writer.write(ANSWER)
        writer.write(ANSWER)
        await writer.drain()
    except (OSError, asyncio.IncompleteReadError):
        pass
    finally:
        writer.close()
async def main():
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()
asyncio.run(main())
"""


async def cpu_of(one: Callable[[], Awaitable[None]], fetches: int) -> float:
    """Milliseconds of CPU for each of `fetches`, some at once, after a warm-up."""

    async def several(count: int) -> None:
        left = iter(range(count))

        async def worker() -> None:
            for _ in left:
                await one()

        await asyncio.gather(*(worker() for _ in range(AT_ONCE)))

    await several(100)
    started = time.process_time()
    await several(fetches)
    return (time.process_time() - started) / fetches * 1000


async def main(fetches: int) -> None:
    pipe = asyncio.subprocess.PIPE
    server = await asyncio.create_subprocess_exec(sys.executable, "-c", SERVER, stdout=pipe)
    assert server.stdout is not None
    url = f"http://127.0.0.1:{int(await server.stdout.readline())}/feed"
    closing = httpx.Limits(max_keepalive_connections=0)
    chosen = settings(deadline=30)
    async with fetcher(chosen) as ours, httpx.AsyncClient() as plain, httpx.AsyncClient(limits=closing) as unkept:

        async def fetch_ours() -> None:
            assert isinstance(await ours.fetch(FetchRequest(url, Purpose.FEED)), Fetched)

        async def fetch_plain() -> None:
            (await plain.get(url)).raise_for_status()

        async def fetch_unkept() -> None:
            (await unkept.get(url)).raise_for_status()

        clients = {
            "this client": fetch_ours,
            "plain httpx, connections kept": fetch_plain,
            "plain httpx, a connection each": fetch_unkept,
        }
        rounds = [{name: await cpu_of(one, fetches // ROUNDS) for name, one in clients.items()} for _ in range(ROUNDS)]
    for name in clients:
        costs = [measured[name] for measured in rounds]
        print(f"{name:32} {statistics.median(costs):.2f} ms (from {min(costs):.2f} to {max(costs):.2f})")
    server.terminate()
    await server.wait()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 2_500))
