"""One fetch in a process of its own, by this client or by a plain httpx one, measured.

    python -m tests.hostile.probe ours|plain URL

prints a line of JSON: what came of it, seconds, and the most memory the process has held in MiB. A plain client is
watched for `PLAIN_LIMIT` seconds and may use 2 GiB.
"""

from __future__ import annotations

import asyncio
import json
import resource
import sys
import time
from pathlib import Path

from tests.hostile.cases import PLAIN_LIMIT

PLAIN_MEMORY = 2 << 30


async def _ours(url: str) -> tuple[str, float]:
    from ingest.fetching import Fetcher, FetchRequest, Purpose
    from tests.hostile.client import fetcher, outcome

    assert Fetcher  # loaded before the clock starts
    async with fetcher() as client:
        started = time.monotonic()
        result = await client.fetch(FetchRequest(url, Purpose.FEED))
        return outcome(result), time.monotonic() - started


async def _plain(url: str) -> tuple[str, float]:
    """httpx as its first page of documentation shows it, following redirects."""
    import httpx

    async with httpx.AsyncClient(follow_redirects=True) as client:
        started = time.monotonic()
        try:
            async with asyncio.timeout(PLAIN_LIMIT):
                response = await client.get(url)
            said = f"{response.status_code}, {_size(len(response.content))}"
        except TimeoutError:
            said = "still reading when stopped"
        except MemoryError:
            said = "out of memory"
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            said = type(error).__name__
        return said, time.monotonic() - started


def _size(count: int) -> str:
    return f"{count:,} bytes" if count < 10_000 else f"{count / 2**20:,.1f} MiB"


def most_memory() -> float:
    """MiB; of this process alone, where /proc tells (rusage counts what a parent held before the start)."""
    status = Path("/proc/self/status")
    if status.exists():
        peak = next((line for line in status.read_text().splitlines() if line.startswith("VmHWM")), None)
        if peak:
            return int(peak.split()[1]) / 1024
    scale = 2**20 if sys.platform == "darwin" else 2**10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / scale


def main(client: str, url: str) -> None:
    if client == "plain":
        resource.setrlimit(resource.RLIMIT_AS, (PLAIN_MEMORY, PLAIN_MEMORY))
    outcome, seconds = asyncio.run(_ours(url) if client == "ours" else _plain(url))
    print(json.dumps({"outcome": outcome, "seconds": seconds, "memory": most_memory()}))


if __name__ == "__main__":
    main(*sys.argv[1:])
