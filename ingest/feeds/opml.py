"""OPML, the lists of feeds that readers exchange: bytes into a tree of outlines, and back.

Read as leniently as feeds are: encodings, bare ampersands, HTML's entities, missing end tags, attributes in any case
(`xmlurl`). Entity declarations go before the parser sees the text. Call `read_opml` in a worker with a wall clock and a
memory limit.

OPML 2.0: http://opml.org/spec2.opml
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from lxml import etree

from ingest.feeds.encodings import decode
from ingest.feeds.recovery import recovered
from ingest.feeds.repair import prepare
from ingest.text import clean_line
from storage.model import Failure, FailureKind

NAMESPACE = "urn:ingest:opml"  # of the attributes that say what OPML has no word for
ROOTS = frozenset(("opml", "outlinedocument"))  # the second before OPML 1.0
MAX_SIZE = 5_000_000  # bytes
MAX_OUTLINES = 50_000
MAX_DEPTH = 50  # folders in folders; what stands deeper comes into the deepest one
MAX_NAMED = 20  # of the outlines that damage left without an address

_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0, 2.2
# A quote that neither opens nor closes a value: `title="Газета "Коммерсантъ""`, as many lists have it.
_INNER_QUOTE = re.compile(r"""(?<!=)(?<!= )"(?!\s{1,200}[A-Za-z_][\w:.-]{0,50} ?= ?["']|\s{0,200}[/?]?>)""")
_WRITABLE = re.compile(r"(?:\{[^{}\s]+\})?[A-Za-z_][\w.-]*")  # attributes of any other name cannot be written again
_NAMES = {name.lower(): name for name in ("text", "title", "type", "xmlUrl", "htmlUrl", "url", "language")}
_FEED_TYPES = frozenset(("rss", "atom", "feed", "rdf"))


@dataclass(frozen=True, slots=True)
class Outline:
    """One `<outline>`: its attributes, and the outlines in it. Names of our namespace are written `{urn:…}name`."""

    attributes: Mapping[str, str]
    children: tuple[Outline, ...] = ()


@dataclass(frozen=True, slots=True)
class Opml:
    """A list of feeds, read. `problems` are what was wrong and got by."""

    outlines: tuple[Outline, ...]
    title: str = ""
    problems: tuple[str, ...] = ()


def read_opml(body: bytes) -> Opml | Failure:
    """The outlines of an OPML file; a Failure for what is none. Never raises."""
    if len(body) > MAX_SIZE:
        return Failure(FailureKind.TOO_LARGE, f"more than {MAX_SIZE // 1_000_000} MB")
    decoded = decode(body)
    document = prepare(decoded.text)
    if document.root not in ROOTS:
        found = f"begins with <{clean_line(document.root)[:50]}>" if document.root else "holds no markup"
        return Failure(FailureKind.WRONG_TYPE, f"not an OPML file: it {found}")
    text = "".join((document.head, *document.entries, document.tail))
    root, well_formed = recovered(text)
    if not well_formed:
        root, _ = recovered(_INNER_QUOTE.sub("&quot;", text))
    if root is None:
        return Failure(FailureKind.MALFORMED, "not an OPML file: it cannot be read as XML")
    reader = _Reader()
    outlines = reader.children(root, 0)
    problems = [problem for problem in (decoded.problem, *document.problems) if problem]
    if not well_formed:
        problems.append("not well-formed XML; what could be read was")
        problems += [f"no address could be read for {title!r}" for title in _bare(outlines)][:MAX_NAMED]
    if reader.room < 0:
        problems.append(f"more than {MAX_OUTLINES:,} outlines; the rest was left out")
    title = next((element.text for element in root.iter("{*}title") if element.text), "")
    return Opml(outlines, clean_line(title)[:300], tuple(problems))


def write_opml(outlines: Iterable[Outline], *, title: str) -> bytes:
    """An OPML 2.0 file, UTF-8, the same for the same outlines. Characters that XML does not allow are left out."""
    root = etree.Element("opml", {"version": "2.0"}, nsmap={"ingest": NAMESPACE})
    head = etree.SubElement(root, "head")
    etree.SubElement(head, "title").text = _legal(title)
    _write(etree.SubElement(root, "body"), outlines)
    etree.indent(root)
    return etree.tostring(root, xml_declaration=True, encoding="utf-8") + b"\n"


def _bare(outlines: Iterable[Outline]) -> Iterator[str]:
    """The titles of outlines that are neither feed nor folder: what damage left of them."""
    for outline in outlines:
        if not outline.children and "xmlUrl" not in outline.attributes:
            yield clean_line(outline.attributes.get("title") or outline.attributes.get("text", ""))[:100]
        yield from _bare(outline.children)


def _write(parent: etree._Element, outlines: Iterable[Outline]) -> None:
    for outline in outlines:
        attributes = {name: _legal(value) for name, value in outline.attributes.items()}
        _write(etree.SubElement(parent, "outline", attributes), outline.children)


def _legal(text: str) -> str:
    return _ILLEGAL.sub("", text)


class _Reader:
    """Builds outlines, as many as there is room for."""

    def __init__(self) -> None:
        self.room = MAX_OUTLINES

    def children(self, element: etree._Element, depth: int) -> tuple[Outline, ...]:
        """The outlines in an element; elements that are none (`body`, a stray tag) are looked through."""
        found: list[Outline] = []
        for child in element:
            if self.room < 0 or not isinstance(child.tag, str):
                continue
            if str(child.tag).rpartition("}")[2].lower() != "outline":
                found += self.children(child, depth)
                continue
            self.room -= 1
            if self.room < 0:
                continue
            inner = self.children(child, depth + 1)
            if depth < MAX_DEPTH:
                found.append(Outline(_attributes(child), inner))
            else:
                found += [Outline(_attributes(child)), *inner]
        return tuple(found)


def _attributes(element: etree._Element) -> dict[str, str]:
    named = ((str(name), str(value)) for name, value in element.attrib.items())
    attributes = {_NAMES.get(name.lower(), name): value for name, value in named if _WRITABLE.fullmatch(name)}
    if "xmlUrl" not in attributes and "url" in attributes and attributes.get("type", "").lower() in _FEED_TYPES:
        attributes["xmlUrl"] = attributes["url"]
    return attributes
