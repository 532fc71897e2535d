"""Every format in use, read into the same values."""

from __future__ import annotations

import json
import pickle
from datetime import UTC, datetime

import pytest

from ingest.feeds import ParsedFeed, RhythmHints, parse_feed
from storage.model import Enclosure, FailureKind

URL = "https://example.com/feed"
DATE = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


def read(document: str, **more: str) -> ParsedFeed:
    return parse_feed(document.encode(), url=URL, **more)


FEED = "<title>Feed</title><link>https://example.com/</link>"
RSS_ITEM = """<item><title>One &amp;amp; only</title><link>/a</link><description>&lt;p&gt;Words&lt;/p&gt;</description>
<pubDate>Mon, 23 Nov 2026 10:00:00 GMT</pubDate></item>"""

# name -> (document, format)
DOCUMENTS = {
    "RSS 0.90": (
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
        'xmlns="http://my.netscape.com/rdf/simple/0.9/">'
        f"<channel>{FEED}</channel><item><title>One &amp;amp; only</title><link>/a</link></item></rdf:RDF>",
        "rss090",
    ),
    "RSS 0.91, Netscape's": (
        '<!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN" "http://my.netscape.com/x.dtd">'
        f'<rss version="0.91"><channel>{FEED}{RSS_ITEM}</channel></rss>',
        "rss091n",
    ),
    "RSS 0.92": (f'<rss version="0.92"><channel>{FEED}{RSS_ITEM}</channel></rss>', "rss092"),
    "RSS 1.0": (
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" '
        f'xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>{FEED}</channel><item rdf:about="https://example.com/a">'
        "<title>One &amp;amp; only</title><link>/a</link><description>Words</description>"
        "<dc:date>2026-11-23T11:00:00+01:00</dc:date></item></rdf:RDF>",
        "rss10",
    ),
    "RSS 2.0": (f'<rss version="2.0"><channel>{FEED}{RSS_ITEM}</channel></rss>', "rss20"),
    "RSS in capitals": (f'<RSS version="2.0"><CHANNEL>{FEED}{RSS_ITEM.upper()}</CHANNEL></RSS>', "rss20"),
    "Atom 0.3": (
        '<feed version="0.3" xmlns="http://purl.org/atom/ns#"><title>Feed</title>'
        '<link rel="alternate" type="text/html" href="https://example.com/"/><entry><title>One &amp; only</title>'
        '<link rel="alternate" type="text/html" href="/a"/><content type="text/html" mode="escaped">'
        "&lt;p&gt;Words&lt;/p&gt;</content><issued>2026-11-23T10:00:00Z</issued></entry></feed>",
        "atom03",
    ),
    "Atom 1.0": (
        '<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://example.com/"><title>Feed</title><link href="."/>'
        '<entry><title type="html">One &amp;amp; only</title><link href="a"/><content type="xhtml"><div '
        'xmlns="http://www.w3.org/1999/xhtml"><p>Words</p></div></content><published>2026-11-23T10:00:00Z</published>'
        "<updated>2026-11-24T10:00:00Z</updated></entry></feed>",
        "atom10",
    ),
    "Atom, prefixed": (
        '<a:feed xmlns:a="http://www.w3.org/2005/Atom"><a:title>Feed</a:title><a:link href="https://example.com/"/>'
        '<a:entry><a:title>One &amp; only</a:title><a:link href="/a"/><a:summary>Words</a:summary>'
        "<a:updated>2026-11-23T10:00:00Z</a:updated></a:entry></a:feed>",
        "atom10",
    ),
    "CDF": (
        '<CHANNEL HREF="https://example.com/"><TITLE>Feed</TITLE><ITEM HREF="/a" LASTMOD="2026-11-23T10:00Z">'
        "<TITLE>One &amp;amp; only</TITLE><ABSTRACT>Words</ABSTRACT></ITEM></CHANNEL>",
        "cdf",
    ),
    "JSON Feed 1.1": (
        json.dumps(
            {
                "version": "https://jsonfeed.org/version/1.1",
                "title": "Feed",
                "home_page_url": "https://example.com/",
                "items": [
                    {
                        "id": 7,
                        "url": "/a",
                        "title": "One & only",
                        "content_html": "<p>Words</p>",
                        "date_published": "2026-11-23T10:00:00Z",
                    }
                ],
            }
        ),
        "json11",
    ),
    "JSON Feed 1.0": (
        json.dumps(
            {
                "version": "https://jsonfeed.org/version/1",
                "title": "Feed",
                "home_page_url": "https://example.com/",
                "items": [{"id": "x", "url": "/a", "title": "One & only", "content_text": "Words"}],
            }
        ),
        "json10",
    ),
}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_formats(name: str) -> None:
    document, expected = DOCUMENTS[name]
    feed = read(document)
    assert (feed.failure, feed.format, feed.title) == (None, expected, "Feed")
    assert feed.site_url == "https://example.com/"
    (entry,) = feed.entries
    assert entry.title.lower() == "one & only"
    assert (entry.url or "").lower() == "https://example.com/a"
    assert entry.published_at in (DATE, None)
    assert (entry.published_at is None) == (name in ("RSS 0.90", "JSON Feed 1.0"))
    assert (entry.content_html or "").lower() in ("<p>words</p>", "words", "")
    assert pickle.loads(pickle.dumps(feed)) == feed


