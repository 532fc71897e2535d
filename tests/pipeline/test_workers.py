"""Worker processes as a caller of the program meets them."""

from __future__ import annotations

import subprocess
import sys

PRINTING = """
import asyncio, os
from ingest.workers import Workers

async def main():
    async with Workers(1) as workers:
        for stream in (1, 2):
            assert await workers.run(60, os.write, stream, b"to nobody") == 9

asyncio.run(main())
print("done")
"""


def test_what_a_worker_prints_goes_nowhere() -> None:
    """Not even the traceback of one that was still starting when the run ended."""
    result = subprocess.run([sys.executable, "-c", PRINTING], capture_output=True, text=True, timeout=120, check=True)
    assert (result.stdout, result.stderr) == ("done\n", "")
