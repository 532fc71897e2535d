"""Two gigabytes in two megabytes: every bomb and flood in one process, which stays small."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

from ingest.fetching import FetchRequest, Purpose
from tests.hostile.cases import CASES
from tests.hostile.client import fetcher, outcome, settings
from tests.hostile.probe import most_memory
from tests.hostile.server import hostile

ROOT = Path(__file__).parents[2]
FLOODS = [case for case in CASES if "bomb" in case.path or "infinite" in case.path or "20mb" in case.path]
MOST = 150  # MiB


async def fetch_floods(port: str) -> None:
    """In the process under test, one after the other."""
    async with fetcher(settings(deadline=30)) as client:
        requests = [FetchRequest(f"http://127.0.0.1:{port}{case.path}", Purpose.FEED) for case in FLOODS]
        results = [await client.fetch(request) for request in requests]
    print(json.dumps({"outcomes": [outcome(result) for result in results], "memory": most_memory()}))


def test_floods_and_bombs_stay_within_150_mib() -> None:
    async def run() -> tuple[list[str], float]:
        async with hostile() as server:
            command = (sys.executable, "-m", "tests.hostile.test_memory", str(server.port))
            process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=asyncio.subprocess.PIPE)
            output, _ = await process.communicate()
            report = json.loads(output)
            return report["outcomes"], report["memory"]

    outcomes, memory = asyncio.run(run())
    assert outcomes == [case.outcome for case in FLOODS]
    assert memory < MOST


if __name__ == "__main__":
    asyncio.run(fetch_floods(sys.argv[1]))
