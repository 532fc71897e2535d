"""The values of this room: what a document says in any format, and what `parse_feed` makes of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from storage.model import Enclosure, Entry, Failure


class Text(NamedTuple):
    """A text as published. `kind`: `text`, `html`, or `unknown` if the format does not tell; `base` for its links."""

    value: str
    kind: str = "text"
    base: str | None = None


class RawDate(NamedTuple):
    text: str
    source: str  # the field it stood in


@dataclass(frozen=True, slots=True)
class RawEntry:
    """An entry as a format's reader hands it over: nothing cleaned, nothing resolved."""

    guid: str | None = None
    guid_is_link: bool = False
    links: tuple[str, ...] = ()  # of the article, the best first
    title: Text | None = None
    summary: Text | None = None
    contents: tuple[Text, ...] = ()
    authors: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    enclosures: tuple[Enclosure, ...] = ()
    images: tuple[str, ...] = ()
    published: RawDate | None = None
    updated: RawDate | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class RhythmHints:
    """What a document says about how it wants to be polled, as published; `ingest.polling` knows what it means."""

    ttl: str | None = None  # minutes (RSS 2.0)
    update_period: str | None = None  # `hourly`, `daily` … (RSS 1.0 syndication module)
    update_frequency: str | None = None
    skip_hours: tuple[str, ...] = ()  # GMT
    skip_days: tuple[str, ...] = ()
    hub: str | None = None  # WebSub
    self_url: str | None = None
    cloud: str | None = None  # rssCloud: protocol and address

    def to_json(self) -> str | None:
        """The form that `FeedState.hints` keeps; None when nothing was said."""
        said = {name: value for name in self.__slots__ if (value := getattr(self, name))}
        return json.dumps(said, ensure_ascii=False) if said else None


@dataclass(frozen=True, slots=True)
class FeedLink:
    """A feed that a page offers. `score`: how likely it is the one that is wanted, 0 to 100."""

    url: str
    title: str = ""
    type: str | None = None
    score: int = 0


@dataclass(frozen=True, slots=True)
class RawFeed:
    """A document as a format's reader hands it over."""

    format: str
    title: Text | None = None
    links: tuple[str, ...] = ()
    language: str | None = None
    base: str | None = None
    entries: tuple[RawEntry | Entry, ...] = ()  # those that are known stand there as they are known
    digests: tuple[int, ...] = ()  # of each entry; none where entries do not stand alone
    hints: RhythmHints = RhythmHints()
    problems: tuple[str, ...] = ()
    sitemaps: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ParsedFeed:
    """A feed document, read. With `failure` there are no entries; `problems` are what was wrong and got by.

    `format`: `rss20`, `atom10`, `json11`, `sitemap`, `sitemap_index` …, empty if it is none. `sitemaps`: the child
    addresses of a sitemap index, to be read one level deep, newest first. `feed_links`: the feeds that an HTML page
    offers. `digests`, `recalled`: see `ingest.feeds.recall`.
    """

    source: str
    format: str = ""
    encoding: str = ""
    title: str = ""
    site_url: str | None = None
    language: str | None = None
    entries: tuple[Entry, ...] = ()
    canonical_urls: tuple[str | None, ...] = ()  # of each entry: identity has asked for them, and planning will again
    digests: Mapping[str, int] = field(default_factory=dict)  # of entries by key, where each can be told by its own
    recalled: frozenset[str] = frozenset()  # keys of the entries that were not read, for they are known
    problems: tuple[str, ...] = ()
    failure: Failure | None = None
    feed_links: tuple[FeedLink, ...] = ()
    hints: RhythmHints = field(default_factory=RhythmHints)
    sitemaps: tuple[str, ...] = ()

    @property
    def is_sitemap_index(self) -> bool:
        return self.format == "sitemap_index"
