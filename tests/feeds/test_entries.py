"""What becomes of an entry's texts, links and names."""

from __future__ import annotations

import doctest
import html
import re
from datetime import UTC, datetime

import pytest

import ingest.feeds.markup
from ingest.feeds import content_hash, parse_feed, same_content
from storage.model import Entry

URL = "https://example.com/feed"


def entries(*items: str) -> tuple[Entry, ...]:
    body = f"<rss version='2.0'><channel>{''.join(f'<item>{item}</item>' for item in items)}</channel></rss>"
    return parse_feed(body.encode(), url=URL, now=datetime(2026, 11, 23, tzinfo=UTC)).entries


def entry(item: str) -> Entry:
    (found,) = entries(item)
    return found


def atom(inside: str) -> Entry:
    body = f"<feed xmlns='http://www.w3.org/2005/Atom'><entry>{inside}</entry></feed>"
    (found,) = parse_feed(body.encode(), url=URL).entries
    return found


# as published -> as read
RSS_TITLES = {
    "AT&amp;T": "AT&T",
    "AT&amp;amp;T": "AT&T",
    "<![CDATA[AT&amp;T]]>": "AT&T",
    "a &lt;b&gt;bold&lt;/b&gt; claim": "a bold claim",
    "5 &lt; 6": "5 < 6",
    "List&lt;String&gt; explained": "List<String> explained",
    "  two\n lines ": "two lines",
    "&#8220;quoted&#8221;": "“quoted”",
    "&amp;#8217;s": "’s",
    "&#x202e;evil": "evil",
}


@pytest.mark.parametrize("published", RSS_TITLES)
def test_titles(published: str) -> None:
    assert entry(f"<title>{published}</title>").title == RSS_TITLES[published]


def test_atom_says_what_is_markup() -> None:
    assert atom("<title type='text'>a &lt;b&gt; tag</title>").title == "a <b> tag"
    assert atom("<title type='html'>a &lt;b&gt;bold&lt;/b&gt; one</title>").title == "a bold one"


def test_caps() -> None:
    found = entry(f"<title>{'ü' * 2000}</title><guid>{'g' * 3000}</guid><description>{'x ' * 800_000}</description>")
    assert len(found.title.encode()) == 1024
    assert found.key == found.guid
    assert found.key.startswith("sha256:")
    assert len((found.content_html or "").encode()) <= (1 << 20) + 7
    assert len(found.summary.encode()) <= 16_384


DANGEROUS = [
    "<script>alert(1)</script>",
    '<a href="javascript:alert(1)">x</a>',
    '<a href="java&#x0A;script:alert(1)">x</a>',
    '<a href="&#106;avascript:alert(1)">x</a>',
    '<a href="\x01javascript:alert(1)">x</a>',
    '<img src="x" onerror="alert(1)">',
    '<img src="data:text/html,x">',
    '<iframe src="https://e.com"></iframe>',
    '<svg onload="alert(1)"></svg>',
    "<style>p{background:url(javascript:x)}</style>",
    '<p style="x:expression(alert(1))">x</p>',
    '<form action="https://e.com"><input></form>',
    '<math><mi xlink:href="javascript:x">x</mi></math>',
    '<object data="x"></object><embed src="x">',
    '<meta http-equiv="refresh" content="0"><base href="https://evil.example/">',
]


TRACES = ("<script", 'href="java', "onerror", "onload", "<iframe", "<style", "style=", "<form", "<meta", 'src="data:')


@pytest.mark.parametrize("markup", DANGEROUS)
def test_nothing_dangerous_is_kept(markup: str) -> None:
    """However often it is escaped; what is escaped once more than it is read is text, and may stay."""
    for item in (f"<![CDATA[{markup}]]>", html.escape(markup), html.escape(html.escape(markup))):
        found = entry(f"<title>x</title><description>{item}</description>")
        tags = " ".join(re.findall(r"<[^>]*>", (found.content_html or "").lower()))
        assert [trace for trace in TRACES if trace in tags] == []


def test_links_that_are_none() -> None:
    for link in (
        "javascript:alert(1)",
        "java\nscript:alert(1)",
        "data:text/html,x",
        "mailto:a@b.c",
        "file:///etc/passwd",
    ):
        found = entry(f"<title>t</title><link>{link}</link><enclosure url='{link}'/><media:thumbnail url='{link}'/>")
        assert (found.url, found.enclosures, found.image_url) == (None, (), None)


