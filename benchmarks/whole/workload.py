"""What the origin serves: made-up feeds and article pages, in the templates of the sample newsroom.

Everything follows from the numbers of a feed and an entry, so that every run and every program meets the same bytes.
Texts are walks through the newsroom's English texts from word to word, straying often: they have a real vocabulary and
sentence lengths, and share hardly more runs of words than articles on different matters do; but every tenth article is a
copy of one in the neighbouring feed.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from itertools import pairwise

from ingest.demo.content import Publication, SampleFeed, SampleOutlet, Version, outlets, stories
from ingest.demo.feeds import feed_document
from ingest.demo.growth import grow
from ingest.demo.pages import article_page
from ingest.demo.place import Place
from ingest.demo.site import MEDIA_TYPES

NOW = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
ENTRIES = 25  # in a feed's document
TEXT = 3_300  # characters of an article
STRAY = 0.5  # share of the words that follow from nothing
FORMATS = (
    "rss",
    "rss",
    "atom",
    "rss",
    "atom",
    "json",
    "rss",
    "atom",
    "rdf",
    "rss",
)  # of feed n: the n-th, again and again
DAMAGED = 3  # of a hundred feeds
CHANGING = 20  # every 20th feed has news in the second edition
NEWS = 2  # entries, of a feed that has news
PAGE_SIZES = (60, 80, 90, 110, 130, 150, 200)  # kilobytes


def feed_path(feed: int) -> str:
    return f"/feed/{feed}"


def feed_body(feed: int, origin: str, edition: int) -> tuple[bytes, str]:
    """The document of one feed, and its media type. In edition 2 every 20th feed lists new entries first."""
    outlet, form = _outlet(feed), FORMATS[feed % len(FORMATS)]
    sample = SampleFeed(str(feed), feed_path(feed), form, full=feed % 3 == 0)
    newest = NEWS if edition > 1 and feed % CHANGING == 0 else 0
    listed = tuple(_publication(outlet, feed, number) for number in range(-newest, ENTRIES - newest))
    body = feed_document(outlet, sample, listed, Place(origin, NOW), 1).encode()
    return (_damage(body, feed) if feed % 100 < DAMAGED else body), MEDIA_TYPES[form]


def page_body(feed: int, entry: int, origin: str) -> bytes:
    """The page of one entry, grown to the size of a real one."""
    outlet = _outlet(feed)
    html = article_page(outlet, _publication(outlet, feed, entry), Place(origin, NOW), 1)
    return grow(html, PAGE_SIZES[(feed + entry) % len(PAGE_SIZES)]).encode()


def page_path(feed: int, entry: int) -> str:
    return f"/{feed}/story-{entry + NEWS}"


def _damage(body: bytes, feed: int) -> bytes:
    """What is wrong with real feeds: a bare ampersand, an unknown entity, an end that is missing."""
    damages = (
        lambda: body.replace(b"</title>", b" & more</title>"),
        lambda: body.replace(b"</title>", b"&nbsp;&ndash;</title>"),
        lambda: body[: len(body) * 9 // 10],
    )
    return damages[feed % len(damages)]()


@cache
def _english() -> tuple[SampleOutlet, ...]:
    return tuple(replace(outlet, link=None) for outlet in outlets() if outlet.language == "en")


def _outlet(feed: int) -> SampleOutlet:
    return _english()[feed % len(_english())]


@cache
def _publication(outlet: SampleOutlet, feed: int, entry: int) -> Publication:
    source = feed ^ 1 if entry % 10 == 3 else feed
    chance = random.Random(f"{source}/{entry}")
    text = paragraphs(chance)
    return Publication(
        story="benchmark",
        outlet=outlet.name,
        slug=f"{feed}-{entry}",
        language="en",
        versions=(Version(text[0][:60].rpartition(" ")[0], text, 12.0 + entry),),
        authors=(f"Writer {source % 500}",),
        section="news",
        tags=("sample", f"topic {entry % 7}"),
        feeds=(str(feed),),
        path=page_path(feed, entry),
    )


def paragraphs(chance: random.Random) -> tuple[str, ...]:
    found: list[str] = []
    while sum(map(len, found)) < TEXT:
        found.append(" ".join(_sentence(chance) for _ in range(chance.randrange(2, 6))))
    return tuple(found)


def _sentence(chance: random.Random) -> str:
    words = [chance.choice(_followers()[""])]
    while words[-1][-1] not in ".!?" and len(words) < 40:
        words.append(chance.choice(_words() if chance.random() < STRAY else _followers()[words[-1]]))
    return " ".join(words).rstrip(".!?") + "."


@cache
def _words() -> list[str]:
    return [word for follower in _followers().values() for word in follower]


@cache
def _followers() -> Mapping[str, list[str]]:
    """Which words follow a word in the newsroom's English texts; "" stands for the beginning of a sentence."""
    followers: dict[str, list[str]] = defaultdict(list)
    texts = {p.versions[0].paragraphs for story in stories() for p in story.publications if p.language == "en"}
    for paragraph in sorted(line for text in texts for line in text):
        words = ["", *paragraph.split(), ""]
        for one, next_ in pairwise(words):
            if next_:
                followers[one if one[-1:] not in (".", "!", "?") else ""].append(next_)
    return defaultdict(lambda: followers[""], followers)