def test_atom_keeps_both_dates() -> None:
    (entry,) = read(DOCUMENTS["Atom 1.0"][0]).entries
    assert entry.updated_at == datetime(2026, 11, 24, 10, tzinfo=UTC)
    assert entry.published_evidence is not None
    assert (entry.published_evidence.raw, entry.published_evidence.source) == ("2026-11-23T10:00:00Z", "published")


RICH = """<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom" xmlns:content="http://purl.org/rss/1.0/modules/content/"
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:media="http://search.yahoo.com/mrss/"
 xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd" xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"
 xmlns:feedburner="http://rssnamespace.org/feedburner/ext/1.0">
<channel><title>Feed</title><link>https://example.com/</link><language>ur-PK</language><ttl>30</ttl>
<atom:link rel="self" href="https://example.com/feed"/><atom:link rel="hub" href="https://hub.example/"/>
<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>2</sy:updateFrequency>
<skipHours><hour>1</hour><hour> 2 </hour></skipHours><skipDays><day>Sunday</day></skipDays>
<cloud domain="rpc.example" port="5337" path="/rsscloud" protocol="http-post"/>
<item><title>Title</title><link>https://feeds.example/~r/1</link><guid isPermaLink="false">g1</guid>
<feedburner:origLink>https://example.com/story</feedburner:origLink>
<description>Short</description><content:encoded><![CDATA[<p>Long <img src="/i.jpg"></p>]]></content:encoded>
<dc:creator>A. Writer</dc:creator><dc:creator>B. Writer</dc:creator><author>desk@example.com (The Desk)</author>
<category>Politics</category><category>politics &amp; law</category><category>Politics</category>
<enclosure url="/a.mp3" type="audio/mpeg" length="123"/><media:content url="https://example.com/m.jpg" medium="image"/>
<media:title>Another</media:title><pubDate>Mon, 23 Nov 2026 15:00:00</pubDate>
</item></channel></rss>"""


def test_extensions() -> None:
    feed = read(RICH, timezone="Asia/Karachi")
    assert feed.hints == RhythmHints(
        ttl="30",
        update_period="hourly",
        update_frequency="2",
        skip_hours=("1", "2"),
        skip_days=("Sunday",),
        hub="https://hub.example/",
        self_url="https://example.com/feed",
        cloud="http-post rpc.example:5337/rsscloud",
    )
    assert json.loads(feed.hints.to_json() or "")["skip_hours"] == ["1", "2"]
    assert feed.language == "ur-PK"
    (entry,) = feed.entries
    assert (entry.key, entry.guid, entry.url) == ("g1", "g1", "https://example.com/story")
    assert (entry.title, entry.summary) == ("Title", "Short")
    assert entry.content_html == '<p>Long <img src="https://example.com/i.jpg"></p>'
    assert entry.authors == ("A. Writer", "B. Writer", "The Desk")
    assert entry.categories == ("Politics", "politics & law")
    assert entry.enclosures == (Enclosure("https://example.com/a.mp3", "audio/mpeg", 123),)
    assert entry.image_url == "https://example.com/m.jpg"
    assert entry.published_at == DATE
    assert entry.published_evidence is not None
    assert entry.published_evidence.flags == ("no_zone",)


def test_no_hints_are_none() -> None:
    assert read("<rss/>").hints.to_json() is None


