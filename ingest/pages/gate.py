"""What may be parsed at all: from the bytes of an answer to one decoded HTML text of bounded shape, or the reason why not.

Hostile pages cost time and memory inside C libraries, where nothing can interrupt them: libxml2 needs a minute for one
tag with 100,000 attributes. Everything that parses a page later relies on the limits kept here. All scans are linear.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from resiliparse.parse.encoding import detect_encoding, map_encoding_to_html5

from storage.model import Failure, FailureKind

MAX_RAW_BYTES = 25_000_000  # before scripts and data URIs are gone: some pages carry 10 MB of them
MAX_TEXT = 5_000_000  # characters of what is left
MAX_TAGS = 60_000
MAX_ATTRIBUTES = 2_000  # of one tag; libxml2 compares each with each
MAX_VALUE = 2_000  # characters of a class, a style, a data attribute: what is longer says nothing of a page's layout

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_SIGNATURES = (
    (b"%PDF-", "a PDF"),
    (b"\x89PNG\r\n", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"RIFF", "a media file"),
    (b"\x1f\x8b", "gzip data"),
    (b"PK\x03\x04", "a ZIP file"),
    (b"wOFF", "a font"),
    (b"wOF2", "a font"),
    (b"\x00\x00\x00\x18ftyp", "a video"),
    (b"\x00\x00\x00 ftyp", "a video"),
    (b"ID3", "an audio file"),
    (b"OggS", "a media file"),
    (b"\x1aE\xdf\xa3", "a video"),
)
_SUPERSETS = {"gbk": "gb18030", "euc_kr": "cp949", "shift_jis": "cp932", "big5": "big5hkscs", "iso8859-11": "cp874"}
_PAGE_TYPES = ("html", "xml", "text/plain", "octet-stream", "text/*")
_CONTROLS = re.compile("[\x01-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_FEED_ROOT = re.compile(r"\s*(?:<\?xml[^>]*>\s*)?(?:<!--[^>]*-->\s*)?<(?:rss|feed|rdf:RDF)\b", re.IGNORECASE)
_HEADER_CHARSET = re.compile(r"charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
_META_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]{2,40})", re.IGNORECASE)
_XML_CHARSET = re.compile(rb"^\s*<\?xml[^>]{0,100}?encoding\s*=\s*[\"']([\w.:-]{2,40})")
_DATA_URI = re.compile(r"data:[\w+./-]{3,60};[^\"'\s>,]{0,60},[^\"'\s>)]{200,}+")
_DROPPED = re.compile(r"<(?:(script|style|template|svg)(?=[\s>/])|(!--))", re.IGNORECASE)
_CLOSING = {name: re.compile(f"</{name}", re.IGNORECASE) for name in ("script", "style", "template", "svg")} | {
    "!--": re.compile("-->")
}
_LONG_VALUE = re.compile(
    rf"(\s(?:class|id|style|on\w+|data-[\w-]+|aria-[\w-]+|srcset|alt|title)\s*=\s*)"
    rf"(?:\"[^\"]{{{MAX_VALUE},}}+\"|'[^']{{{MAX_VALUE},}}+')",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"\"[^\"]*+\"?|'[^']*+'?")


@dataclass(frozen=True, slots=True)
class Admitted:
    """HTML that is safe to parse: decoded, without scripts (JSON-LD stays), styles, templates and data URIs."""

    html: str
    encoding: str
    problems: tuple[str, ...] = ()
    raw: str = ""  # with its scripts


def admit(body: bytes, content_type: str | None = None) -> Admitted | Failure:
    """The HTML in `body`, or why it is not to be parsed: `NO_TEXT`, `WRONG_TYPE`, `TOO_LARGE`."""
    if not body.strip(b"\x00\t\n\r\f "):
        return Failure(FailureKind.NO_TEXT, "the body is empty")
    if len(body) > MAX_RAW_BYTES:
        return Failure(FailureKind.TOO_LARGE, f"the body has {len(body):,} bytes, more than {MAX_RAW_BYTES:,}")
    if wrong := wrong_type(body, content_type):
        return Failure(FailureKind.WRONG_TYPE, wrong)
    text, encoding, problems = decode(body, content_type)
    if _FEED_ROOT.match(text):
        return Failure(FailureKind.WRONG_TYPE, "a feed, not a page")
    raw = text
    text = text.replace("\x00", "") if "\x00" in text else text
    if _is_binary(text):
        return Failure(FailureKind.NO_TEXT, "binary data, not a page")
    text = strip_bulk(text)
    if len(text) > MAX_TEXT:
        return Failure(FailureKind.TOO_LARGE, f"{len(text):,} characters without scripts, more than {MAX_TEXT:,}")
    pieces = text.split("<")
    long = [place for place, length in enumerate(map(len, pieces)) if length > MAX_VALUE]
    if excess := _excess(pieces, long):
        return Failure(FailureKind.TOO_LARGE, excess)
    return Admitted(_without_long_values(text, pieces, long), encoding, problems, raw)


def _is_binary(text: str) -> bool:
    """Whether one character in fifty is a control character, of which text has none."""
    sample = text[:10_000]
    return len(_CONTROLS.findall(sample)) * 50 > len(sample)


def wrong_type(body: bytes, content_type: str | None) -> str | None:
    """What `body` is, if it is certainly no HTML; None if it may be."""
    start = body[:512]
    for signature, name in _SIGNATURES:
        if start.startswith(signature):
            return f"{name}, not a page"
    head = start.lstrip(b"\xef\xbb\xbf \t\r\n")
    if head[:1] in (b"{", b"[") and b"<" not in body[:4096]:
        return "JSON, not a page"
    declared = (content_type or "").split(";")[0].strip().lower()
    if declared and not any(kind in declared for kind in _PAGE_TYPES) and b"<" not in body[:4096]:
        return f"the type is {declared[:60]}, not HTML"
    return None


def decode(body: bytes, content_type: str | None = None) -> tuple[str, str, tuple[str, ...]]:
    """`body` as text, the encoding used, and problems. Order: BOM, HTTP header, meta element, UTF-8, detector.

    A declaration that the bytes contradict is not believed: valid UTF-8 with multi-byte characters is UTF-8, and a
    declared encoding that fails on more than one character in a thousand gives way to the detector.
    """
    for bom, name in _BOMS:
        if body.startswith(bom):
            return body[len(bom) :].decode(name, "replace"), name, ()
    if wide := _utf16_without_bom(body):
        return body.decode(wide, "replace"), wide, ("UTF-16 without a byte order mark",)
    declared = _declared_encoding(body, content_type)
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        pass
    else:
        if (declared not in (None, "utf-8") and not text.isascii()) or declared in (None, "utf-8"):
            contradicted = declared is not None and declared != "utf-8"
            return text, "utf-8", (f"declared {declared}, is utf-8",) if contradicted else ()
        return body.decode(declared or "utf-8", "replace"), declared or "utf-8", ()
    guessed = detect_encoding(body)
    for candidate in (declared, map_encoding_to_html5(guessed) if guessed else None):
        if candidate:
            text = body.decode(candidate, "replace")
            if text.count("\ufffd") * 1000 <= len(text):
                return text, candidate, () if candidate == declared else (f"encoding guessed as {candidate}",)
    fallback = declared or "windows-1252"
    return body.decode(fallback, "replace"), fallback, ("undecodable bytes",)


def _declared_encoding(body: bytes, content_type: str | None) -> str | None:
    """The Python codec for the encoding that the header or the document names (labels as in the WHATWG standard)."""
    labels = [match.group(1) for match in (_HEADER_CHARSET.search(content_type or ""),) if match]
    head = body[:4096]
    labels += [
        m.group(1).decode("ascii", "ignore") for m in (_META_CHARSET.search(head), _XML_CHARSET.match(head)) if m
    ]
    for label in labels:
        name = str(map_encoding_to_html5(label, fallback_utf8=False) or "")
        if name.startswith("utf-16"):
            name = "utf-8"  # HTML standard: a document that can name itself in ASCII is not UTF-16
        if name := _SUPERSETS.get(name, name):
            return name
    return None


def _utf16_without_bom(body: bytes) -> str | None:
    head = body[:2000]
    pairs = len(head) // 2
    if pairs < 8:
        return None
    if head[1::2].count(0) > 0.6 * pairs and head[::2].count(0) < 0.1 * pairs:
        return "utf-16-le"
    if head[::2].count(0) > 0.6 * pairs and head[1::2].count(0) < 0.1 * pairs:
        return "utf-16-be"
    return None


def strip_bulk(text: str) -> str:
    """`text` without comments, scripts (JSON-LD stays), styles, templates, drawings and the content of data URIs.

    Measured: .003 of F1, a tenth of the parsing time, and pages whose one script exceeds libxml2's limit of 10 MB.
    """
    parts: list[str] = []
    done = 0
    closings: dict[str, int] = {}
    while match := _DROPPED.search(text, done):
        name = (match[1] or match[2]).lower()
        end, closed = _span(text, name, match, closings)
        parts.append(text[done : end if closed and _is_json_ld(text, name, match.end()) else match.start()])
        done = end
    parts.append(text[done:])
    stripped = "".join(parts)
    return _DATA_URI.sub("data:,", stripped) if ";base64," in stripped else stripped


def _span(text: str, name: str, match: re.Match[str], closings: dict[str, int]) -> tuple[int, bool]:
    """Where the element begun at `match` ends, and whether it was closed. What was never closed ends as in a browser."""
    opened = (text.find(">", match.end()) + 1) or len(text)
    if name == "svg" and text[opened - 2 : opened] == "/>":
        return opened, True
    start = match.end() - 2 if name == "!--" else match.end()
    close = _next(text, name, start, closings)
    if name == "!--":
        return (close + 3, True) if close >= 0 else (match.end(), False)
    if close >= 0:
        return (text.find(">", close) + 1) or len(text), True
    return (len(text) if name in ("script", "style") else opened), False


def _next(text: str, name: str, start: int, found: dict[str, int]) -> int:
    """Where the next end of `name` stands, or -1; what was not found once is not looked for again, or it were quadratic."""
    known = found.get(name, 0)
    if known < 0 or known >= start:
        return known
    match = _CLOSING[name].search(text, start)
    found[name] = match.start() if match else -1
    return found[name]


def _is_json_ld(text: str, name: str, start: int) -> bool:
    return name == "script" and "ld+json" in text[start : min(text.find(">", start), start + 500)].lower()


def _excess(pieces: list[str], long: list[int]) -> str | None:
    """Whether there are too many tags, or a tag that is long enough for too many attributes and has them.

    `pieces` is the text cut at each `<`, `long` are the places of long ones. Attributes that hide in quoted `<` count as
    tags, so they cannot be many either.
    """
    if len(pieces) > MAX_TAGS and len(pieces) - sum(piece.startswith("/") for piece in pieces) > MAX_TAGS:
        return f"more than {MAX_TAGS:,} tags"
    for piece in (pieces[place] for place in long):
        if len(piece) > 2 * MAX_ATTRIBUTES and len(_QUOTED.sub("", piece.partition(">")[0]).split()) > MAX_ATTRIBUTES:
            return f"a tag with more than {MAX_ATTRIBUTES:,} attributes"
    return None


def _without_long_values(text: str, pieces: list[str], long: list[int]) -> str:
    """The text without attributes of which every search in the tree would read millions of characters again."""
    if not long:
        return text
    for place in long:
        pieces[place] = _LONG_VALUE.sub(r"\1''", pieces[place])
    return "<".join(pieces)
