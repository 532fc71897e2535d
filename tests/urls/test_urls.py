"""The two URLs of an article: what is fetched and what is compared."""

from __future__ import annotations

import doctest
import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import ingest.urls
from ingest.urls import canonical_url, registrable_domain, resolve_link

SHARED = Path(os.environ.get("INGEST_SHARED", "../shared"))
needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="the shared data is not here (INGEST_SHARED)")

# One class of rule a line: what it is | a URL | another of the same page.
SAME = """
scheme | http://example.com/a | https://example.com/a
host case | https://EXAMPLE.com/a | https://example.com/a
IDNA | https://дом.example/a | https://xn--d1aqf.example/a
port | https://example.com:443/a | http://example.com:80/a
credentials | https://u:p@example.com/a | https://example.com/a
www and m | https://www.example.com/a | https://m.example.com/a
labels inside | https://en.m.example.com/a | https://en.example.com/a
final dot | https://example.com./a | https://example.com/a
dots | https://example.com/b/../a | https://example.com/a
escaped dots | https://example.com/b/%2e%2E/a | https://example.com/a
escape case | https://example.com/%c3%a9 | https://example.com/%C3%A9
raw and escaped | https://example.com/é | https://example.com/%C3%A9
slashes | https://example.com//a///b// | https://example.com/a/b
index | https://example.com/a/index.php | https://example.com/a/
root index | https://example.com/index.html | https://example.com
AMP in front | https://example.com/amp/world/a | https://example.com/world/a
AMP at the end | https://example.com/world/a/amp | https://example.com/world/a
AMP parameter | https://example.com/a?amp | https://example.com/a
order | https://example.com/a?y=1&x=2 | https://example.com/a?x=2&y=1
plus | https://example.com/a?q=b+c | https://example.com/a?q=b%20c
trackers | https://example.com/a?mtm_x=1&gbraid=2&_ga=3&ysclid=4&wt_mc=5&at_x=6 | https://example.com/a
tracker case | https://example.com/a?UTM_Source=x | https://example.com/a
escaped ampersand | https://example.com/a?b=1&amp;utm_source=x | https://example.com/a?b=1
session | https://example.com/a?sid=0123456789abcdef0123456789abcdef | https://example.com/a
channel | https://example.com/a?from=rss_world | https://example.com/a
own host | https://example.com/a?partner=www.example.com | https://example.com/a
empty query | https://example.com/a?& | https://example.com/a
fragment | https://example.com/a#top | https://example.com/a
AMP cache | https://www-example-com.cdn.ampproject.org/v/s/www.example.com/a?amp_js_v=0.1 | https://example.com/a
AMP viewer | https://www.google.co.uk/amp/s/amp.example.com/a.amp.html | https://example.com/a.html
search | https://www.google.de/url?sa=t&url=https%3A%2F%2Fexample.com%2Fa%3Fb%3D1&usg=x | https://example.com/a?b=1
network | https://l.facebook.com/l.php?u=https%3A%2F%2Fexample.com%2Fa&h=AT0 | https://example.com/a
nested | https://www.google.com/url?q=https://l.facebook.com/l.php?u=https://example.com/a | https://example.com/a
"""

DIFFERENT = """
number | https://example.com/a?id=1 | https://example.com/a?id=2
WordPress | https://example.com/?p=1 | https://example.com/?p=2
case of the path | https://example.com/A | https://example.com/a
case of a value | https://example.com/?v=aA | https://example.com/?v=aa
page | https://example.com/a?page=1 | https://example.com/a?page=2
reference number | https://example.com/a?ref=111 | https://example.com/a?ref=222
short session-like | https://example.com/a?s=111 | https://example.com/a?s=222
state | https://example.com/#!/a | https://example.com/#!/b
route | https://example.com/#/a | https://example.com/#/b
language | https://example.com/a?lang=ur | https://example.com/a?lang=hi
other port | https://example.com:8080/a | https://example.com/a
public suffix | https://m.github.io/a | https://n.github.io/a
the suffix itself | https://www.gov.uk/a | https://gov.uk/a
subdomain | https://urdu.example.com/a | https://example.com/a
escaped slash | https://example.com/a%2Fb | https://example.com/a/b
escaped percent | https://example.com/a%252Fb | https://example.com/a%2Fb
search for amp | https://example.com/search?q=amp | https://example.com/search
AMP's own page | https://example.com/amp | https://example.com/
search itself | https://www.google.com/search?q=https://example.com/a | https://example.com/a
"""