def test_relative_links_in_texts_stand_on_the_article() -> None:
    found = entry("<link>https://example.com/2026/a</link><description>&lt;a href='b'&gt;x&lt;/a&gt;</description>")
    assert 'href="https://example.com/2026/b"' in (found.content_html or "")
    based = atom("<content type='html' xml:base='https://other.example/x/'>&lt;a href='b'&gt;x&lt;/a&gt;</content>")
    assert 'href="https://other.example/x/b"' in (based.content_html or "")


def test_guids_and_links() -> None:
    hidden = "<link uri='at://did:plc:x/y'>https://example.com/a?b=1&amp;c=2</link>"
    assert entry(f"<title>t</title>{hidden}").url == "https://example.com/a?b=1&c=2"
    assert entry("<guid>https://example.com/a</guid>").url == "https://example.com/a"
    assert entry("<guid isPermaLink='false'>https://example.com/a</guid>").url is None
    assert entry("<guid>12345</guid>").url is None
    assert entry("<guid>12345</guid>").key == "12345"
    assert entry("<link>https://example.com/a</link>").key == "https://example.com/a"
    assert entry("<title>t</title><pubDate>Mon, 23 Nov 2026 10:00:00 GMT</pubDate>").key.startswith("title:")
    assert entry("<description>words</description>").key.startswith("text:1:")


def test_a_guid_for_all_names_none() -> None:
    found = entries(*(f"<title>{n}</title><link>https://e.com/{n}</link><guid>same</guid>" for n in range(3)))
    assert [entry.key for entry in found] == ["https://e.com/0", "https://e.com/1", "https://e.com/2"]


def test_one_link_for_all_names_none() -> None:
    found = entries(*(f"<title>{n}</title><link>https://e.com/</link>" for n in range(3)))
    assert len({entry.key for entry in found}) == 3


def test_listed_twice_is_once() -> None:
    one = "<title>t</title><link>https://e.com/a</link><guid>{}</guid>"
    assert len(entries(one.format("g"), one.format("g"))) == 1
    assert len(entries(one.format("g1"), one.format("g2"))) == 1


def test_a_tag_of_many_attributes_does_not_take_the_end_of_its_cdata_along() -> None:
    attributes = " ".join(f"a{number}='xxxxxxxxxxxxxxxx'" for number in range(70))
    cut_off = f"<guid>1</guid><description><![CDATA[<b {attributes} ]]></description>"
    assert [entry.guid for entry in entries(cut_off, "<guid>2</guid>", cut_off.replace("1<", "3<", 1))] == [
        "1",
        "2",
        "3",
    ]


def test_updates_without_titles_stay_apart() -> None:
    one = "<description>{0}</description><link>https://e.com/day#{0}</link><guid>{0}</guid>"
    assert len(entries(one.format("a"), one.format("b"))) == 2


SAME = [
    ("<p>Text</p>", "<div>text</div>"),
    ("Text. 3 comments", "Text. 12 comments"),
    ("Text. Comments (3)", "Text. Comments (12)"),
    ("Text, 5 minutes ago", "Text, 2 hours ago"),
    ("Text. Updated: 23 Nov 2026 10:00", "Text. Updated: 24 Nov 2026 18:00"),
    ("<a href='https://e.com/?utm_source=1'>Text</a>", "<a href='https://e.com/?utm_source=2'>Text</a>"),
    ("Text https://e.com/?r=1", "Text https://e.com/?r=2"),
]
DIFFERENT = [
    ("12 people died", "15 people died"),
    ("The meeting is on 5 May", "The meeting is on 6 May"),
    ("Text", "Text and more"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_what_churns_is_no_change(one: str, other: str) -> None:
    assert content_hash("Title", one) == content_hash("Title", other)


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_what_is_said_is_a_change(one: str, other: str) -> None:
    assert content_hash("Title", one) != content_hash("Title", other)
    assert content_hash(one, "Text") != content_hash(other, "Text")


def test_hashes_of_two_versions_tell_nothing() -> None:
    assert same_content("1:aa", "1:aa")
    assert not same_content("1:aa", "1:bb")
    assert same_content("1:aa", "2:bb")


def test_dates_are_flagged() -> None:
    flags = {
        "Mon, 23 Nov 2099 10:00:00 GMT": ("future",),
        "Mon, 23 Nov 1970 10:00:00 GMT": ("ancient",),
        "yesterday": ("unparsed",),
        "2026-11-23": ("date_only",),
    }
    for raw, expected in flags.items():
        found = entry(f"<title>t</title><pubDate>{raw}</pubDate>").published_evidence
        assert found is not None
        assert (found.raw, found.source, found.flags) == (raw, "published", expected)


def test_examples() -> None:
    assert doctest.testmod(ingest.feeds.markup).failed == 0
