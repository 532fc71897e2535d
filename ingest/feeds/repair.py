"""Text into XML that is safe and quick to parse: every known way of hanging or blinding the parser is closed here.

What goes: what stands before the root, the document type with its entity declarations (short plain ones are put in
place), comments and processing instructions, characters and references that XML does not allow. What is mended: HTML's
entities, bare ampersands, prefixes that nobody declared. What is bounded: the length of a text, of an author's name,
the number of attributes of a tag and of categories of an entry. All of it in linear time.
"""

from __future__ import annotations

import html.entities
import re
from dataclasses import dataclass
from itertools import count, islice, pairwise
from xml.sax.saxutils import escape

MAX_TEXT = 2_000_000  # characters of one piece of text
MAX_ATTRIBUTES = 64  # of one tag
MAX_TAGS = 10_000  # of one entry, outside CDATA
MAX_CATEGORIES = 200  # of one entry; feedparser compares each with all before it
MAX_NAME = 1_000  # characters of an author's name; feedparser searches them for addresses in quadratic time
MAX_ENTITY = 1_000  # characters that a declared entity may stand for
MAX_EXPANSION = 1_000_000  # characters that all declared entities of a document may add

KNOWN_PREFIXES = {
    "atom": "http://www.w3.org/2005/Atom",
    "atom10": "http://www.w3.org/2005/Atom",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
    "feedburner": "http://rssnamespace.org/feedburner/ext/1.0",
    "itunes": "http://www.itunes.com/DTDs/PodCast-1.0.dtd",
    "media": "http://search.yahoo.com/mrss/",
    "news": "http://www.google.com/schemas/sitemap-news/0.9",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rss": "http://backend.userland.com/rss",
    "slash": "http://purl.org/rss/1.0/modules/slash/",
    "sy": "http://purl.org/rss/1.0/modules/syndication/",
    "wfw": "http://wellformedweb.org/CommentAPI/",
    "xhtml": "http://www.w3.org/1999/xhtml",
}

# Local names of the roots of what we read.
ROOTS = frozenset(("rss", "rdf", "feed", "channel", "urlset", "sitemapindex"))

