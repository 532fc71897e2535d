"""A page as a list of blocks: what a reader sees as one paragraph, heading, list item or table row, in order.

The engine says which text is the article; blocks know where that text stood. They are cut from the same tree once and
carry what later decisions need: the element, the share of linked text, and the chain of places that hold them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import cast

from lxml import etree
from lxml.html import HtmlElement

from ingest.pages.hints import hints_of
from ingest.pages.letters import letters
from ingest.text import remove_unwanted

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
_SENTENCE_END = re.compile(r"[.!?:…。！？：؟۔।]['\"”’»)\]]*$")
_HIDING = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_MAYBE_HIDDEN = etree.XPath("//*[@hidden or @style]")
LONG = 60  # letters of a paragraph that may vote for what the article is
_SENTENCE = re.compile(r"[.!?…。！？؟۔।]['\"”’»)\]]*$")
_FOREIGN = frozenset(("comment", "related", "newsletter", "author", "nav", "ad", "caption", "hidden", "aside"))
_FOREIGN_TAGS = frozenset(("nav", "aside", "footer", "form", "figure", "figcaption", "li", "button"))
_MAX_CELL = 160  # characters; longer cells are layout


class Place:
    """An element that holds blocks, with what its own names say and the chain of places around it.

    Counted over all blocks in it, at any depth: characters, those of them in links, and how many links. `left_out` says
    why nothing in it can be of the article, if that is so.
    """

    __slots__ = ("_foreign", "_hints", "characters", "element", "left_out", "linked", "links", "parent", "tag")

    def __init__(self, element: HtmlElement, tag: str, parent: Place | None) -> None:
        self.element = element
        self.tag = tag
        self.parent = parent
        self.characters = self.linked = self.links = 0
        self.left_out = ""
        self._hints: frozenset[str] | None = frozenset() if tag in ("html", "body") else None
        self._foreign: bool | None = None

    @property
    def hints(self) -> frozenset[str]:
        """What the names of the element say of it; read when first asked for, most places are never asked."""
        if self._hints is None:
            self._hints = hints_of(self.element)
        return self._hints

    @property
    def is_foreign(self) -> bool:
        """Whether it belongs to something else on the page than the text of the article, going by names and tags."""
        if self._foreign is None:
            own = self.tag in _FOREIGN_TAGS or not self.hints.isdisjoint(_FOREIGN)
            self._foreign = own or (self.parent is not None and self.parent.is_foreign)
        return self._foreign

    def chain(self) -> Iterator[Place]:
        """This place and those around it, innermost first."""
        place: Place | None = self
        while place is not None:
            yield place
            place = place.parent


class Block:
    """A piece of text between two block boundaries. `tag` is that of the nearest block element; `tr` is a data row.

    `linked`: characters of `text` inside links; `links`: how many links.
    """

    __slots__ = ("_key", "link_share", "linked", "links", "place", "tag", "text")

    def __init__(self, text: str, place: Place, linked: int = 0, links: int = 0) -> None:
        self.text = text
        self.tag = place.tag
        self.place = place
        self.linked = linked
        self.links = links
        self.link_share = min(1.0, linked / len(text)) if linked else 0.0
        self._key: str | None = None
        place.characters += len(text)
        place.linked += linked
        place.links += links

    @property
    def key(self) -> str:
        """Its letters, by which it is compared; read when first asked for, what is no article is never asked."""
        if self._key is None:
            self._key = letters(self.text)
        return self._key

    @property
    def is_prose(self) -> bool:
        """A paragraph that could be of an article, going by its shape and its place alone."""
        if self.tag != "p" or len(self.text) < LONG or self.link_share > 0.3 or self.place.is_foreign:
            return False
        return len(self.key) >= LONG and ends_sentence(self.text)


def ends_sentence(text: str) -> bool:
    """Whether a text ends as a sentence does."""
    return bool(_SENTENCE.search(text[-8:]))


@dataclass(frozen=True, slots=True)
class Layout:
    """A page cut into blocks. `places`: outer ones first; `unread`: elements of which nothing is in any block;
    `unseen`: those of them that may hold text which readers are not shown."""

    blocks: Sequence[Block]
    places: Sequence[Place]
    unread: Sequence[HtmlElement]
    unseen: Sequence[HtmlElement]

    def left(self) -> list[Block]:
        """The blocks that may be of the article."""
        return [block for block in self.blocks if not block.place.left_out]


class _Walk:
    """One pass over a tree. State between two block boundaries: the text so far, and how much of it is linked."""

    def __init__(self, hidden: frozenset[HtmlElement]) -> None:
        self.hidden = hidden
        self.blocks: list[Block] = []
        self.places: list[Place] = []
        self.unread: list[HtmlElement] = []
        self.unseen: list[HtmlElement] = []
        self.parts: list[str] = []
        self.linked = self.links = self.in_link = 0

    def add(self, text: str) -> None:
        if self.parts or not text.isspace():  # white space between two blocks is no text
            self.parts.append(text)
            if self.in_link:
                self.linked += len(text.strip())

    def flush(self, place: Place) -> None:
        text = "".join(self.parts)
        self.parts.clear()
        if _BREAK in text:
            lines = _lines(text)
            share = self.linked / max(1, sum(map(len, lines)))
            self.blocks += [Block(line, place, round(share * len(line)), self.links) for line in lines]
        elif line := _fold(text):
            self.blocks.append(Block(line, place, self.linked, self.links))
        self.linked = self.links = 0

    def inside(self, element: HtmlElement, place: Place) -> None:
        """What `element` holds; its own text belongs to `place`."""
        if text := element.text:
            self.add(text.replace("\n\n", _BREAK * 2) if place.tag == "pre" else text)
        for child in element:
            tag = child.tag
            if tag == "br":
                self.parts.append(_BREAK)
            elif tag in SKIPPED_TAGS or child in self.hidden:
                self.unread.append(child)
                if tag == "noscript" or tag not in SKIPPED_TAGS:
                    self.unseen.append(child)
            elif tag in BLOCK_TAGS:
                self.block(child, Place(child, tag, place))
            else:
                self.inline(child, tag, place)
            if tail := child.tail:
                self.add(tail)

    def block(self, element: HtmlElement, place: Place) -> None:
        if self.parts and place.parent:
            self.flush(place.parent)
        self.places.append(place)
        if place.tag == "tr" and (row := _data_row(element)):
            self.blocks.append(Block(row, place))
            return
        self.inside(element, place)
        if self.parts:
            self.flush(place)

    def inline(self, element: HtmlElement, tag: str, place: Place) -> None:
        before = len(self.parts), len(self.blocks), len(self.places)
        if tag == "a":
            self.in_link += 1
            self.links += 1
            self.inside(element, place)
            self.in_link -= 1
        elif tag == "q":
            self.parts.append("“")
            self.inside(element, place)
            self.parts.append("”")
        else:
            self.inside(element, place)
        if before == (len(self.parts), len(self.blocks), len(self.places)):
            self.unread.append(element)


def cut_blocks(root: HtmlElement) -> Layout:
    """The blocks of a document in reading order; hidden elements, scripts and controls are left out."""
    maybe = cast("list[HtmlElement]", _MAYBE_HIDDEN(root))
    walk = _Walk(frozenset(element for element in maybe if _is_hidden(element)))
    body = root.find("body")
    start = body if body is not None else root
    walk.block(start, Place(start, str(start.tag), None))
    for place in reversed(walk.places):
        if place.parent:
            place.parent.characters += place.characters
            place.parent.linked += place.linked
            place.parent.links += place.links
    return Layout(walk.blocks, walk.places, walk.unread, walk.unseen)


def unseen_prose(layout: Layout) -> str:
    """The paragraphs of the element that says most of what readers are not shown: print markup, or text for browsers
    without scripts; a paragraph a line."""
    texts = (
        "\n".join(block.text for block in cut_blocks(element).blocks if block.is_prose) for element in layout.unseen
    )
    return max(texts, key=len, default="")


def _is_hidden(element: HtmlElement) -> bool:
    style = element.get("style")
    if style and len(style) < 2000 and _HIDING.search(style):
        return True
    return bool(element.get("hidden", "until-found") != "until-found")


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
    return remove_unwanted(" ".join(text.split()))
