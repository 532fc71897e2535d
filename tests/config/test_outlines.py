"""Outlets become OPML outlines and come back; other programs' outlines become outlets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.config import FeedSettings, OutletSettings, Settings, load_settings, parse_settings
from ingest.config.outlines import FEED, OUTLET, Outline, outlets_of, outlines_of

ROOT = Path(__file__).parents[2]
EMPTY = Settings(outlets=())


def feed(url: str, title: str = "", **more: str) -> Outline:
    return Outline({"type": "rss", "text": title, "xmlUrl": url, **more})


def folder(name: str, *children: Outline) -> Outline:
    return Outline({"text": name}, children)


def in_words(outlets: Iterable[OutletSettings]) -> list[str]:
    """Each outlet as `name (title): address [folder], …`"""
    return [
        f"{outlet.name} ({outlet.title}): "
        + ", ".join(f"{feed.url.split('://')[1]}{list(feed.folder) or ''}" for feed in outlet.feeds)
        for outlet in outlets
    ]


def without_order(outlets: Iterable[OutletSettings]) -> list[tuple[str, list[str]]]:
    return sorted((str(o.model_copy(update={"feeds": ()})), sorted(map(str, o.feeds))) for o in outlets)


def test_the_shipped_outlets_come_back_equal() -> None:
    shipped = load_settings(ROOT / "config/feeds.yaml", {})
    back = outlets_of(outlines_of(shipped), EMPTY)
    assert back.outlets == shipped.outlets
    assert back.problems == ()


ALL_KEYS = """
outlets:
  - name: a
    title: 'A: "quoted" <&> é'
    home: https://a.example/
    language: pt-BR
    timezone: Asia/Karachi
    enabled: false
    pages: false
    recheck: [90m]
    formerly: [b]
    extract: {body: 'a > b', remove: [c], title: d, authors: e, date: f, strip: ['^g\\n$']}
    feeds:
      - https://a.example/1
      - {url: https://a.example/2, title: Two, interval: 7m, enabled: false, folder: [X, Y], user_agent: u/1}
  - {name: none, feeds: []}
  - {name: one, feeds: [https://one.example/feed]}
"""


def test_every_key_comes_back() -> None:
    given = parse_settings(ALL_KEYS, path="f", environ={})
    back = outlets_of(outlines_of(given), EMPTY)
    assert without_order(back.outlets) == without_order(given.outlets)
    assert back.problems == ()


def test_what_must_not_leave_stays_here() -> None:
    secret = {
        "basic_auth": "a:hush",
        "headers": {"X": "hush"},
        "cookies": {"c": "hush"},
        "proxy": "http://hush@p.example",
    }
    given = Settings(
        outlets=(OutletSettings.model_validate({"name": "a", "feeds": [{"url": "https://a.example/", **secret}]}),)
    )
    assert "hush" not in str(outlines_of(given))
    insecure = FeedSettings(url="https://a.example/", insecure_tls=True)
    outlines = outlines_of(Settings(outlets=(OutletSettings(name="a", feeds=(insecure,)),)))
    assert "insecure" not in str(outlines)


def test_other_readers_see_folders_of_feeds() -> None:
    given = parse_settings(ALL_KEYS, path="f", environ={})
    top = [(outline.attributes["text"], len(outline.children)) for outline in outlines_of(given)]
    assert top == [("X", 1), ('A: "quoted" <&> é', 1), ("none", 0), ("one", 0)]
    [one] = [outline for outline in outlines_of(given) if outline.attributes["text"] == "one"]
    assert one.attributes["xmlUrl"] == "https://one.example/feed"
    assert one.attributes["type"] == "rss"


CONFIGURED = parse_settings(
    """
outlets:
  - {name: dawn, home: https://www.dawn.com/, feeds: [https://www.dawn.com/feeds/home]}
  - {name: bbc, feeds: [https://feeds.bbci.co.uk/news/uk/rss.xml]}
  - {name: bbc-urdu, feeds: [https://feeds.bbci.co.uk/urdu/rss.xml]}
  - {name: scroll, title: Scroll.in, feeds: [https://scroll.in/feeds/latest.rss]}
""",
    path="f",
    environ={},
)


@pytest.mark.parametrize(
    ("outlines", "expected"),
    [
        ([feed("https://a.example/feed", "A  Paper")], ["a (A Paper): a.example/feed"]),
        ([feed("https://a.example/feed")], ["a (None): a.example/feed"]),
        (  # one site, one outlet; its feeds keep their titles and their folders
            [
                feed("https://a.example/1", "One"),
                folder("News", folder("World", feed("http://www.a.example/2", "Two"))),
            ],
            ["a (a.example): a.example/1, www.a.example/2['News', 'World']"],
        ),
        (
            [feed("https://news.a.co.uk/1"), feed("https://a.co.uk/1")],
            ["news-a (None): news.a.co.uk/1", "a (None): a.co.uk/1"],
        ),
        (
            [feed("https://feeds.feedburner.com/x", "X", htmlUrl="https://x.example/")],
            ["x (X): feeds.feedburner.com/x"],
        ),
        (  # a host that carries others' feeds says nothing: each title is an outlet
            [feed("https://feeds.feedburner.com/x", "Ünited X"), feed("https://feeds.feedburner.com/y", "اردو")],
            ["united-x (Ünited X): feeds.feedburner.com/x", "feed (اردو): feeds.feedburner.com/y"],
        ),
        ([feed("https://www.dawn.com/feeds/world", "World")], ["dawn (World): www.dawn.com/feeds/world"]),
        ([feed("https://feeds.bbci.co.uk/news/world/rss.xml")], ["bbc (None): feeds.bbci.co.uk/news/world/rss.xml"]),
        ([feed("https://feeds.bbci.co.uk/hindi/rss.xml")], ["bbci (None): feeds.bbci.co.uk/hindi/rss.xml"]),
        ([feed("https://feeds.feedburner.com/s", "scroll.in")], ["scroll (scroll.in): feeds.feedburner.com/s"]),
        (  # a name that is taken by another site
            [feed("https://dawn.example/feed"), feed("https://dawn.test/feed")],
            ["dawn-example (None): dawn.example/feed", "dawn-test (None): dawn.test/feed"],
        ),
        ([feed("feed://a.example/1"), feed("feed:https://a.example/2")], ["a (a.example): a.example/1, a.example/2"]),
        ([folder("", feed("https://a.example/1"))], ["a (None): a.example/1"]),
        ([folder("Empty")], []),
        ([feed("http://127.0.0.1:8080/feed", "Local")], ["127-0-0-1 (Local): 127.0.0.1:8080/feed"]),
        ([feed("https://a.example/1", "env:HOME")], ["a (None): a.example/1"]),  # would be read from the environment
        ([feed("https://a.example/1", **{OUTLET: '{"name": "b", "title": "env:HOME"}'})], ["a (None): a.example/1"]),
        ([feed("https://a.example/1", **{OUTLET: "[" * 100_000})], ["a (None): a.example/1"]),
        ([feed("https://a.example/1", **{OUTLET: '{"name": "b", "pages": "maybe"}'})], ["b (None): a.example/1"]),
    ],
)
def test_outlines_of_others(outlines: list[Outline], expected: list[str]) -> None:
    assert in_words(outlets_of(outlines, CONFIGURED).outlets) == expected


def test_what_a_file_from_elsewhere_cannot_switch_on() -> None:
    keys = '{"insecure_tls": "true", "proxy": "http://evil.example", "headers": {"X": "y"}, "interval": "7m"}'
    [outlet] = outlets_of([feed("https://a.example/1", **{FEED: keys})], EMPTY).outlets
    [got] = outlet.feeds
    assert got == FeedSettings.model_validate({"url": "https://a.example/1", "interval": "7m"})


def test_a_feed_that_is_none_is_named_and_left_out() -> None:
    imported = outlets_of(
        [feed("gopher://a.example/1"), feed("https://a.example/2"), feed("https://u:p@b.example/")], EMPTY
    )
    assert in_words(imported.outlets) == ["a (a.example): a.example/2"]
    assert imported.problems == (
        "'gopher://a.example/1' is not a http or https address",
        "'https://***@b.example/' holds a user name or password; write them under basic_auth, so that they stay secret",
    )


WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=6)
ADDRESSES = st.sampled_from(
    [f"https://{host}/{n}" for host in ("a.example", "www.b.example", "feeds.c.example") for n in "123"]
)
OUTLINES = st.recursive(
    st.builds(feed, ADDRESSES, WORDS),
    lambda below: st.builds(lambda name, children: folder(name, *children), WORDS, st.lists(below, max_size=4)),
    max_leaves=12,
)


@given(st.lists(OUTLINES, max_size=4))
def test_no_feed_of_others_is_lost_and_what_was_taken_comes_back(outlines: list[Outline]) -> None:
    imported = outlets_of(outlines, EMPTY)
    assert imported.problems == ()
    assert sorted(_addresses(outlines)) == sorted(feed.url for outlet in imported.outlets for feed in outlet.feeds)
    again = outlets_of(outlines_of(Settings(outlets=imported.outlets)), EMPTY)
    assert without_order(again.outlets) == without_order(imported.outlets)


def _addresses(outlines: Iterable[Outline]) -> Iterator[str]:
    for outline in outlines:
        if "xmlUrl" in outline.attributes:
            yield outline.attributes["xmlUrl"]
        yield from _addresses(outline.children)
