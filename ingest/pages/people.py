"""Authors: persons or desks, each once, without "By", roles, addresses and the site's name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from ingest.pages.blocks import Block
from ingest.pages.head import Head
from ingest.pages.jsonld import Claims
from ingest.pages.letters import letters
from ingest.text import clean_line

MAX_AUTHORS = 20
_METAS = (
    "author", "article:author", "parsely-author", "byl", "dc.creator", "dcterms.creator", "dc:creator", "sailthru.author",
    "cxenseparse:author", "article:author_name", "author_name", "citation_author", "lp.article:author", "mrf:authors",
    "shareaholic:article_author_name", "twitter:data1",
)  # fmt: skip
_BY = re.compile(
    r"^(?:(?:written|posted|published|story|words|reported|text|interview|review|analysis|opinion|photos?)\s+)?"
    r"(?:by|von|par|por|di|da|от|oleh|yazan|بقلم|تحریر|द्वारा|作者|记者|文)\b[:：]?\s*|^(?-i:By)(?=[A-Z])",
    re.IGNORECASE,
)
_LABEL = re.compile(
    r"^(?:authors?|reporters?|writers?|byline|autore?(?:s|in|en)?|auteurs?|texto|text|testo|yazar|haber|penulis|reporter|editor"
    r"|автор(?:ы)?|текст|الكاتب|کاتب|लेखक|记者|作者|编辑|来源)\s*[:：]\s*",
    re.IGNORECASE,
)
_AND = re.compile(
    r"\s*(?:;|\||•|·|、|，|،|\n| & |(?<!\w)(?:(?i:and|und|with|mit|avec)|et|y|e|и|و|اور|और|ve|dan|con|com)(?![\w.]))\s*"
)
_TAIL = re.compile(
    r"\s+(?:\||–|—|-|•|/)\s+.*$|\s+(?:for|at|of|in|is|from|für|pour|para|per|special to)\s+.*$|\s*\(.*$|\s*<.*$",
    re.IGNORECASE,
)
_CONTACT = re.compile(r"\S*@\S+|https?://\S+|www\.\S+")
_ROLE = re.compile(
    r"^(?:(?:senior|staff|chief|contributing|associate|managing|deputy|executive|assistant|special|political|national|science|"
    r"health|tech(?:nology)?|business|sports?|news|digital|video|investigative|freelance|lead|principal|entertainment|features?|general)\s+)*"
    r"(?:editor|writer|reporter|correspondent|columnist|contributor|producer|photographer|journalist|author|blogger|editor-in-chief|"
    r"redakteur(?:in)?|journaliste|redactor|redazione|korrespondent(?:in)?)s?\b.*$",
    re.IGNORECASE,
)
_SUFFIX = re.compile(r"^(?:jr|sr|ph\.?\s?d|m\.?\s?d|esq|mba|rdn?|ms|cpa|jd|dds|iii?|iv|rn|lcsw|clc)\.?$", re.IGNORECASE)
_DATE = re.compile(r"\d|\bago\b", re.IGNORECASE)
_CREDENTIALS = re.compile(r"[A-Z][A-Za-z.]{0,4}[A-Z]\.?(?:-[A-Z]+)?")
_AUTHOR_PAGE = re.compile(
    r"/(?:authors?|staff|by|people|person|profiles?|contributors?|reporters?|journalists?|writers?|columnists?|autore?s?|autoren|auteurs?"
    r"|redakteure?|firmas?|yazar(?:lar)?|penulis|bio|team|redaksi)/[^/?#]+",
    re.IGNORECASE,
)
_SOMEWHERE_BY = re.compile(r"\bby\s+(?=[A-Z])")
_OTHERS = frozenset(("related", "comment"))
_FRAME = frozenset(("nav", "footer", "aside", "figcaption"))
_NOT_A_NAME = frozenset(
    [
        "admin",
        "administrator",
        "editor",
        "editors",
        "staff",
        "author",
        "authors",
        "guest",
        "anonymous",
        "unknown",
        "null",
        "none",
        "undefined",
        "user",
        "webmaster",
        "web",
        "default",
        "redaktion",
        "redaction",
        "redaccion",
        "redacao",
        "redazione",
        "wordpress",
        "published",
        "updated",
        "posted",
        "share",
        "follow",
        "comments",
        "comment",
        "by",
        "view",
        "profile",
        "see",
    ]
)


def choose_authors(
    blocks: Sequence[Block], head: Head, claims: Claims, *, names: Iterable[str], feed_authors: Sequence[str] = ()
) -> tuple[tuple[str, ...], str]:
    """The authors and their source: what the publisher declares, then what the page shows, then the feed."""
    known = {key for name in names if (key := letters(name))}
    sources: list[tuple[str, Iterable[str]]] = [("json-ld", claims.authors)]
    sources += [
        (name, head.metas.get(name, ())) for name in _METAS if name != "twitter:data1" or _twitter_says_author(head)
    ]
    sources += [("byline", _bylines(blocks)), ("json-ld", claims.desks), ("feed", feed_authors)]
    for source, texts in sources:
        found = tuple(dict.fromkeys(name for text in texts for name in split_names(text) if letters(name) not in known))
        if found:
            return _unique(found)[:MAX_AUTHORS], source
    return (), ""


def split_names(text: str) -> Iterator[str]:
    """The names in a byline.

    >>> list(split_names("By Jane Doe, Staff Writer and John Q. Public Jr. | The Daily"))
    ['Jane Doe', 'John Q. Public Jr.']
    """
    text = clean_line(_CONTACT.sub(" ", text[:300]))
    text = _LABEL.sub("", _BY.sub("", _LABEL.sub("", text)))
    for group in _AND.split(_TAIL.sub("", text) if "|" not in text[:3] else text):
        pieces = group.split(",")
        if (
            len(pieces) == 2
            and len(pieces[0].split()) == 1
            and len(pieces[1].split()) == 1
            and not _SUFFIX.match(pieces[1].strip())
        ):
            pieces = [f"{pieces[1].strip()} {pieces[0].strip()}"]  # family name first
        for place, piece in enumerate(pieces):
            name = _tidy(piece)
            if _is_name(name) and not (place and _CREDENTIALS.fullmatch(name)):
                yield name


def _tidy(name: str) -> str:
    name = _BY.sub("", name.strip(" \t.,:;-–—/|@*\"'“”‘’()[]")) if name else ""
    name = _TAIL.sub("", name).strip()
    if name.isupper() and len(name) > 5 and name.isascii():
        name = name.title()
    return re.sub(r"\b(Jr|Sr|[A-Z]\.[A-Z])$", r"\1.", name)


def _is_name(name: str) -> bool:
    if (
        not 2 <= len(name) <= 70
        or len(name.split()) > 7
        or _DATE.search(name)
        or _ROLE.match(name)
        or _SUFFIX.match(name)
    ):
        return False
    words = name.lower().split()
    return not (all(word in _NOT_A_NAME for word in words) or "/" in name or name.startswith(("http", "www")))


def _twitter_says_author(head: Head) -> bool:
    return head.first("twitter:label1").lower() in ("written by", "author", "by")


def _bylines(blocks: Sequence[Block]) -> Iterator[str]:
    """What the page shows as its authors near the heading: by the precise marks first."""
    heading = next((index for index, block in enumerate(blocks) if block.tag == "h1"), 0)
    near = [
        block
        for block in blocks[max(0, heading - 6) : heading + 25]
        if len(block.text) < 200 and block.tag != "h1" and not _is_elsewhere(block)
    ]
    for search in (_marked, _linked, _told, _classed):
        if found := [text for block in near for text in search(block)]:
            yield from found
            return


def _is_elsewhere(block: Block) -> bool:
    """Whether the block belongs to another article, to readers' comments or to the frame of the page."""
    places = list(block.place.chain())
    return any(place.hints & _OTHERS for place in places[:4]) or any(place.tag in _FRAME for place in places)