def cases(table: str) -> list[list[str]]:
    return [[part.strip() for part in line.split("|")] for line in table.strip().splitlines()]


@pytest.mark.parametrize(("rule", "one", "other"), cases(SAME))
def test_same_page(rule: str, one: str, other: str) -> None:
    assert canonical_url(one) == canonical_url(other), rule


@pytest.mark.parametrize(("rule", "one", "other"), cases(DIFFERENT))
def test_different_pages(rule: str, one: str, other: str) -> None:
    assert canonical_url(one) != canonical_url(other), rule


def test_every_rule_has_its_example() -> None:
    result = doctest.testmod(ingest.urls)
    assert (result.failed, result.attempted >= 12) == (0, True)


LINKS = [
    ("https://example.com/a", "https://example.com/a"),
    ("HTTPS://Example.com", "HTTPS://Example.com"),
    ("https://example.com/ñ?q=ü", "https://example.com/ñ?q=ü"),
    ("\thttps://example.com/a b ", "https://example.com/a%20b"),
    ("https://example.com/a\nb", "https://example.com/ab"),
    ("/a", "https://site.example/a"),
    ("?p=1", "https://site.example/feed/?p=1"),
    ("//cdn.example/a", "https://cdn.example/a"),
    ("", None),
    ("javascript:alert(1)", None),
    ("JaVa\tScRiPt:alert(1)", None),
    ("\x01javascript:alert(1)", None),
    ("java script:alert(1)", None),
    ("data:text/html,x", None),
    ("vbscript:x", None),
    ("file:///etc/passwd", None),
    ("ftp://example.com/a", None),
    ("mailto:a@example.com", None),
    ("urn:uuid:1", None),
    ("tag:example.com,2026:a", None),
    ("http://", None),
    ("https://[::1", None),
    ("https://a\ud800b/", None),
    ("https://example.com/" + "a" * 9000, None),
]


@pytest.mark.parametrize(("href", "expected"), LINKS)
def test_links(href: str, expected: str | None) -> None:
    assert resolve_link("https://site.example/feed/", href) == expected


def test_relative_links_need_a_base() -> None:
    assert resolve_link(None, "/a") is None
    assert resolve_link("file:///etc/", "passwd") is None


def test_registrable_domains() -> None:
    assert [registrable_domain(host) for host in ("a.b.example.co.uk", "localhost")] == ["example.co.uk", None]


PIECES = st.one_of(
    st.sampled_from(SAME.split()),
    st.sampled_from("/:.?&=#;@%[]"),
    st.sampled_from(["..", "%2F", "%25", "www.", "m.", "/amp", "/index.html", "/url?url=", "/c/s/", ":80", "\x00"]),
    st.sampled_from([";jsessionid=1", "utm_source=", "ref=rss", "#!", "0x7f.1", "\ud800"]),
)
JOINED = st.lists(PIECES).map("".join)


@given(st.one_of(st.text(), JOINED, JOINED.map("https://".__add__)))
def test_never_raises_and_is_idempotent(text: str) -> None:
    key = canonical_url(text)
    assert canonical_url(key) == key
    link = resolve_link("https://example.com/a/", text)
    assert link is None or link.lower().startswith(("http://", "https://"))


@needs_shared
def test_variants_of_one_article() -> None:
    variants = json.loads((SHARED / "eval/urls/variants.json").read_text())
    base = canonical_url(variants["base"])
    missed = [name for name, url in variants["same"].items() if canonical_url(url) != base]
    wrong = [name for name, (one, two) in variants["different"].items() if canonical_url(one) == canonical_url(two)]
    assert len(missed) <= 1, missed
    assert wrong == []


@needs_shared
def test_idempotent_on_the_corpus() -> None:
    inputs = [
        case["input"]
        for name in ("pairs", "whatwg_urltestdata", "whatwg_toascii")
        for case in json.loads((SHARED / f"corpus/urls/{name}.json").read_text())
        if isinstance(case, dict)
    ]
    assert len(inputs) > 1000
    keys = [canonical_url(text) for text in inputs + [f"https://{text}/a?b=c" for text in inputs]]
    assert [key for key in keys if canonical_url(key) != key] == []
