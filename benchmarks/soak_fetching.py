"""The hostile scenarios again and again, many at once: does the fetcher stay as small and quick as it began?

    python -m benchmarks.soak_fetching [SECONDS]        (600 by default)

On Linux: it reads /proc. Prints a line every tenth of the time and a verdict. Exit code 1 if an outcome was wrong, if
what memory falls back to grew by over 10 % after the first third, or if a connection or task was left. What was freed
is handed back to the system before each look: glibc keeps some tens of MiB of it or not, as it comes. The server runs in
a process of its own.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import math
import random
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from ingest.fetching import Fetcher, FetchRequest, Purpose, Result
from storage.model import Failure
from tests.hostile.cases import CASES, Case
from tests.hostile.client import fetcher, outcome

ROOT = Path(__file__).parents[1]
WORKERS = 24
PAUSING = {"/busy", "/down"}  # would pause the one host there is
SOAKED = tuple(case for case in CASES if case.path not in PAUSING)


@dataclass(slots=True)
class Soak:
    until: float
    outcomes: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    late: int = 0  # ended by the deadline for want of CPU
    lag: float = 0.0  # seconds, the longest time the loop was held up
    low: float = math.inf  # MiB, the least since the last line
    lows: list[float] = field(default_factory=list)  # of each tenth


def trimmer() -> Callable[[], object]:
    """What hands freed memory back, where the C library can."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    return (lambda: trim(0)) if trim else (lambda: None)


def resident() -> float:
    """MiB of this process now."""
    status = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in status if line.startswith("VmRSS")).split()[1]) / 1024


def connections() -> int:
    names = []
    for entry in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(OSError):  # the one that lists them
            names.append(str(entry.readlink()))
    return sum(name.startswith("socket") for name in names)


async def worker(soak: Soak, client: Fetcher, port: int) -> None:
    while time.monotonic() < soak.until:
        case = random.choice(SOAKED)
        result = await client.fetch(FetchRequest(f"http://127.0.0.1:{port}{case.path}", Purpose.FEED))
        judge(soak, case, result)


def judge(soak: Soak, case: Case, result: Result) -> None:
    came = outcome(result)
    soak.outcomes[came] += 1
    if came == case.outcome:
        return
    if isinstance(result, Failure) and result.detail.startswith("not done within"):
        soak.late += 1
    else:
        soak.wrong.append(f"{case.path}: {came}")


async def watch(soak: Soak, seconds: float) -> None:
    started = woken = time.monotonic()
    trim = trimmer()
    while (now := time.monotonic()) < soak.until:
        soak.lag = max(soak.lag, now - woken - 0.05)
        trim()
        soak.low = min(soak.low, resident())
        if (now - started) / seconds >= (len(soak.lows) + 1) / 10:
            line(soak)
        woken = time.monotonic()
        await asyncio.sleep(0.05)
    line(soak)


def line(soak: Soak) -> None:
    soak.lows.append(soak.low)
    soak.low = math.inf
    done = sum(soak.outcomes.values())
    print(f"{len(soak.lows) * 10:3} % {done:7} fetches, at least {soak.lows[-1]:.1f} MiB, {connections()} sockets")


def verdict(soak: Soak, left: int, tasks: int) -> list[str]:
    """What is wrong, in words."""
    early, late = max(soak.lows[:3]), min(soak.lows[-3:])
    faults = [f"wrong outcomes: {soak.wrong[:5]}"] if soak.wrong else []
    if late > early * 1.1:
        faults.append(f"memory grew from {early:.1f} to {late:.1f} MiB")
    if left > 0 or tasks > 1:
        faults.append(f"{left} sockets and {tasks - 1} tasks are left")
    return faults


async def main(seconds: float) -> int:
    pipe = asyncio.subprocess.PIPE
    command = (sys.executable, "-m", "tests.hostile.server")
    server = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdin=pipe, stdout=pipe)
    assert server.stdout is not None
    port = int(await server.stdout.readline())
    before = connections()
    soak = Soak(time.monotonic() + seconds)
    async with fetcher() as client:
        await asyncio.gather(watch(soak, seconds), *(worker(soak, client, port) for _ in range(WORKERS)))
    await asyncio.sleep(0.1)
    faults = verdict(soak, connections() - before, len(asyncio.all_tasks()))
    print(", ".join(f"{count} {name}" for name, count in soak.outcomes.most_common()))
    print(f"{soak.late} ended by the deadline for want of CPU; the loop was held for {soak.lag:.2f} s at most")
    print("; ".join(faults) or "nothing grew, nothing was left, every outcome was right")
    await server.communicate(b"")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main(float(sys.argv[1]) if len(sys.argv) > 1 else 600.0)))
