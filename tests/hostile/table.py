"""Measures every hostile case with a plain httpx client and with ours, and writes the table into docs/fetching.md.

    python -m tests.hostile.table

takes some minutes. brotli and zstandard, where installed, are what a plain client decodes with.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import httpx

from ingest.fetching import FetchRequest, Purpose, RequestOptions
from tests.hostile import bombs
from tests.hostile.cases import CASES, PRIVATE_FORMS, Case
from tests.hostile.client import fetcher, outcome
from tests.hostile.server import Hostile, hostile
from tests.hostile.test_isolation import FETCHES, seconds

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "fetching.md"
BEGIN, END = "<!-- the table begins: python -m tests.hostile.table -->", "<!-- the table ends -->"
HEAD = "| case | plain httpx | s | MiB | this client | s | MiB |\n|---|---|--:|--:|---|--:|--:|\n"


@dataclass(frozen=True, slots=True)
class Measured:
    outcome: str
    seconds: float
    memory: float

    def cells(self) -> str:
        return f"{self.outcome} | {self.seconds:.1f} | {self.memory:.0f}"


async def probe(client: str, url: str) -> Measured:
    command = (sys.executable, "-m", "tests.hostile.probe", client, url)
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=pipe, stderr=pipe)
    started = time.monotonic()
    try:
        output, errors = await asyncio.wait_for(process.communicate(), 60)
    except TimeoutError:
        process.kill()
        await process.wait()
        return Measured("hangs, killed", time.monotonic() - started, 0)
    if process.returncode:
        last = errors.decode().strip().splitlines()[-1:]
        return Measured(f"crashes: {last[0][:60] if last else process.returncode}", time.monotonic() - started, 0)
    return Measured(**json.loads(output))


async def row(server: Hostile, case: Case) -> str:
    plain = await probe("plain", server.url(case.path))
    ours = await probe("ours", server.url(case.path))
    print(case.path, plain, ours, file=sys.stderr)
    return f"| {case.what} | {plain.cells()} | {ours.cells()} |"


async def private_forms() -> str:
    """How many spellings of a private address in a redirect lead to a server that must not be asked."""
    async with hostile() as server, hostile("127.0.0.2") as secret:
        urls = [f"http://{form.format(port=secret.port)}/feed" for form in PRIVATE_FORMS]
        async with fetcher() as client:
            results = [await client.fetch(FetchRequest(server.url(f"/to?{url}"), Purpose.FEED)) for url in urls]
        refused = sum(outcome(result) == "refused_address" for result in results)
        ours = len(secret.asked)
        async with httpx.AsyncClient(follow_redirects=True, timeout=1) as plain:
            for url in urls:
                with contextlib.suppress(httpx.HTTPError, httpx.InvalidURL):
                    await plain.get(server.url(f"/to?{url}"))
        what = f"redirects to {len(urls)} spellings of private addresses"
        plainly = f"tries all, {len(secret.asked) - ours} reach a server on this machine"
        return f"| {what} | {plainly} | | | {refused} refused_address, {ours} reach it | | |"


async def secrets() -> str:
    """What of a feed's extra headers and cookies another origin gets after a redirect."""
    headers, cookies = {"X-Key": "secret", "Authorization": "Bearer secret"}, {"session": "secret"}
    names = ("x-key", "authorization", "cookie")
    async with hostile() as server, hostile() as other:
        url = server.url(f"/to?http://localhost:{other.port}/feed")
        async with fetcher() as client:
            options = RequestOptions(headers=headers, cookies=cookies)
            await client.fetch(FetchRequest(url, Purpose.FEED, options=options))
        async with httpx.AsyncClient(follow_redirects=True, headers=headers, cookies=cookies) as plain:
            await plain.get(url)
        ours, theirs = ([name for name in names if name in asked.headers] for asked in other.asked)
        sent = [", ".join(found) or "none" for found in (theirs, ours)]
        return f"| secrets after a redirect to another origin | sends {sent[0]} | | | sends {sent[1]} | | |"


async def isolation(hosts: int = 200) -> str:
    """Half of the hosts drip; how long the others take, against alone. The plain client has the same limit of 48."""
    async with contextlib.AsyncExitStack() as stack:
        servers = [await stack.enter_async_context(hostile()) for _ in range(hosts)]
        good, slow = servers[::2], servers[1::2]
        ours = median([await seconds(good, slow) / await seconds(good, []) for _ in range(5)])
        failed = await _plain_failures(good, slow)
    plainly = f"{failed} of {len(good) * FETCHES} fetches of the others fail (PoolTimeout)"
    ratio = f"none fails; {ours:.2f} times as long as alone (median of five)"
    return f"| {hosts // 2} of {hosts} hosts drip, 48 at once | {plainly} | | | {ratio} | | |"


async def _plain_failures(good: list[Hostile], slow: list[Hostile]) -> int:
    async with httpx.AsyncClient(limits=httpx.Limits(max_connections=48)) as client:
        hanging = [asyncio.create_task(client.get(host.url("/drip_headers?0.5"))) for host in slow]
        await asyncio.sleep(0.1)
        fetches = [client.get(host.url("/feed")) for host in good for _ in range(FETCHES)]
        results = await asyncio.gather(*fetches, return_exceptions=True)
        for task in hanging:
            task.cancel()
        await asyncio.gather(*hanging, return_exceptions=True)
        return sum(isinstance(result, httpx.PoolTimeout) for result in results)


async def table() -> str:
    bombs.gzip_in_gzip()  # built beforehand
    async with hostile() as server:
        rows = [await row(server, case) for case in CASES]
    rows += [await private_forms(), await secrets(), await isolation()]
    return HEAD + "\n".join(rows) + "\n"


def main() -> None:
    before, _, rest = PAGE.read_text("utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    PAGE.write_text(f"{before}{BEGIN}\n\n{asyncio.run(table())}\n{END}{after}", "utf-8")


if __name__ == "__main__":
    main()
