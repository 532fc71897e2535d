"""The one way onto the network: feeds, pages, robots.txt and every redirect hop pass through `Fetcher.fetch`.

    async with Fetcher(settings.fetching, contact=settings.contact, hosts=..., remember=..., now=...) as fetcher:
        result = await fetcher.fetch(FetchRequest(url, Purpose.FEED, state.validators, RequestOptions.of(feed)))

The values are cheap to import; the client (httpx, TLS) is loaded when it is first asked for.
`docs/fetching.md` explains what each failure means and what happens next.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from ingest.fetching.messages import Fetched, FetchRequest, NotModified, Purpose, RequestOptions, Result

if TYPE_CHECKING:
    from ingest.fetching.domains import politeness_key
    from ingest.fetching.fetcher import Fetcher

__all__ = [
    "FetchRequest",
    "Fetched",
    "Fetcher",
    "NotModified",
    "Purpose",
    "RequestOptions",
    "Result",
    "politeness_key",
]


def _without_httpx_commands() -> None:
    """Keep httpx from loading its command line, which brings click, rich and pygments: as much again as all the rest.

    It does without where that cannot be imported.
    """
    if "httpx" not in sys.modules:
        sys.modules["httpx._main"] = None  # type: ignore[assignment]  # Python's way of saying that there is none


def __getattr__(name: str) -> object:
    if name == "Fetcher":
        _without_httpx_commands()
        from ingest.fetching.fetcher import Fetcher

        return Fetcher
    if name == "politeness_key":
        from ingest.fetching.domains import politeness_key

        return politeness_key
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
