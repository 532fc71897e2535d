"""From bytes to entries: every format in use and every way of getting it wrong. Pure; see `docs/feeds.md`.

Each name is imported when it is first asked for: the process that fetches compares entries and never loads a parser.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ingest.feeds.discovery import common_feeds, discover, judge
    from ingest.feeds.identity import content_hash
    from ingest.feeds.model import FeedLink, ParsedFeed, RhythmHints
    from ingest.feeds.parsing import parse_feed
    from ingest.feeds.sightings import same_content

_HOMES = {
    "FeedLink": "model",
    "ParsedFeed": "model",
    "RhythmHints": "model",
    "common_feeds": "discovery",
    "content_hash": "identity",
    "discover": "discovery",
    "judge": "discovery",
    "parse_feed": "parsing",
    "same_content": "sightings",
}

__all__ = [
    "FeedLink",
    "ParsedFeed",
    "RhythmHints",
    "common_feeds",
    "content_hash",
    "discover",
    "judge",
    "parse_feed",
    "same_content",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"ingest.feeds.{_HOMES[name]}"), name)
