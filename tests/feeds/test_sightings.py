"""Ten polls of a feed that misbehaves: how many entries the archive would come to know."""

from __future__ import annotations

import doctest
from collections.abc import Callable
from dataclasses import dataclass

import pytest

import ingest.feeds.sightings
from ingest.feeds import parse_feed
from ingest.feeds.sightings import Sightings, is_renamed
from ingest.urls import canonical_url
from storage.model import EntryStatus, KnownEntry

ENTRIES, POLLS = 10, 6


@dataclass
class Item:
    """One entry of a feed, as a misbehaving publisher may change it."""

    title: str
    link: str
    guid: str | None
    date: str | None = "Mon, 23 Nov 2026 10:00:00 GMT"

    def xml(self) -> str:
        guid = f"<guid isPermaLink='false'>{self.guid}</guid>" if self.guid else ""
        date = f"<pubDate>{self.date}</pubDate>" if self.date else ""
        link = f"<link>{self.link}</link>" if self.link else ""
        return f"<item><title>{self.title}</title>{link}{guid}{date}</item>"


class Archive:
    """What the real one remembers of sightings, in a dictionary."""

    def __init__(self) -> None:
        self.known: dict[str, KnownEntry] = {}

    def poll(self, items: list[Item]) -> None:
        body = "<rss version='2.0'><channel>" + "".join(item.xml() for item in items) + "</channel></rss>"
        entries = parse_feed(body.encode(), url="https://e.com/feed").entries
        urls = {entry.key: canonical_url(entry.url) if entry.url else None for entry in entries}
        sightings = Sightings(self.known.values(), urls.values())
        for entry in entries:
            url = urls[entry.key]
            found = sightings.find(entry, url)
            key = found.key if found else sightings.new_key(entry, url)
            self.known[key] = KnownEntry(1, key, url, entry.content_hash, 0, EntryStatus.STORED, 1)


def item(number: int, poll: int) -> Item:
    return Item(f"Story number {number}", f"https://e.com/news/{10_000 + number}/story", f"tag:e.com,{number}")


def with_changes(**changes: Callable[[int, int], object]) -> Callable[[int, int], Item]:
    def changed(number: int, poll: int) -> Item:
        made = item(number, poll)
        for name, change in changes.items():
            setattr(made, name, change(number, poll))
        return made

    return changed


MISBEHAVIOUR = {
    "none": item,
    "one guid for all": with_changes(guid=lambda n, p: "guid"),
    "a new guid at each poll": with_changes(guid=lambda n, p: f"{p}-{n}"),
    "no guid": with_changes(guid=lambda n, p: None),
    "no guid, https and http by turns": with_changes(
        guid=lambda n, p: None, link=lambda n, p: f"http{'s' * (p % 2)}://e.com/news/{n}"
    ),
    "no guid, another host": with_changes(
        guid=lambda n, p: None, link=lambda n, p: f"https://{'new' if p > 2 else 'old'}.example/news/{n}"
    ),
    "no guid, trackers": with_changes(guid=lambda n, p: None, link=lambda n, p: f"https://e.com/a/{n}?utm_content={p}"),
    "another host": with_changes(link=lambda n, p: f"https://{'new' if p > 2 else 'old'}.example/news/{n}"),
    "the link follows the headline, with a number": with_changes(
        title=lambda n, p: f"Headline {p} of {n}", link=lambda n, p: f"https://e.com/{10_000 + n}/headline-{p}"
    ),
    "the link follows the headline, with a date": with_changes(
        title=lambda n, p: f"Headline {p} of {n}", link=lambda n, p: f"https://e.com/2026/11/{n}/headline-{'abcdef'[p]}"
    ),
    "the link follows the headline, in part": with_changes(
        link=lambda n, p: f"https://e.com/steel-mill-closing-{'abcdefghij'[n] * 3}-{'updated' * p}"
    ),
    "dates come and go": with_changes(date=lambda n, p: None if p % 2 else "Mon, 23 Nov 2026 10:00:00 GMT"),
    "no guid, no link, dates go": with_changes(
        guid=lambda n, p: None,
        link=lambda n, p: "",
        date=lambda n, p: None if p > 2 else "Mon, 23 Nov 2026 10:00:00 GMT",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", MISBEHAVIOUR)
def test_no_second_sighting(name: str) -> None:
    archive = Archive()
    for poll in range(POLLS):
        items = [MISBEHAVIOUR[name](number, poll) for number in range(ENTRIES)]
        shift = poll * 3  # reordered as well
        archive.poll(items[shift:] + items[:shift])
    assert len(archive.known) == ENTRIES


def test_ten_polls_of_fifty_entries_with_random_guids() -> None:
    archive = Archive()
    for poll in range(10):
        archive.poll([MISBEHAVIOUR["a new guid at each poll"](number, poll) for number in range(50)])
    assert len(archive.known) == 50


def test_listed_twice_is_one() -> None:
    archive = Archive()
    archive.poll([item(number, 0) for number in range(ENTRIES)] * 2)
    assert len(archive.known) == ENTRIES


def test_a_guid_for_whatever_is_new_joins_nothing() -> None:
    archive = Archive()
    for poll, slug in enumerate(("steel-mill-closes", "minister-resigns", "storm-hits-coast")):
        archive.poll([Item(slug, f"https://e.com/news/{slug}", "breaking", f"Mon, {20 + poll} Nov 2026 10:00:00 GMT")])
    assert {known.canonical_url for known in archive.known.values()} >= {"https://e.com/news/storm-hits-coast"}
    assert not is_renamed("https://e.com/news/steel-mill-closes", "https://e.com/news/minister-resigns")


def test_a_headline_of_every_day_stays_apart() -> None:
    archive = Archive()
    for day in range(10, 20):
        archive.poll([Item("Weather", f"https://e.com/weather-{day}", None)])
    assert len(archive.known) == 10


def test_both_links_listed_are_two_entries() -> None:
    archive = Archive()
    archive.poll([Item("One", "https://e.com/10001/one", "a")])
    archive.poll([Item("One", "https://e.com/10001/one", "b"), Item("Two", "https://e.com/10001/two", "a")])
    assert {known.canonical_url for known in archive.known.values()} == {
        "https://e.com/10001/one",
        "https://e.com/10001/two",
    }


def test_examples() -> None:
    assert doctest.testmod(ingest.feeds.sightings).failed == 0
