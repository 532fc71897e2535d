"""The quick reader of usual feeds says what feedparser says, or nothing."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.feeds import ParsedFeed, parse_feed, xmlfeed
from ingest.feeds.quickxml import read_usual

CORPUS = Path(os.environ.get("INGEST_SHARED", "../shared")) / "corpus/feeds"
NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
NAMESPACES = (
    ' xmlns:atom="http://www.w3.org/2005/Atom" xmlns:content="http://purl.org/rss/1.0/modules/content/"'
    ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:media="http://search.yahoo.com/mrss/"'
    ' xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd" xmlns:x="urn:x"'
    ' xmlns:feedburner="http://rssnamespace.org/feedburner/ext/1.0" xmlns:dcterms="http://purl.org/dc/terms/"'
    ' xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"'
)


def both(body: bytes, monkeypatch: pytest.MonkeyPatch) -> tuple[ParsedFeed, ParsedFeed] | None:
    """The document as the quick reader and as feedparser has it read; None where the quick one declines."""
    taken = []

    def noted(markup: str) -> object:
        taken.append(read_usual(markup))
        return taken[-1]

    with monkeypatch.context() as patch:
        patch.setattr(xmlfeed, "read_usual", noted)
        quick = parse_feed(body, url="https://example.com/feed", now=NOW)
        patch.setattr(xmlfeed, "read_usual", lambda markup: None)
        slow = parse_feed(body, url="https://example.com/feed", now=NOW)
        return (replace(quick, digests={}), slow) if any(taken) else None  # feedparser's reading has no digests


@pytest.mark.shared
@pytest.mark.skipif(not CORPUS.is_dir(), reason="the shared corpus is not here (INGEST_SHARED)")
def test_every_file_of_the_corpus_is_read_alike_or_declined(monkeypatch: pytest.MonkeyPatch) -> None:
    taken, different = 0, []
    for file in sorted(CORPUS.rglob("*")):
        if file.is_file() and file.suffix not in (".json", ".opml") and file.stat().st_size < 1_000_000:
            pair = both(file.read_bytes(), monkeypatch)
            taken += pair is not None
            if pair and pair[0] != pair[1]:
                different.append(file.name)
    assert different == []
    assert taken > 3_000


TEXTS = """

Plain words
AT&amp;T
a &lt;b&gt;bold&lt;/b&gt; word
&amp;eacute;
Ã©tÃ©
caf\xe9 \x96 \u201cq\u201d
&#150;
<![CDATA[<p>One <a href='/x'>two</a></p>]]>
<b>inline</b>
<div xmlns="http://www.w3.org/1999/xhtml"><p>X &amp; y</p></div>
&lt;table&gt;&lt;/table&gt;
2 < 3
https://example.com/1
http:////example.com/a?b=1&amp;c;=2
ed@example.com (Ed Itor)
Fri, 27 Nov 2026 10:00:00 GMT
2026-11-27T10:00:00Z
one,two
""".splitlines()
ATTRIBUTES = """type="html"
type="xhtml"
type="TEXT"
rel="enclosure"
rel="Self"
href="https://example.com/2"
url="https://example.com/p.png"
isPermaLink="false"
domain="d"
term="t"
label="l"
scheme="s"
xml:lang="de_AT"
lang=""
medium="image"
text="Tech"
length="5"
src="/s"
mode="escaped"
xml:base="/b/"
""".splitlines()
NAMES = """
title link guid id description summary content author category pubDate published updated source enclosure comments
language generator contributor ttl dc:title dc:creator dc:date dc:subject dc:language dc:description content:encoded
media:content media:title media:description media:thumbnail media:group media:keywords media:category itunes:summary
itunes:image itunes:author itunes:keywords itunes:category itunes:subtitle x:thing feedburner:origLink atom:link
atom:updated dcterms:created sy:updatePeriod image date links authors name email
""".split()  # noqa: SIM905  (a table, to be read as one)
PARTS = ("name", "email", "title", "uri", "id")


@st.composite
def elements(draw: st.DrawFn, depth: int = 0) -> str:
    """An element of any of the names with what may stand in it, seldom more than a text."""
    name = draw(st.sampled_from(NAMES))
    attributes = draw(st.lists(st.sampled_from(ATTRIBUTES), max_size=2, unique_by=lambda text: text.split("=")[0]))
    inner = draw(st.sampled_from(TEXTS))
    if depth < 2 and name in ("media:group", "media:content", "x:thing"):
        inner = "".join(draw(st.lists(elements(depth + 1), max_size=3)))
    elif name in ("author", "source", "contributor") and draw(st.booleans()):
        inner = "".join(
            f"<{part}>{draw(st.sampled_from(TEXTS))}</{part}>" for part in draw(st.sets(st.sampled_from(PARTS)))
        )
    return f"<{name} {' '.join(attributes)}>{inner}</{name}>"


@given(
    st.sampled_from(["rss", "rdf", "atom"]),
    st.lists(elements(), max_size=4).map("".join),
    st.lists(st.lists(elements(), max_size=5).map("".join), max_size=2),
)
@settings(max_examples=400, deadline=None)
def test_made_up_feeds_are_read_alike_or_declined(form: str, head: str, entries: list[str]) -> None:
    item = "entry" if form == "atom" else "item"
    listed = "".join(f"<{item}>{entry}</{item}>" for entry in entries)
    document = {
        "rss": f'<rss version="2.0"{NAMESPACES}><channel>{head}{listed}</channel></rss>',
        "rdf": f'<rdf:RDF xmlns="http://purl.org/rss/1.0/" xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"{NAMESPACES}>'
        f"<channel>{head}</channel>{listed}</rdf:RDF>",
        "atom": f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en"{NAMESPACES}>{head}{listed}</feed>',
    }[form]
    with pytest.MonkeyPatch.context() as patch:
        pair = both(document.encode(), patch)
    assert pair is None or pair[0] == pair[1]


USUAL = f"""<rss version="2.0"{NAMESPACES}><channel><title>A paper</title><link>https://example.com/</link>
<item><title>One</title><link>https://example.com/1</link><pubDate>Fri, 27 Nov 2026 10:00:00 GMT</pubDate>%s</item>
</channel></rss>"""


def test_a_usual_feed_is_taken() -> None:
    assert read_usual(USUAL % "<dc:creator>A. Writer</dc:creator><media:content url='https://example.com/p.png'/>")


@pytest.mark.parametrize(
    "inner",
    [
        "<description><p>markup, not text</p></description>",
        "<description xml:base='/news/'>text</description>",
        "<content type='image/png'>aGVsbG8=</content>",
        "<content mode='base64'>aGVsbG8=</content>",
        "<image><title>a picture of the entry</title></image>",
        "<item><title>one in the other</title></item>",
        "<links>what only feedparser knows by its keys</links>",
    ],
)
def test_what_is_unusual_is_left_to_feedparser(inner: str) -> None:
    assert read_usual(USUAL % inner) is None


@pytest.mark.parametrize("name", ["links", "authors", "title_detail", "tags", "content", "image", "media_content"])
@pytest.mark.parametrize("attribute", ["", " a='1'"])
def test_elements_named_like_feedparsers_keys_do_no_harm(name: str, attribute: str) -> None:
    extra = f"<{name}{attribute}>x</{name}>"
    item = f"<item>{extra}<guid>1</guid><title>One</title></item>"
    body = f"<rss version='2.0'><channel>{extra}<title>t</title>{item}</channel></rss>"
    assert [entry.title for entry in parse_feed(body.encode(), url="https://example.com/feed").entries] == ["One"]
