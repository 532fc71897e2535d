"""Entries that are recognized by their markup: the document reads as if all of it had been read."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ingest.feeds import ParsedFeed, parse_feed
from storage.model import Entry
from tests.feeds.test_quickxml import NAMESPACES, elements

CORPUS = Path(os.environ.get("INGEST_SHARED", "../shared")) / "corpus/feeds"
NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
URL = "https://example.com/feed"


def read(body: bytes, known: dict[int, Entry] | None = None, *, url: str = URL, zone: str | None = None) -> ParsedFeed:
    return parse_feed(body, url=url, timezone=zone, now=NOW, known=known)


def remembered(feed: ParsedFeed, places: slice = slice(None)) -> dict[int, Entry]:
    """The entries in these places as the archive would give them back."""
    listed = {entry.key: entry for entry in feed.entries}

    def kept(key: str) -> Entry:
        entry = listed[key]
        told = {"published_at": entry.published_at, "content_hash": entry.content_hash, "guid": key}
        return Entry(key, entry.url, entry.title, **told)  # type: ignore[arg-type]

    return {digest: kept(key) for key, digest in list(feed.digests.items())[places]}


def difference(whole: ParsedFeed, part: ParsedFeed, known: dict[int, Entry]) -> str:
    """What of the document read in part is not as it is in the whole; nothing, if all is."""
    given = {entry.key: entry for entry in known.values()}
    expected = tuple(given[entry.key] if entry.key in part.recalled else entry for entry in whole.entries)
    if part.entries != expected:
        return "entries"
    beside = [replace(feed, entries=(), recalled=frozenset()) for feed in (whole, part)]
    return "" if beside[0] == beside[1] else "what is beside the entries"


@pytest.mark.shared
@pytest.mark.skipif(not CORPUS.is_dir(), reason="the shared corpus is not here (INGEST_SHARED)")
def test_every_file_of_the_corpus_reads_the_same_in_part() -> None:
    divided, wrong = 0, []
    for file in sorted(CORPUS.rglob("*")):
        if not file.is_file() or file.suffix == ".opml" or file.stat().st_size > 1_000_000:
            continue
        body = file.read_bytes()
        whole = read(body)
        divided += bool(whole.digests)
        for places in (slice(None), slice(0, None, 2), slice(1)) if whole.digests else ():
            known = remembered(whole, places)
            part = read(body, known)
            if len(part.recalled) != len(known) or difference(whole, part, known):
                wrong.append((file.name, places, len(known), len(part.recalled), difference(whole, part, known)))
    assert wrong == []
    assert divided > 1_000


@st.composite
def editions(draw: st.DrawFn) -> tuple[bytes, bytes]:
    """Two documents of one feed, with entries of any elements beside a link and a guid; some stay, others are new."""
    head = "".join(draw(st.lists(elements(), max_size=3)))
    times = [f"<lastBuildDate>Fri, 27 Nov 2026 1{hour}:00:00 GMT</lastBuildDate>" for hour in (1, 2)]
    odd = draw(st.lists(elements(), min_size=4, max_size=4))
    items = [item(number + 1, more) for number, more in enumerate(odd)]
    before = [items[number] for number in draw(st.lists(st.integers(0, 3), min_size=1, max_size=3, unique=True))]
    after = [items[number] for number in draw(st.permutations(range(4)))]
    first, second = (
        rss(*listed, head=f"<title>A paper</title>{time}{head}", root=NAMESPACES)
        for listed, time in zip((before, after), times, strict=True)
    )
    return first, second


@given(editions())
@settings(max_examples=200, deadline=None)
def test_made_up_feeds_read_the_same_in_part(documents: tuple[bytes, bytes]) -> None:
    known = remembered(read(documents[0]))
    whole, part = read(documents[1]), read(documents[1], known)
    assume(part.recalled)  # too few of them would be an error
    assert difference(whole, part, known) == ""


@given(editions())
@settings(max_examples=50, deadline=None)
def test_where_nothing_is_recalled_all_is_read(documents: tuple[bytes, bytes]) -> None:
    known = remembered(read(documents[0]))
    part = read(documents[1], known)
    assert part.recalled or part == read(documents[1])


def rss(*items: str, head: str = "<title>A paper</title>", root: str = "", tail: str = "") -> bytes:
    return f'<rss version="2.0" {root}><channel>{head}{"".join(items)}{tail}</channel></rss>'.encode()


def item(number: int, more: str = "") -> str:
    return (
        f"<item><title>Story {number}</title><link>/story-{number}</link><guid>tag:{number}</guid>"
        f"<pubDate>Fri, 27 Nov 2026 1{number}:00:00 +0100</pubDate><description>About {number}.</description>{more}</item>\n"
    )


FIRST = rss(item(1), item(2), item(3))
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en"><title>A paper</title>
<updated>2026-11-27T1%d:00:00Z</updated>
%s</feed>"""
ATOM_ENTRY = """<entry><id>tag:%d</id><title>Story %d</title><link href="/story-%d"/>
<updated>2026-11-27T08:00:00Z</updated></entry>"""
JSON = '{"version": "https://jsonfeed.org/version/1.1", "title": "A paper", "language": "%s", "items": [%s]}'
JSON_ITEM = '{"id": "tag:%d", "url": "/story-%d", "title": "Story %d", "content_html": "<p>About %d.</p>"}'
MAP = '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">%s</urlset>'


def entries(form: str, *numbers: int) -> str:
    return "".join(form % ((number,) * form.count("%d")) for number in numbers)


def json_items(*numbers: int) -> str:
    return ",".join(entries(JSON_ITEM, number) for number in numbers)


