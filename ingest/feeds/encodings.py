"""Bytes into text: which encoding a document is in, whatever it says.

Order: byte order mark, HTTP charset, XML declaration, detector (uchardet, by way of resiliparse). What is declared has
to decode; three declarations are known to lie and are checked against the bytes: a legacy encoding over what is valid
UTF-8, UTF-8 over what is not, and Latin letters over text that hardly has any. Names follow the WHATWG encoding
standard: each legacy label means its superset, as in browsers.
"""

from __future__ import annotations

import codecs
import re
from typing import NamedTuple

from resiliparse.parse.encoding import detect_encoding

WINDOW = 200_000  # bytes the detector looks at, from the first that is not ASCII

BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

# What a label means in practice (Encoding Standard, 4.2): the superset that its users really write.
SUPERSETS = {
    "ascii": "cp1252",
    "latin-1": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "iso8859-16": "iso8859-2",  # only detectors use it
    "tis-620": "cp874",
    "koi8-r": "koi8-u",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "big5": "big5hkscs",
    "shift_jis": "cp932",
    "euc_jp": "euc_jis_2004",
    "iso2022_jp": "iso2022_jp_ext",
    "euc_kr": "cp949",
}
LABELS = {"x-sjis": "cp932", "windows-31j": "cp932", "x-gbk": "gb18030", "x-euc-jp": "euc_jp", "unicode": "utf-8"}
PUBLIC_NAMES = {
    "big5hkscs": "big5",
    "cp932": "shift_jis",
    "cp949": "euc-kr",
    "euc_jis_2004": "euc-jp",
    "iso2022_jp_ext": "iso-2022-jp",
    "cp874": "windows-874",
    "koi8-u": "koi8-r",
}

# Where the detector errs on short texts, the document's language decides.
LANGUAGE_ENCODINGS = {
    language: encodings.split()
    for languages, encodings in (
        ("ar fa ur ps ug", "cp1256 iso8859-6"),
        ("ro pl cs sk sl hr bs hu sq", "iso8859-2 cp1250"),
        ("lt lv et", "cp1257 iso8859-13 iso8859-4"),
        ("bg be mk ru sr uk", "cp1251 koi8-u iso8859-5 cp866"),
        ("el", "cp1253 iso8859-7"),
        ("he", "cp1255 iso8859-8"),
        ("tr az", "cp1254"),
        ("th", "cp874"),
        ("vi", "cp1258"),
        ("ko", "cp949"),
        ("ja", "cp932 euc_jis_2004 iso2022_jp_ext"),
        ("zh", "gb18030 big5hkscs"),
    )
    for language in languages.split()
}
MULTIBYTE = frozenset(("gb18030", "big5hkscs", "cp932", "euc_jis_2004", "cp949"))