_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_SPECIAL = re.compile(r"<!\[CDATA\[|<!--|<\?|<!DOCTYPE", re.IGNORECASE)
_CLOSING = {"<![CDATA[": "]]>", "<!--": "-->", "<?": "?>"}
_SUBSET_END = re.compile(r"\]\s*>")
_ENTITY = re.compile(r"<!ENTITY\s+([\w.-]{1,50})\s+(?:\"([^\"<>]*)\"|'([^'<>]*)')\s*>", re.IGNORECASE)
_PLAIN_VALUE = re.compile(r"(?:[^&]|&#\w{1,8};)*")
_REFERENCE = re.compile(r"&(?!(?:amp|lt|gt|quot|apos);)(#?\w{0,40})(;?)")
_TAG = re.compile(r"<([A-Za-z_][\w.-]*:)?([A-Za-z_][\w.-]*)")
_FEED_TAG = re.compile(rf"<(?:[A-Za-z_][\w.-]*:)?({'|'.join(ROOTS)})\b", re.IGNORECASE)
_LONG_TAG = re.compile(r"<[A-Za-z_][^<>]{1500,}(?<!]])>")  # CDATA keeps its end; nothing else has that left
_ATTRIBUTE = re.compile(r"\s[^\s=<>\"']+\s*=\s*(?:\"[^\"]*\"|'[^']*')")
_LONG_TEXT = re.compile(rf"(?<![^<>])([^<>]{{{MAX_TEXT}}})[^<>]+")  # from where a text begins, or it is quadratic
_LONG_NAME = re.compile(
    r"(<(?:[\w.-]+:)?(?:author|creator|contributor|name|email|managingEditor|webMaster|publisher)\b[^<>]*>"
    rf"(?:<!\[CDATA\[)?[^<\]]{{{MAX_NAME}}})[^<\]]+",
    re.IGNORECASE,
)
_CATEGORY = re.compile(
    r"<((?:[\w.-]+:)?(?:category|subject))\b[^<>]*(?:/>|>(?:<!\[CDATA\[[^\]]*\]\]>|[^<])*</\1\s*>)", re.IGNORECASE
)
_USED_PREFIX = re.compile(r"<([A-Za-z_][\w.-]*):")
_DECLARED_PREFIX = re.compile(r"xmlns:([\w.-]+)\s*=")
_TAG_OR_CDATA = re.compile(r"<!\[CDATA\[.*?\]\]>|<", re.DOTALL)
_ENTRY_TAG = re.compile(r"<(?:!\[CDATA\[|(/?)(?:[A-Za-z_][\w.-]*:)?(?:item|entry)(?=[\s/>]))", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Prepared:
    """A document in pieces: what stands around the entries, and the entries. `root` is its local name, lower case."""

    root: str
    head: str = ""
    entries: tuple[str, ...] = ()
    tail: str = ""
    doctype: str = ""
    problems: tuple[str, ...] = ()


def prepare(text: str) -> Prepared:
    """Mend, bound and divide a document. What has no tag has an empty `root`."""
    legal = remove_illegal(text)
    doctype, pieces = _divide(legal)
    mender = _Mender(doctype)
    body = "".join(mender.mend(piece) if is_markup else piece for is_markup, piece in pieces)
    root, start = _find_root(body)
    head, entries, tail = _cut(_declare_prefixes(_bound(body[start:])))
    fewer = tuple(bound_tags(_bound_categories(entry)) for entry in entries)
    problems = (
        ("characters that XML does not allow were removed", len(legal) != len(text)),
        ("entity declarations were refused", mender.refused),
        ("more categories or elements than we keep", fewer != entries),
    )
    return Prepared(
        root,
        head,
        fewer,
        tail,
        doctype,
        tuple(what for what, happened in problems if happened),
    )


def remove_illegal(text: str) -> str:
    """`text` without the characters that XML 1.0 does not allow."""
    return _ILLEGAL.sub("", text)


def _divide(text: str) -> tuple[str, list[tuple[bool, str]]]:
    """The document type, and the rest in pieces of (is markup, text). Comments and instructions are left out."""
    doctype = ""
    pieces: list[tuple[bool, str]] = []
    unclosed: set[str] = set()  # where the end is missing once it is missing for good: looking on would be quadratic
    position = 0
    while match := _SPECIAL.search(text, position):
        pieces.append((True, text[position : match.start()]))
        opening = match[0].upper()
        if opening == "<!DOCTYPE":
            position = _doctype_end(text, match.end())
            doctype = doctype or text[match.start() : position]
            continue
        end = -1 if opening in unclosed else text.find(_CLOSING[opening], match.end())
        if end < 0 and opening == "<![CDATA[":
            end = len(text)  # a document that was cut off
        if end < 0:
            unclosed.add(opening)
            pieces.append((True, "&lt;" + match[0][1:]))
            position = match.end()
            continue
        if opening == "<![CDATA[":
            pieces.append((False, f"<![CDATA[{text[match.end() : min(end, match.end() + MAX_TEXT // 2)]}]]>"))
        position = end + len(_CLOSING[opening])
    pieces.append((True, text[position:]))
    return doctype[:MAX_TEXT], pieces


def _doctype_end(text: str, start: int) -> int:
    simple = text.find(">", start)
    subset = text.find("[", start, simple if simple >= 0 else len(text))
    if subset >= 0 and (closing := _SUBSET_END.search(text, subset)):
        return closing.end()
    return simple + 1 if simple >= 0 else len(text)


class _Mender:
    """Mends the references of one document, with what its document type declares."""

    def __init__(self, doctype: str) -> None:
        declared = {name: double or single for name, double, single in _ENTITY.findall(doctype)}
        self.entities = {
            name: value
            for name, value in declared.items()
            if len(value) <= MAX_ENTITY and _PLAIN_VALUE.fullmatch(value)
        }
        self.refused = len(self.entities) < doctype.upper().count("<!ENTITY")
        self.room = MAX_EXPANSION

    def mend(self, markup: str) -> str:
        if "]]>" in markup:
            markup = markup.replace("]]>", "]]&gt;")
        return _REFERENCE.sub(self._replace, markup) if "&" in markup else markup

    def _replace(self, match: re.Match[str]) -> str:
        name, semicolon = match.groups()
        if name.startswith("#"):
            return character_reference(name)
        if semicolon and name in self.entities and self.room > 0:
            self.room -= len(self.entities[name])
            return _REFERENCE.sub(lambda inner: character_reference(inner[1]), self.entities[name])
        characters = html.entities.html5.get(name + ";") if semicolon else None
        return escape(characters) if characters else f"&amp;{name}{semicolon}"


def character_reference(name: str) -> str:
    """A reference to a character that XML allows; U+FFFD in place of the others. What is no number stays as text."""
    digits = name[1:]
    try:
        code = int(digits[1:], 16) if digits[:1] in ("x", "X") else int(digits)
    except ValueError:
        return f"&amp;{name};"
    legal = 0 < code < 0x110000 and not _ILLEGAL.match(chr(code))
    return f"&#{code};" if legal else "\ufffd"


def _find_root(body: str) -> tuple[str, int]:
    """Local name and place of the root. Warnings of a broken server may stand before it, with tags of their own."""
    first = _TAG.search(body)
    if first is None:
        return "", 0
    name = first[2].lower()
    if name not in ROOTS and name != "html" and (feed := _FEED_TAG.search(body, 0, 100_000)):
        return feed[1].lower(), feed.start()
    return name, first.start()


def _bound(body: str) -> str:
    body = _LONG_NAME.sub(r"\1", _LONG_TAG.sub(_drop_attributes, body))
    if len(body) > MAX_TEXT:
        body = _LONG_TEXT.sub(r"\1", body)
    return body


def _drop_attributes(match: re.Match[str]) -> str:
    tag = match[0]
    if tag.count("=") <= MAX_ATTRIBUTES:
        return tag
    name = _TAG.match(tag)
    kept = "".join(attribute[0] for attribute in islice(_ATTRIBUTE.finditer(tag), MAX_ATTRIBUTES))
    return f"{name[0] if name else ''}{kept}{'/>' if tag.endswith('/>') else '>'}"


def bound_tags(markup: str) -> str:
    """At most `MAX_TAGS` tags. What is cut open leaves the document ill-formed, as if it ended there."""
    if markup.count("<") <= MAX_TAGS:
        return markup
    tags = (match.start() for match in _TAG_OR_CDATA.finditer(markup) if len(match[0]) == 1)
    end = next(islice(tags, MAX_TAGS, None), len(markup))
    return markup[:end]


def _bound_categories(entry: str) -> str:
    if len(entry) < MAX_CATEGORIES * len("<category/>"):
        return entry
    number = count(1)
    return _CATEGORY.sub(lambda match: match[0] if next(number) <= MAX_CATEGORIES else "", entry)


def _declare_prefixes(body: str) -> str:
    """Declare, at the root, the prefixes that are used and nowhere declared; otherwise no strict parser reads on."""
    missing = sorted(set(_USED_PREFIX.findall(body)) - set(_DECLARED_PREFIX.findall(body)) - {"xml", "xmlns"})
    root = _TAG.match(body)
    if root is None or not missing:
        return body
    declarations = (f' xmlns:{p}="{KNOWN_PREFIXES.get(p.lower(), "urn:undeclared:" + p)}"' for p in missing[:50])
    return root[0] + "".join(declarations) + body[root.end() :]


def _cut(body: str) -> tuple[str, tuple[str, ...], str]:
    """What stands before the first entry, the entries with what follows each, and what stands after the last."""
    starts: list[int] = []
    position = 0
    last_end = len(body)
    while match := _ENTRY_TAG.search(body, position):
        position = match.end()
        if match[1] is None:  # nothing in CDATA is a tag
            position = max(position, body.find("]]>", position))
        elif match[1] == "":
            starts.append(match.start())
            last_end = len(body)
        elif starts:
            last_end = body.find(">", position) + 1 or len(body)
    if not starts:
        return body, (), ""
    bounds = pairwise([*starts, last_end])
    return body[: starts[0]], tuple(body[start:end] for start, end in bounds), body[last_end:]