def rdf(*numbers: int) -> bytes:
    about = ' rdf:about="https://example.com/story-%d"><title>Story %d</title><link>https://example.com/story-%d</link></item>'
    listed = entries('<rdf:li rdf:resource="https://example.com/story-%d"/>', *numbers)
    channel = f"<channel><title>A paper</title><items><rdf:Seq>{listed}</rdf:Seq></items></channel>"
    spaces = 'xmlns="http://purl.org/rss/1.0/" xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
    return f"<rdf:RDF {spaces}>{channel}{entries('<item' + about, *numbers)}</rdf:RDF>".encode()


def sitemap(*numbers: int) -> bytes:
    return (MAP % entries("<url><loc>https://example.com/story-%d</loc></url>", *numbers)).encode()


WORDPRESS = rss(item(1, "<post-id xmlns='com-wordpress:feed-additions:1'>1</post-id>"), item(2))
SHARED = rss(item(1), *(item(n).replace(f"story-{n}", place) for n, place in ((2, "live#one"), (3, "live#two"))))

# The feed's own description hides that of its first entry, as with feedparser.
PODCAST = rss(
    item(1).replace("</description>", "</description><itunes:summary>A much longer one.</itunes:summary>"),
    item(2).replace("</description>", "</description><itunes:summary>A much longer one.</itunes:summary>"),
    head="<title>A paper</title><itunes:summary>All of it.</itunes:summary><description>Short.</description>",
    root='xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"',
)


@pytest.mark.parametrize(
    ("before", "after", "recalled"),
    [
        (FIRST, rss(item(4), item(1), item(2)), 2),
        (FIRST, rss(item(3), item(2), item(1)), 3),
        (FIRST, rss(item(1), item(2, "<category>late</category>")), 1),
        (FIRST, rss(), 0),
        (
            rss(item(1), head="<lastBuildDate>Fri, 27 Nov 2026 09:00:00 GMT</lastBuildDate>"),
            rss(item(1), head="<lastBuildDate>Fri, 27 Nov 2026 10:30:00 GMT</lastBuildDate>"),
            1,
        ),
        (
            rss(item(1), head="<pubDate><![CDATA[Fri, 27 Nov 2026 09:00:00 GMT]]></pubDate>"),
            rss(item(1), head="<pubDate><![CDATA[Sat, 28 Nov 2026 10:30:00 GMT]]></pubDate>"),
            1,
        ),
        ((ATOM % (1, entries(ATOM_ENTRY, 1, 2))).encode(), (ATOM % (2, entries(ATOM_ENTRY, 3, 1, 2))).encode(), 2),
        ((JSON % ("en", json_items(1, 2))).encode(), (JSON % ("en", json_items(3, 2, 1))).encode(), 2),
        (sitemap(1, 2), sitemap(3, 1, 2), 2),
        (rdf(1, 2), rdf(3, 1, 2), 2),
        # What stands around the entries is another one.
        (FIRST, rss(item(1), item(2), head="<title>A paper</title><language>ur</language>"), 0),
        (FIRST, rss(item(1), item(2), root='xml:lang="fr"'), 0),
        (FIRST, rss(item(1), item(2), tail="<language>ur</language>"), 0),
        ((JSON % ("en", json_items(1))).encode(), (JSON % ("ur", json_items(1))).encode(), 0),
        # Entries that do not stand alone, or whose names do not tell them apart.
        (FIRST, rss(item(1), item(2), item(1, "<category>again</category>")), 0),
        (FIRST, rss(item(1), item(2), item(4).replace("tag:4", "tag:1")), 0),
        (rss(item(1), "<ttl>60</ttl>", item(2)), rss(item(1), "<ttl>60</ttl>", item(2)), 0),
        (FIRST, rss(item(1), item(4, "<description xml:base='/b/'><p>unusual</p></description>")), 0),
        (FIRST, rss(item(1), item(2), "<item><title>cut o").removesuffix(b"</channel></rss>"), 0),
        (FIRST, rss(item(1), item(4, "<x:title xmlns:x='urn:other'>of nobody's</x:title>")), 0),
        (WORDPRESS, WORDPRESS.replace(b"story-1", b"story-9"), 1),
        (SHARED, SHARED.replace(b"story-1", b"story-9"), 0),
        (SHARED, SHARED.replace(b"#one", b"#three"), 1),
        (PODCAST, PODCAST.replace(b"story-1", b"story-9"), 0),
        (rss("<item><title>No name</title></item>"), rss("<item><title>No name</title></item>"), 0),
    ],
)
def test_what_is_recognized(before: bytes, after: bytes, recalled: int) -> None:
    known = remembered(read(before))
    whole, part = read(after), read(after, known)
    assert len(part.recalled) == recalled
    assert difference(whole, part, known) == ""


@pytest.mark.parametrize("place", [{"url": "https://other.example/feed"}, {"zone": "Asia/Karachi"}])
def test_another_address_or_zone_is_another_meaning(place: dict[str, str]) -> None:
    known = remembered(read(FIRST))
    assert len(read(FIRST, known).recalled) == 3
    assert read(FIRST, known, **place) == read(FIRST, **place)  # type: ignore[arg-type]


def test_a_known_entry_whose_title_has_changed_since_hides_no_newer_version() -> None:
    """What does not count as a change is not written down, so the archive may have an older title."""

    def version(comments: int, text: str) -> str:
        title = f"<title>Story, {comments} comments</title><link>/story</link>"
        return f"<item>{title}<pubDate>Fri, 27 Nov 2026 10:0{comments}:00 GMT</pubDate><description>{text}</description></item>"

    before, after = rss(version(7, "Old words.")), rss(version(7, "Old words."), version(8, "Other words."))
    known = {digest: replace(entry, title="Story, 5 comments") for digest, entry in remembered(read(before)).items()}
    assert len(read(before, known).recalled) == 1
    assert read(after, known) == read(after)
    assert not read(after).digests
