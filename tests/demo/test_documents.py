"""Feeds and pages as served: every feed parses, every page holds its text amid its furniture."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import feedparser
import lxml.html
import pytest

from ingest.demo import Newsroom
from ingest.demo.content import outlets

FEEDS = [(outlet, feed) for outlet in outlets() for feed in outlet.feeds if feed.status == 200]
CHARSETS = {outlet.name: outlet.charset for outlet in outlets()}


@pytest.mark.parametrize("edition", [1, 2])
def test_every_feed_parses_and_lists_what_it_should(
    own_newsroom: Newsroom, get: Callable[..., Any], edition: int
) -> None:
    if edition == 2:
        own_newsroom.advance()
    articles = [article for article in own_newsroom.truth().articles if article.edition <= edition]
    for outlet, feed in FEEDS:
        url = own_newsroom.origin(outlet.name) + feed.path
        expected = [article for article in articles if url in article.feed_urls]
        titles = {a.corrected_title if edition == 2 and a.corrected_title else a.title for a in expected}
        entries = read_feed(get(url).body, feed.format)
        assert len(entries) == len(expected) > 0, url
        assert {entry["title"] for entry in entries} == titles, url


def read_feed(body: bytes, kind: str) -> list[dict[str, Any]]:
    if kind == "json":
        items: list[dict[str, Any]] = json.loads(body)["items"]
        return items
    parsed = feedparser.parse(body)
    assert not parsed.bozo, parsed.bozo_exception
    assert parsed.version == {"rss": "rss20", "atom": "atom10", "rdf": "rss10"}[kind]
    entries: list[dict[str, Any]] = parsed.entries
    return entries


def test_atom_and_rss_carry_dates_authors_and_categories(newsroom: Newsroom, get: Callable[..., Any]) -> None:
    by_title = {article.title: article for article in newsroom.truth().articles}
    for name in ("halewick-courier", "luchinsk-vesti", "nilaypur-samachar", "marsa-zaydun"):
        for entry in feedparser.parse(get(newsroom.feed_urls(name)[0]).body).entries:
            article = by_title[entry.title]
            assert datetime(*entry.published_parsed[:6], tzinfo=UTC) == article.published_at
            assert tuple(author.name for author in entry.authors) in (article.authors, (", ".join(article.authors),))
            assert entry.tags


def test_a_named_zone_is_five_hours_ahead(newsroom: Newsroom, get: Callable[..., Any]) -> None:
    (url,) = newsroom.feed_urls("zarnab-herald")
    for entry in feedparser.parse(get(url).body).entries:
        (article,) = (article for article in newsroom.truth().articles if article.title == entry.title)
        local = (article.published_at + timedelta(hours=5)).strftime("%d %b %Y %H:%M:%S")
        assert entry.published.endswith(f"{local} PKT")


def test_whole_texts_stand_in_the_feeds_that_carry_them(newsroom: Newsroom, get: Callable[..., Any]) -> None:
    articles = newsroom.truth().articles
    for outlet, feed in FEEDS:
        if not feed.full:
            continue
        url = newsroom.origin(outlet.name) + feed.path
        content = {e.title: e.content[0].value for e in feedparser.parse(get(url).body).entries}
        for article in (a for a in articles if url in a.feed_urls and a.edition == 1):
            text = lxml.html.fromstring(f"<div>{content[article.title]}</div>")
            assert tuple(p.text_content() for p in text.iter("p")) == article.paragraphs


def test_every_page_holds_its_paragraphs_in_order(own_newsroom: Newsroom, get: Callable[..., Any]) -> None:
    own_newsroom.advance()
    for article in own_newsroom.truth().stored(2):
        if article.kept_from_feed:
            continue
        page = lxml.html.fromstring(get(article.url).body.decode(CHARSETS[article.name[0]]))
        lines = [p.text_content().strip() for p in page.iter("p")]
        expected = article.corrected_paragraphs or article.paragraphs
        assert [line for line in lines if line in set(expected)] == list(expected), article.name
        assert len(lines) > len(expected), f"{article.name}: no furniture"
        assert page.find(".//h1").text_content().strip() == (article.corrected_title or article.title)
        assert page.find(".//link[@rel='canonical']") is None or (
            page.find(".//link[@rel='canonical']").get("href") == article.url
        )


def test_links_in_feeds_lead_to_the_pages(newsroom: Newsroom, get: Callable[..., Any]) -> None:
    by_title = {article.title: article for article in newsroom.truth().articles}
    tracked = redirected = 0
    for outlet, feed in FEEDS:
        if feed.format == "json":
            continue
        for entry in feedparser.parse(get(newsroom.origin(outlet.name) + feed.path).body).entries:
            article, answer = by_title[entry.title], get(entry.link)
            if answer.status == 302:
                redirected += 1
                assert answer.headers["Location"] == article.url
            else:
                assert entry.link.partition("?")[0] == article.url
                assert answer.status == (403 if article.kept_from_feed else 200)
            tracked += "utm_" in entry.link
    assert tracked
    assert redirected


def test_pages_in_the_manner_of_the_first_case(newsroom: Newsroom, get: Callable[..., Any]) -> None:
    article = newsroom.truth().article("zarnab-herald", "zarnab-and-ostrel-agree-on-rail-corridor")
    page = lxml.html.fromstring(get(article.url).body)
    for element in page.xpath("//script | //head"):
        element.drop_tree()
    lines = [text.strip() for text in page.itertext() if text.strip()]
    start = lines.index(article.title)
    assert lines[start + 1 : start + 4] == ["Web Desk", "|", "20 May 2026"]
    assert any(line.startswith("Read:") for line in lines)
    assert lines[lines.index("Comments") + 1] == "0 comment"