def _marked(block: Block) -> Iterator[str]:
    """Elements with `rel="author"` or `itemprop="author"`."""
    for place in list(block.place.chain())[:2]:
        if place.element.get("rel") == "author" or "author" in (place.element.get("itemprop") or "").split():
            yield block.text
            return
    for element in block.place.element.iterdescendants("a", "span"):
        if element.get("rel") == "author" or "author" in (element.get("itemprop") or "").split():
            yield clean_line("".join(element.itertext()))


def _linked(block: Block) -> Iterator[str]:
    """Links to the page of an author."""
    for anchor in block.place.element.iter("a") if block.links else ():
        if _AUTHOR_PAGE.search(anchor.get("href") or ""):
            yield clean_line("".join(anchor.itertext()))


def _told(block: Block) -> Iterator[str]:
    """A line such as "By Jane Doe" or "posted on Monday by Jane Doe"."""
    match = _BY.match(block.text) or _LABEL.match(block.text) or _SOMEWHERE_BY.search(block.text)
    if match and match.end():
        names = re.split(r"\s*[|•·]\s*|,?\s+(?=\d)|\s[–—-]\s", block.text[match.end() :])[0]
        words = names.split()
        if 1 < len(words) <= 10 and all(word[0].isupper() or not word[0].isascii() for word in words if len(word) > 3):
            yield names


def _classed(block: Block) -> Iterator[str]:
    """A short line in an element that is named after the author."""
    if "author" in block.place.hints and 1 < len(block.text.split()) <= 8:
        yield block.text


def _unique(names: Sequence[str]) -> tuple[str, ...]:
    """Without names that are part of another."""
    keys = [letters(name) for name in names]
    return tuple(
        name
        for index, (name, key) in enumerate(zip(names, keys, strict=True))
        if not any(key == other and place < index for place, other in enumerate(keys))
    )
