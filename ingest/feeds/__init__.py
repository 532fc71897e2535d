"""From bytes to entries: every format in use and every way of getting it wrong. Pure; see `docs/feeds.md`."""

from ingest.feeds.discovery import common_feeds, discover, judge
from ingest.feeds.identity import content_hash, same_content
from ingest.feeds.model import FeedLink, ParsedFeed, RhythmHints
from ingest.feeds.parsing import parse_feed

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
