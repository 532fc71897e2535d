"""What is made to hang, exhaust or mislead ends within 10 s in a worker, as a correct parse or a recorded failure.

Counted in CPU seconds: of the clock on the wall, other work on the machine takes its share.
"""

from __future__ import annotations

import importlib.util
import multiprocessing
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pebble import ProcessPool

from ingest.feeds import ParsedFeed, parse_feed

SECONDS = 10.0  # of CPU
PATIENCE = 120.0  # seconds; what takes longer hangs
MEMORY = 512 << 20  # bytes of address space


def _load(name: str) -> dict[str, Callable[[], bytes]]:
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    cases: dict[str, Callable[[], bytes]] = module.HOSTILE
    return cases


HOSTILE = _load("hostile")
NO_FEED = {
    "the path",
    "an address",
    "a file address",
    "etc passwd",
    "zeros",
    "JSON, nested",
    "JSON, a long",
    "HTML",
    "random",
}


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def _parse(body: bytes) -> ParsedFeed:
    return parse_feed(body, url="https://example.com/feed")


def _timed(body: bytes) -> tuple[ParsedFeed, float]:
    started = time.process_time()
    return _parse(body), time.process_time() - started


@pytest.fixture(scope="module")
def pool() -> Iterator[ProcessPool]:
    context = multiprocessing.get_context("spawn")
    with ProcessPool(
        max_workers=1, initializer=_limit if sys.platform == "linux" else None, context=context
    ) as workers:
        workers.schedule(_parse, args=[b"<rss/>"]).result()  # what it costs to start is not on trial
        yield workers


@pytest.mark.parametrize("name", HOSTILE)
def test_ends_in_time(name: str, pool: ProcessPool) -> None:
    feed, taken = pool.schedule(_timed, args=[HOSTILE[name]()], timeout=PATIENCE).result()
    assert taken < SECONDS
    is_none = any(name.startswith(start) for start in NO_FEED)
    assert (feed.failure is not None) == is_none
    assert len(feed.entries) <= 2000
    if name[0].isdigit() and "entries" in name:
        assert "the newest 2000 are read" in " ".join(feed.problems)


def test_the_newest_are_kept() -> None:
    dates = [f"2026-11-23T{hour:02}:{minute:02}:00Z" for hour in range(24) for minute in range(60)]
    items = "".join(f"<item><guid>{n}-{date}</guid><dc:date>{date}</dc:date></item>" for n in (1, 2) for date in dates)
    feed = _parse(f"<rss><channel>{items}</channel></rss>".encode())
    assert len(feed.entries) == 2000
    assert min(entry.published_at for entry in feed.entries if entry.published_at).hour == 7


def test_names_that_lie_open_nothing() -> None:
    """An audit hook sees every file and socket that Python opens: none, whatever the body names."""
    script = """
import sys
from ingest.feeds import parse_feed
def parse(body): return parse_feed(body, url="https://example.com/feed", content_type="text/xml")
parse(b"<rss><channel><item><title>warm</title><pubDate>Mon, 23 Nov 2026 10:00:00 ET</pubDate></item></channel></rss>")
seen = []
own = (sys.prefix, sys.base_prefix)  # modules and their data
def watch(event, args):
    if event.startswith(("socket.", "urllib.", "subprocess.", "os.")) and event not in ("os.listdir", "os.scandir"):
        seen.append((event, args))
    if event == "open" and not str(args[0]).startswith(own):
        seen.append((event, args))
sys.addaudithook(watch)
for body in (b"/etc/passwd", b"/dev/zero", b"file:///etc/passwd", b"http://127.0.0.1:9/", b"http://127.0.0.1:9/feed.xml",
             b'<!DOCTYPE rss [<!ENTITY a SYSTEM "file:///etc/passwd">]><rss><channel><title>&a;</title></channel></rss>',
             b'<!DOCTYPE rss SYSTEM "http://127.0.0.1:9/rss.dtd"><rss><channel><title>x</title></channel></rss>',
             b'<!DOCTYPE urlset [<!ENTITY a SYSTEM "file:///etc/passwd">]><urlset><url><loc>&a;</loc></url></urlset>',
             b'<rss xmlns:xi="http://www.w3.org/2001/XInclude"><xi:include href="/etc/passwd"/></rss>',
             b"<rss><channel><item><pubDate>Mon, 23 Nov 2026 10:00 ../../etc/passwd</pubDate></item></channel></rss>"):
    parse(body)
assert not seen, seen
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