def test_json_feed_with_everything_and_with_nonsense() -> None:
    item = {
        "id": "1",
        "url": "https://example.com/a",
        "external_url": "https://other.example/",
        "content_html": "<p>x</p>",
        "content_text": "y",
        "summary": "s",
        "image": "/i.png",
        "authors": [{"name": "A"}, {"url": "https://x.example"}, "B"],
        "author": {"name": "C"},
        "tags": ["t", 5],
        "language": "de",
        "date_published": "2026-11-23T10:00:00Z",
        "date_modified": "2026-11-23T11:00:00Z",
        "attachments": [{"url": "/a.mp3", "mime_type": "audio/mpeg", "size_in_bytes": 5}, {"mime_type": "x"}, 7],
    }
    nonsense = {"id": ["x"], "title": 5, "url": "javascript:x", "tags": "t", "authors": 7, "date_published": True}
    feed = read(json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": [item, nonsense, "x", None]}))
    first, second = feed.entries
    assert (first.summary, first.content_html, first.authors, first.categories) == ("s", "<p>x</p>", ("A", "C"), ("t",))
    assert first.enclosures == (Enclosure("https://example.com/a.mp3", "audio/mpeg", 5),)
    assert (first.image_url, first.language, first.published_at) == ("https://example.com/i.png", "de", DATE)
    assert (second.title, second.url, second.published_at) == ("5", None, None)
    assert "2 items are not objects" in feed.problems


def test_sitemaps() -> None:
    feed = read(
        '<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
        'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9" '
        'xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">'
        "<url><loc> https://example.com/a </loc><lastmod>2026-11-24</lastmod><news:news><news:publication>"
        "<news:name>Paper</news:name><news:language>en</news:language></news:publication>"
        "<news:publication_date>2026-11-23T10:00:00Z</news:publication_date><news:title>T &amp; U</news:title>"
        "<news:keywords>one, two</news:keywords></news:news>"
        "<image:image><image:loc>/i.jpg</image:loc></image:image></url>"
        "<url><loc>https://example.com/b</loc><lastmod>2026-11-23T10:00:00+00:00</lastmod></url><url/></urlset>"
    )
    news, plain = feed.entries
    assert (feed.format, feed.title) == ("sitemap", "Paper")
    assert (news.url, news.title, news.published_at, news.language) == ("https://example.com/a", "T & U", DATE, "en")
    assert (news.categories, news.image_url) == (("one", "two"), "https://example.com/i.jpg")
    assert news.updated_evidence is not None
    assert news.updated_evidence.flags == ("date_only",)
    assert (plain.key, plain.published_at) == ("https://example.com/b", DATE)


def test_a_sitemap_index_names_its_children_newest_first() -> None:
    feed = read(
        "<sitemapindex><sitemap><loc>/old.xml</loc><lastmod>2020-01-01</lastmod></sitemap>"
        "<sitemap><loc>https://example.com/new.xml</loc><lastmod>2026-11-23</lastmod></sitemap></sitemapindex>"
    )
    assert feed.is_sitemap_index
    assert feed.sitemaps == ("https://example.com/new.xml", "https://example.com/old.xml")
    assert (feed.entries, feed.failure, feed.problems) == ((), None, ())


NO_FEEDS = {
    "an empty body": b" \n",
    "plain text": b"Not found",
    "a page of HTML": b"<!DOCTYPE html><html><head><title>x</title></head></html>",
    "a login page": b"<html><form><input name=p type='password'></form></html>",
    "JSON that is no JSON Feed": b'{"items": [{"title": "API"}]}',
    "a PDF file": b"%PDF-1.7",
    "a picture": b"\x89PNG\r\n",
    "compressed data": b"\x1f\x8b\x08",
    "XML with the root element kml": b"<kml><Document/></kml>",
}


@pytest.mark.parametrize("what", NO_FEEDS)
def test_no_feed(what: str) -> None:
    feed = parse_feed(NO_FEEDS[what], url=URL)
    assert feed.failure is not None
    assert (feed.failure.kind, feed.failure.detail) == (FailureKind.NOT_A_FEED, f"not a feed but {what}")
    assert feed.entries == ()


def test_a_page_names_its_feeds() -> None:
    feed = parse_feed(
        b'<html><head><link rel="alternate" type="application/rss+xml" title="News" href="/feed"></head></html>',
        url=URL + "s",
    )
    assert [(link.url, link.title) for link in feed.feed_links] == [("https://example.com/feed", "News")]


def test_an_empty_feed_is_a_feed() -> None:
    feed = read("<rss version='2.0'><channel><title>x</title></channel></rss>")
    assert (feed.failure, feed.entries, feed.problems) == (None, (), ("the feed has no entries",))


START, END = "<rss version='2.0'><channel><item>", "</item></channel></rss>"
BROKEN = {
    "a warning before it": f"<br />\n<b>Warning</b>: x in y.php\n{START}<title>T</title>{END}",
    "HTML's entities": f"{START}<title>T&nbsp;&eacute;&bogus;</title>{END}",
    "bare ampersands": f"{START}<title>T & U</title><link>https://e.com/?a=1&b=2</link>{END}",
    "cut off": f"{START}<title>T</title><description><![CDATA[<p>half",
    "an undeclared prefix": f"{START}<title>T</title><media:content url='x'/><x:y>z</x:y>{END}",
    "unescaped HTML": f"{START}<title>T</title><description><p>a<br>b</description>{END}",
    "two declarations": f"<?xml version='1.0'?><?xml version='1.0'?>{START}<title>T</title>{END}",
    "attributes without quotes": f"<rss version=2.0><channel><item><title>T</title>{END}",
    "control characters": f"{START}<title>\x01T\x0b</title>{END}",
    "an entity of its own": f"<!DOCTYPE rss [<!ENTITY t 'T'>]>{START}<title>&t;</title>{END}",
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_but_readable(name: str) -> None:
    feed = read(BROKEN[name])
    assert feed.failure is None
    assert [entry.title[0] for entry in feed.entries] == ["T"]


def test_prose_about_items_is_not_divided() -> None:
    text = "<![CDATA[<p>an <item> in <entry>prose</entry></p>]]>"
    feed = read(f"<rss><channel><item><title>T</title><description>{text}</description></item></channel></rss>")
    assert [entry.summary for entry in feed.entries] == ["an in prose"]
