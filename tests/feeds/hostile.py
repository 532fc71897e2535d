"""Documents made to hang, exhaust or mislead a parser: name -> body. Used by the tests of this folder alone."""

from __future__ import annotations

from collections.abc import Callable

HEAD = b'<?xml version="1.0"?><rss version="2.0"><channel><title>feed</title><item><title>t</title><link>http://e.com/1</link>'
TAIL = b"</item></channel></rss>"


def _rss(inside: bytes) -> bytes:
    return HEAD + inside + TAIL


def _laughs() -> bytes:
    levels = b"".join(b'<!ENTITY lol%d "%s">' % (level, b"&lol%d;" % (level - 1) * 10) for level in range(1, 10))
    return b'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY lol0 "lol">' + levels + b"]>" + _body(b"&lol9;")


def _body(title: bytes) -> bytes:
    return b"<rss version='2.0'><channel><title>feed</title><item><title>" + title + b"</title></item></channel></rss>"


HOSTILE: dict[str, Callable[[], bytes]] = {
    "98 KB of newlines before the root": lambda: b"\n" * 98_000 + _rss(b""),
    "98 KB of newlines after the declaration": lambda: HEAD.replace(b"?>", b"?>" + b"\n" * 98_000) + TAIL,
    "100,000 categories": lambda: _rss(b"".join(b"<category>c%d</category>" % n for n in range(100_000))),
    "100,000 subjects in CDATA": lambda: _rss(
        b"".join(b"<dc:subject><![CDATA[%d]]></dc:subject>" % n for n in range(100_000))
    ),
    "a 40 KB style attribute": lambda: _rss(
        b"<description>&lt;p style='" + b"color: red; " * 3_400 + b"'>x</description>"
    ),
    "20,000 attributes": lambda: _rss(b"<enclosure " + b" ".join(b'a%d="x"' % n for n in range(20_000)) + b"/>"),
    "billion laughs": _laughs,
    "quadratic entities": lambda: b'<!DOCTYPE rss [<!ENTITY a "' + b"a" * 60_000 + b'">]>' + _body(b"&a;" * 20_000),
    "many entities of the allowed length": lambda: (
        b'<!DOCTYPE rss [<!ENTITY a "' + b"a" * 900 + b'">]>' + _body(b"&a;" * 20_000)
    ),
    "an external entity": lambda: b'<!DOCTYPE rss [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + _body(b"x &a; y"),
    "a 20 MB text node": lambda: _rss(b"<description>" + b"x" * 20_000_000 + b"</description>"),
    "a 4 MB text node of lines in CDATA": lambda: _rss(
        b"<description><![CDATA[" + b"some words\n" * 400_000 + b"]]></description>"
    ),
    "250 texts of 20 KB": lambda: _rss(b"<a/>" + (b"<description>" + b"some words " * 1_800 + b"</description>") * 250),
    "CDATA sections whose end is taken for a tag's": lambda: _rss(
        (b"<dc:x><![CDATA[<b " + b" ".join(b"a%d='xxxxxxxxxxxxxxxx'" % n for n in range(70)) + b" ]]></dc:x>") * 5_000
    ),
    "a 4 MB title": lambda: _body(b"word " * 800_000),
    "a 4 MB attribute": lambda: _rss(b"<enclosure url='http://e.com/" + b"x" * 4_000_000 + b"'/>"),
    "a 4 MB comment": lambda: _rss(b"<!--" + b"x" * 4_000_000 + b"-->"),
    "a 1 MB author without an address": lambda: _rss(b"<author>" + b"a" * 1_000_000 + b"</author>"),
    "20,000 comments that never end": lambda: _rss(b"<!-- " * 20_000),
    "20,000 CDATA sections that never end": lambda: _rss(b"<description>" + b"<![CDATA[ " * 20_000),
    "20,000 instructions that never end": lambda: b"<?xml " * 20_000 + _rss(b""),
    "20,000 document types": lambda: b"<!DOCTYPE [" * 20_000 + _rss(b""),
    "20,000 elements, nested": lambda: _rss(b"<a>" * 20_000 + b"</a>" * 20_000),
    "20,000 elements that never end": lambda: _rss(b"<a>" * 20_000),
    "20,000 nested divs": lambda: _rss(b"<description>" + b"&lt;div>" * 20_000 + b"</description>"),
    "20,000 nested inline elements": lambda: _rss(b"<description>" + b"&lt;b>&lt;i>" * 20_000 + b"</description>"),
    "20,000 open angle brackets": lambda: _rss(b"<description>" + b"<" * 20_000),
    "quotes that never end": lambda: _rss(b'<a "' * 20_000),
    "20,000 ampersands": lambda: _rss(b"<description>" + b"&" * 20_000 + b"</description>"),
    "20,000 references without an end": lambda: _rss(b"<description>" + b"&a" * 20_000 + b"</description>"),
    "a date of 1 MB": lambda: _rss(b"<pubDate>" + b"2026-11-" * 125_000 + b"</pubDate>"),
    "a title of combining marks": lambda: _body("a\u0315\u0300".encode() * 20_000),
    "a link of 1 MB": lambda: _rss(b"<link>http://e.com/" + b"/amp" * 250_000 + b"</link>"),
    "a guid of 1 MB": lambda: _rss(b"<guid>" + b"x" * 1_000_000 + b"</guid>"),
    "10,000 entries": lambda: (
        b"<rss><channel>"
        + b"".join(
            b"<item><guid>%d</guid><pubDate>Mon, 23 Nov 2026 10:00:00 GMT</pubDate></item>" % n for n in range(10_000)
        )
        + b"</channel></rss>"
    ),
    "20,000 empty entries": lambda: b"<rss><channel>" + b"<item/>" * 20_000 + b"</channel></rss>",
    "a surrogate": lambda: _body(b"a&#xD800;b"),
    "a character beyond Unicode": lambda: _body(b"a&#x110000;b&#99999999999999999999;"),
    "a NUL": lambda: _body(b"a&#0;b\0c"),
    "a backslash in an entity": lambda: b'<!DOCTYPE rss [<!ENTITY a "\\1\\g<0>">]>' + _body(b"x &a; \\1"),
    "etc passwd as text": lambda: b"root:x:0:0:root:/root:/bin/bash\ndaemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin\n",
    "the path of a file": lambda: b"/etc/passwd",
    "the path of a device": lambda: b"/dev/zero",
    "an address": lambda: b"http://127.0.0.1:9/feed.xml",
    "a file address": lambda: b"file:///etc/passwd",
    "zeros": lambda: b"\0" * 1_000_000,
    "JSON, nested": lambda: b'{"version":"https://jsonfeed.org/version/1.1","items":' + b"[" * 20_000,
    "JSON, a long number": lambda: (
        b'{"version":"https://jsonfeed.org/version/1.1","items":[{"id":' + b"9" * 20_000 + b"}]}"
    ),
    "JSON, 10,000 items": lambda: (
        b'{"version":"https://jsonfeed.org/version/1","items":['
        + b",".join(b'{"id":"%d"}' % n for n in range(10_000))
        + b"]}"
    ),
    "a sitemap of 10,000 addresses": lambda: (
        b"<urlset>" + b"".join(b"<url><loc>http://e.com/%d</loc></url>" % n for n in range(10_000)) + b"</urlset>"
    ),
    "a sitemap with half a character": lambda: (
        b"<urlset xmlns:news='http://e.com/<![CDATA['><url><loc>/a&#xD800;</loc></url></urlset>"
    ),
    "HTML with 20,000 links": lambda: b"<html>" + b'<a href="/feed">x</a>' * 20_000 + b"</html>",
    "random bytes": lambda: bytes((n * n * 31 + n * 7) % 256 for n in range(200_000)),
}
