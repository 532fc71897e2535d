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


class Place:
    """An element that holds blocks, with what its own names say and the chain of places around it."""

    __slots__ = ("_hints", "element", "parent", "tag")

    def __init__(self, element: HtmlElement, tag: str, parent: Place | None) -> None:
        self.element = element
        self.tag = tag
        self.parent = parent
        self._hints: frozenset[str] | None = frozenset() if tag in ("html", "body") else None

    @property
    def hints(self) -> frozenset[str]:
        """What the names of the element say of it; read when first asked for, most places are never asked."""
        if self._hints is None:
            self._hints = hints_of(self.element)
        return self._hints

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

    def add(self, text: str) -> None:
        self.parts.append(text)
        if self.in_link:
            self.linked += len(text.strip())

    def flush(self, place: Place) -> None:
        text = "".join(self.parts)
        self.parts.clear()
        if text and not text.isspace():
            share = self.linked / len(text.strip()) if self.linked else 0.0
            for line in _lines(text):
                self.blocks.append(Block(line, place.tag, place, round(share * len(line)), self.links))
        self.linked = self.links = 0

    def element(self, element: HtmlElement, place: Place) -> None:
        tag = element.tag
        if tag in BLOCK_TAGS:
            if not _is_hidden(element):
                self.block(element, Place(element, tag, place), place)
        elif tag == "br":
            self.parts.append(_BREAK)
        elif tag == "a":
            self.in_link += 1
            self.links += 1
            self.children(element, place)
            self.in_link -= 1
        elif tag in SKIPPED_TAGS or not isinstance(tag, str) or _is_hidden(element):
            return
        elif tag == "q":
            self.parts.append("“")
            self.children(element, place)
            self.parts.append("”")
        else:
            self.children(element, place)

    def block(self, element: HtmlElement, place: Place, outer: Place) -> None:
        if self.parts:
            self.flush(outer)
        if place.tag == "tr" and (row := _data_row(element)):
            self.blocks.append(Block(row, "tr", place, 0, 0))
            return
        self.children(element, place)
        if self.parts:
            self.flush(place)

    def children(self, element: HtmlElement, place: Place) -> None:
        if text := element.text:
            self.add(text.replace("\n\n", _BREAK * 2) if place.tag == "pre" else text)
        for child in element:
            self.element(child, place)
            if tail := child.tail:
                self.add(tail)


def cut_blocks(root: HtmlElement) -> list[Block]:
    """The blocks of a document in reading order; hidden elements, scripts and controls are left out."""
    walk = _Walk()
    body = root.find("body")
    start = body if body is not None else root
    place = Place(start, str(start.tag), None)
    walk.children(start, place)
    walk.flush(place)
    return walk.blocks


def _is_hidden(element: HtmlElement) -> bool:
    names = element.keys()
    if "style" in names:
        style = element.get("style") or ""
        if len(style) < 2000 and _HIDING.search(style):
            return True
    return "hidden" in names and element.get("hidden") != "until-found"


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
