"""Which feeds a page offers, and which of them is wanted."""

from __future__ import annotations

from ingest.feeds import common_feeds, discover, judge, parse_feed

URL = "https://www.example.com/news/"
PAGE = b"""<html><head><base href="https://www.example.com/"><title>Paper</title>
<link rel="alternate" type="application/rss+xml" title="Paper &raquo; Comments Feed" href="/comments/feed/">
<link rel="alternate" type="application/rss+xml; charset=utf-8" title="Paper &raquo; Feed" href="feed/">
<link rel="ALTERNATE" type="application/atom+xml" href="https://www.example.com/world/asia/feed.atom">
<link rel="alternate" type="application/json" href="/wp-json/wp/v2/posts/1">
<link rel="alternate" type="application/json+oembed" href="/oembed?url=x">
<link rel="alternate" hreflang="ur" href="/ur/">
<link rel="stylesheet" type="text/css" href="/feed.css">
<link rel="alternate" type="application/rss+xml" href="javascript:alert(1)">
</head><body><a href="/rss">RSS</a><a href="/rss"><img></a>
<a href="/about">About</a><a href="/newsfeedback">x</a></body></html>"""


def test_links_of_a_page_by_score() -> None:
    found = discover(PAGE, URL)
    assert [link.url for link in found] == [
        "https://www.example.com/feed/",
        "https://www.example.com/world/asia/feed.atom",
        "https://www.example.com/rss",
        "https://www.example.com/comments/feed/",
    ]
    assert found[0].title == "Paper » Feed"
    assert [link.score for link in found] == sorted((link.score for link in found), reverse=True)


def test_a_page_without_feeds_and_what_is_no_page() -> None:
    assert discover(b"<html></html>", URL) == ()
    assert discover(b"", URL) == ()
    assert discover(b"\x00\xff" * 100, URL) == ()


def test_usual_places() -> None:
    urls = [link.url for link in common_feeds(URL)]
    assert urls[0] == "https://www.example.com/feed/"
    assert len(urls) == len(set(urls)) > 10


def test_a_document_decides() -> None:
    guess = common_feeds(URL)[0]
    items = "".join(
        f"<item><title>{n}</title><link>/{n}</link><pubDate>Mon, 23 Nov 2026 10:00 GMT</pubDate></item>"
        for n in range(20)
    )
    good = parse_feed(f"<rss version='2.0'><channel><title>News</title>{items}</channel></rss>".encode(), url=guess.url)
    poor = parse_feed(b"<rss><channel><item><title>1</title></item></channel></rss>", url=guess.url)
    best, worse = judge(guess, good), judge(guess, poor)
    assert best is not None
    assert worse is not None
    assert best.score > worse.score > guess.score
    assert (best.title, best.type) == ("News", "rss20")
    assert judge(guess, parse_feed(b"<html></html>", url=guess.url)) is None
    assert judge(guess, parse_feed(b"<rss/>", url=guess.url)) is None