_DECLARATION = re.compile(rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']\s*([A-Za-z0-9._:-]{1,40})", re.IGNORECASE)
_HTML_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([A-Za-z0-9._:-]{1,40})", re.IGNORECASE)
_HTTP_CHARSET = re.compile(r"charset\s*=\s*[\"']?\s*([^\s;\"']{1,40})", re.IGNORECASE)
_LANGUAGE = re.compile(rb"(?:<(?:dc:)?language>\s*|\blang=[\"'])([A-Za-z]{2})\b", re.IGNORECASE)
_MULTIBYTE_UTF8 = re.compile(rb"[\xc2-\xf4][\x80-\xbf]+")
_LETTERS = re.compile(rb"[A-Za-z\x80-\xff]")
_TAGS = re.compile(rb"<[^<>]*>")


class Decoded(NamedTuple):
    text: str
    encoding: str
    problem: str | None = None  # when the bytes are not what was declared, or not all could be read


def decode(body: bytes, content_type: str | None = None) -> Decoded:
    """The text of a document, and the encoding it was found to be in. Never raises."""
    for mark, encoding in BYTE_ORDER_MARKS:
        if body.startswith(mark):
            return _decoded(body[len(mark) :], encoding, None)
    if wide := _wide_encoding(body[:64]):
        return _decoded(body, wide, None)
    declared = _declared(body, content_type)
    return _decoded(body, _choose(body, declared), declared[0] if declared else None)


def python_name(label: str) -> str | None:
    """Python's codec for an encoding's label, None if there is none."""
    label = label.strip().lower()
    try:
        name = codecs.lookup(LABELS.get(label, label)).name
        "".encode(name)  # LookupError for codecs that are no text encodings
    except (LookupError, ValueError):
        return None
    return SUPERSETS.get(name, name)


def _decoded(body: bytes, encoding: str, declared: str | None) -> Decoded:
    text = body.decode(encoding, "replace").removeprefix("\ufeff")
    public = PUBLIC_NAMES.get(encoding, encoding.replace("cp125", "windows-125").replace("iso8859", "iso-8859"))
    if declared and declared != encoding and not body.isascii():
        return Decoded(text, public, f"declared as {declared}, read as {public}")
    if "\ufffd" in text:
        return Decoded(text, public, f"not all bytes are {public}")
    return Decoded(text, public)


def _wide_encoding(start: bytes) -> str | None:
    """UTF-16 and UTF-32 without a mark: where the zero bytes of ASCII markup stand (XML 1.0, appendix F)."""
    pattern = bytes(byte == 0 for byte in start[:4])
    known = {b"\0\1\0\1": "utf-16-le", b"\1\0\1\0": "utf-16-be", b"\0\1\1\1": "utf-32-le", b"\1\1\1\0": "utf-32-be"}
    return known.get(pattern)


def _declared(body: bytes, content_type: str | None) -> list[str]:
    """The encodings that HTTP and the document name, in the order in which they are believed."""
    http = _HTTP_CHARSET.search(content_type or "")
    inside = _DECLARATION.search(body[:1024]) or _HTML_CHARSET.search(body[:1024])
    labels = [http[1] if http else "", inside[1].decode("ascii") if inside else ""]
    names = [name for label in labels if label and (name := python_name(label))]
    names = [name for name in names if not name.startswith(("utf-16", "utf-32"))]  # those were seen by their zeros
    return names[::-1] if names[:1] == ["cp1252"] else names  # Latin-1 is many a server's default


def _choose(body: bytes, declared: list[str]) -> str:
    if b"\x1b$" in body or b"\x1b(" in body:  # escape sequences are no text in anything but ISO 2022
        return next((name for name in declared if name.startswith("iso2022")), None) or _detect(body)
    if body.isascii():
        return "utf-8"
    is_utf8 = _decodes(body, "utf-8") or _mostly_utf8(body)
    for name in declared:
        if is_utf8 if name == "utf-8" else _decodes(body, name) and not _lies(body, name, is_utf8):
            return name
    return "utf-8" if is_utf8 else _detect(body)


def _lies(body: bytes, name: str, is_utf8: bool) -> bool:
    if is_utf8:  # by chance so only in a few characters of East Asia's encodings
        return name not in MULTIBYTE or len(_MULTIBYTE_UTF8.findall(body[:WINDOW])) > 4
    if name not in ("cp1252", "iso8859-15"):
        return False
    return _hardly_latin(body)


def _hardly_latin(body: bytes) -> bool:
    letters = b"".join(_LETTERS.findall(_TAGS.sub(b"", body[:WINDOW])))
    return sum(byte >= 0x80 for byte in letters) > len(letters) / 2


def _decodes(body: bytes, name: str) -> bool:
    try:
        body.decode(name)
    except (UnicodeDecodeError, ValueError):
        return False
    return True


def _mostly_utf8(body: bytes) -> bool:
    """UTF-8 with some damage (a cut character, a pasted byte) rather than another encoding."""
    wrong = body.decode("utf-8", "replace").count("\ufffd") - body.count(b"\xef\xbf\xbd")
    return wrong * 10 <= len(_MULTIBYTE_UTF8.findall(body))


def _detect(body: bytes) -> str:
    """The detector's word, unless the document's language knows better."""
    first = next((match.start() for match in re.finditer(rb"[\x80-\xff\x1b]", body)), 0)
    found = detect_encoding(body[max(0, first - 100) : first + WINDOW], max_len=WINDOW, html5_compatible=False)
    name = python_name(found or "")
    language = _LANGUAGE.search(body[:20_000])
    usual = LANGUAGE_ENCODINGS.get(language[1].decode("ascii").lower(), ()) if language else ()
    if usual and name not in usual:
        name = next((candidate for candidate in usual if _decodes(body, candidate)), name)
    if name in (None, "utf-8", "cp1252"):  # the detector does not know Thai
        return "cp874" if _hardly_latin(body) and _decodes(body, "cp874") else "cp1252"
    return name
