"""One document in, one `ParsedFeed` out: which format it is, and what it is when it is none."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime

from ingest.feeds.discovery import feed_links
from ingest.feeds.encodings import Decoded, decode
from ingest.feeds.entries import Source, build_feed
from ingest.feeds.jsonfeed import read_json
from ingest.feeds.model import ParsedFeed, RawFeed
from ingest.feeds.recall import ReadWhole, Recall
from ingest.feeds.repair import ROOTS, prepare
from ingest.feeds.sitemap import ROOTS as SITEMAP_ROOTS
from ingest.feeds.sitemap import read_sitemap
from ingest.feeds.xmlfeed import read_xml
from storage.model import Entry, Failure, FailureKind

# How files begin that are no text.
SIGNATURES = (
    (b"%PDF", "a PDF file"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"PK\x03\x04", "a zip archive"),
    (b"\x1f\x8b", "compressed data"),
)

_LOGIN = re.compile(r"<input\b[^<>]*\btype\s*=\s*[\"']?password", re.IGNORECASE)


def parse_feed(
    body: bytes,
    *,
    url: str,
    content_type: str | None = None,
    timezone: str | None = None,
    now: datetime | None = None,
    known: Mapping[int, Entry] | None = None,
) -> ParsedFeed:
    """Read a feed document of any format. Never raises; what is no feed has a `failure`.

    `url` is where it came from, after redirects, and the base of its links. `timezone`, the outlet's, is meant by dates
    without a zone or with an ambiguous one; `now` is what dates are flagged `future` against. `known`: entries by the
    digests that an earlier reading gave; they stand in the result as they are given, their dates without provenance. Call
    it in a worker with a wall clock and a memory limit: hostile documents are bounded here, but the parsers below promise
    nothing.
    """
    if not body.strip():
        return _no_feed("an empty body", url)
    if kind := next((name for start, name in SIGNATURES if body.startswith(start)), None):
        return _no_feed(kind, url)
    decoded, source = decode(body, content_type), Source(url, timezone, now)
    try:
        return _read(decoded, source, Recall(known or {}, url=url, timezone=timezone))
    except ReadWhole:
        return _read(decoded, source, Recall({}, url=url, timezone=timezone))


def _read(decoded: Decoded, source: Source, recall: Recall) -> ParsedFeed:
    if decoded.text.lstrip()[:1] not in ("{", "["):
        return _markup(decoded, source, recall)
    raw = read_json(decoded.text, recall)
    return _finish(raw, decoded, source) if raw else _no_feed("JSON that is no JSON Feed", source.url)


def _markup(decoded: Decoded, source: Source, recall: Recall) -> ParsedFeed:
    document = prepare(decoded.text)
    if document.root in SITEMAP_ROOTS:
        raw = read_sitemap(document.root, "".join((document.head, *document.entries, document.tail)), recall)
    elif document.root in ROOTS or document.entries:
        raw = read_xml(document, recall)
    else:
        raw = None
    if raw is not None:
        return _finish(raw, decoded, source)
    if document.root in ROOTS:
        failure = Failure(FailureKind.MALFORMED, f"the document begins as {document.root}, but cannot be read")
        return ParsedFeed(source.url, encoding=decoded.encoding, failure=failure)
    return _no_feed(_kind_of_page(decoded.text, document.root), source.url, decoded)


def _finish(raw: RawFeed, decoded: Decoded, source: Source) -> ParsedFeed:
    problems = ((decoded.problem,) if decoded.problem else ()) + raw.problems
    return build_feed(raw, problems, source, decoded.encoding)


def _kind_of_page(text: str, root: str) -> str:
    if root == "html" or "<html" in text[:2000].lower():
        return "a login page" if _LOGIN.search(text) else "a page of HTML"
    return f"XML with the root element {root[:50]}" if root else "plain text"


def _no_feed(what: str, url: str, decoded: Decoded | None = None) -> ParsedFeed:
    return ParsedFeed(
        source=url,
        encoding=decoded.encoding if decoded else "",
        failure=Failure(FailureKind.NOT_A_FEED, f"not a feed but {what}"),
        feed_links=feed_links(decoded.text, url) if decoded else (),
    )
