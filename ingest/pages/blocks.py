"""A page as a list of blocks: what a reader sees as one paragraph, heading, list item or table row, in order.

The engine says which text is the article; blocks know where that text stood. They are cut from the same tree once and
carry what later decisions need: the element, the share of linked text, and the chain of places that hold them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lxml.html import HtmlElement

from ingest.pages.hints import hints_of

BLOCK_TAGS = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "button",
        "caption",
        "center",
        "dd",
        "details",
        "dialog",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hgroup",
        "hr",
        "html",
        "li",
        "main",
        "menu",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "summary",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "ul",
        "legend",
        "label",
    ]
)
SKIPPED_TAGS = frozenset(
    [
        "script",
        "style",
        "template",
        "svg",
        "head",
        "iframe",
        "frame",
        "object",
        "embed",
        "canvas",
        "select",
        "textarea",
        "noscript",
        "audio",
        "video",
        "map",
        "datalist",
        "input",
        "progress",
        "meter",
        "img",
        "picture",
        "source",
        "track",
        "link",
        "meta",
        "title",
    ]
)
SECTIONS = frozenset(
    [
        "aside",
        "nav",
        "header",
        "footer",
        "form",
        "button",
        "ul",
        "ol",
        "li",
        "table",
        "blockquote",
        "figure",
        "figcaption",
        "details",
    ]
)
_BREAK = "\x01"
_WHITE = re.compile(r"[ \t\r\n\f\v\u00a0\u2000-\u200a\u202f\u205f\u3000]+")
_SENTENCE_END = re.compile(r"[.!?:…。！？：؟۔।]['\"”’»)\]]*$")
_HIDING = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_MAX_CELL = 160  # characters; longer cells are layout


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """An element that holds blocks, with what its own names say and the chain of places around it."""

    element: HtmlElement
    tag: str
    hints: frozenset[str]
    parent: Place | None

    def chain(self) -> Iterator[Place]:
        """This place and those around it, innermost first."""
        place: Place | None = self
        while place is not None:
            yield place
            place = place.parent


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """A piece of text between two block boundaries. `tag` is that of the nearest block element; `tr` is a data row."""

    text: str
    tag: str
    place: Place
    linked: int  # characters of `text` inside links
    links: int  # how many links

    @property
    def link_share(self) -> float:
        return min(1.0, self.linked / max(1, len(self.text)))


class _Walk:
    """One pass over a tree. State between two block boundaries: the text so far, and how much of it is linked."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.parts: list[str] = []
        self.linked = 0
        self.links = 0
        self.in_link = 0

    def add(self, text: str | None) -> None:
        if text:
            self.parts.append(text)
            if self.in_link:
                self.linked += len(text.strip())

    def flush(self, place: Place) -> None:
        if not self.parts:
            return
        text = "".join(self.parts)
        for line in _lines(text):
            share = self.linked * len(line) // max(1, len(text.strip())) if self.linked else 0
            self.blocks.append(Block(line, place.tag, place, share, self.links))
        self.parts.clear()
        self.linked = self.links = 0

    def element(self, element: HtmlElement, place: Place) -> None:
        tag = element.tag
        if not isinstance(tag, str) or tag in SKIPPED_TAGS or _is_hidden(element):
            return
        if tag == "br":
            self.parts.append(_BREAK)
            return
        if tag == "q":
            self.parts.append("“")
        if tag == "a":
            self.in_link += 1
            self.links += 1
        if tag in BLOCK_TAGS:
            self.flush(place)
            inner = Place(element, tag, hints_of(element), place)
            if tag == "tr" and (row := _data_row(element)):
                self.blocks.append(Block(row, "tr", inner, 0, 0))
            else:
                self.children(element, inner)
                self.flush(inner)
        else:
            self.children(element, place)
        if tag == "a":
            self.in_link -= 1
        if tag == "q":
            self.parts.append("”")

    def children(self, element: HtmlElement, place: Place) -> None:
        self.add(element.text.replace("\n\n", _BREAK * 2) if element.text and place.tag == "pre" else element.text)
        for child in element:
            self.element(child, place)
            self.add(child.tail)


def cut_blocks(root: HtmlElement) -> list[Block]:
    """The blocks of a document in reading order; hidden elements, scripts and controls are left out."""
    walk = _Walk()
    body = root.find("body")
    start = body if body is not None else root
    place = Place(start, str(start.tag), frozenset(), None)
    walk.children(start, place)
    walk.flush(place)
    return walk.blocks


def _is_hidden(element: HtmlElement) -> bool:
    if element.get("hidden") is not None and element.get("hidden") != "until-found":
        return True
    style = element.get("style")
    return bool(style and len(style) < 2000 and _HIDING.search(style))


def _data_row(row: HtmlElement) -> str | None:
    """A table row as one line, if its cells hold data; None if the table is there for layout."""
    cells = [cell for cell in row if cell.tag in ("td", "th")]
    if len(cells) < 2 or row.find(".//table") is not None or row.find(".//p") is not None:
        return None
    texts = [_fold("".join(cell.itertext())) for cell in cells]
    if max(map(len, texts)) > _MAX_CELL or sum(map(bool, texts)) < 2:
        return None
    return " | ".join(text for text in texts if text)


def _lines(text: str) -> list[str]:
    """The paragraphs of a block: `<br>` ends one if doubled, or where a sentence or a short line ends."""
    if _BREAK not in text:
        folded = _fold(text)
        return [folded] if folded else []
    lines: list[str] = []
    gap = True
    for piece in map(_fold, text.split(_BREAK)):
        if not piece:
            gap = True
        elif gap or not lines or _ends_line(lines[-1], piece):
            lines.append(piece)
            gap = False
        else:
            lines[-1] += " " + piece
    return lines


def _ends_line(line: str, following: str) -> bool:
    return bool(_SENTENCE_END.search(line[-8:])) or not following[0].islower()


def _fold(text: str) -> str:
    return _WHITE.sub(" ", text).strip()
