"""OPML: the lists of feeds that readers exchange (http://opml.org/spec2.opml). Bytes to outlines and back, losslessly.

What an outline means, and how outlets become outlines, is `ingest.config.outlines`' business.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from lxml import etree

from ingest.feeds.encodings import decode
from ingest.feeds.repair import prepare, remove_illegal
from ingest.urls import resolve_link
from storage.model import Failure, FailureKind

MAX_DEPTH = 100

_VALID_NAME = re.compile(r"(?:\{[^{}]+\})?[A-Za-z_][\w.-]*")  # of what can be written again


@dataclass(frozen=True, slots=True)
class Outline:
    """One `<outline>`: its attributes, and the outlines in it. Names of other namespaces are `{uri}name`."""

    attributes: Mapping[str, str]
    children: tuple[Outline, ...] = ()


@dataclass(frozen=True, slots=True)
class Opml:
    """A document: the texts of its head by name, and its outlines."""

    outlines: tuple[Outline, ...]
    head: Mapping[str, str] = field(default_factory=dict)
    version: str = "2.0"


def parse_opml(body: bytes, content_type: str | None = None) -> Opml | Failure:
    """Read a document; malformed ones as far as they go. Never raises."""
    document = prepare(decode(body, content_type).text)
    if document.root not in ("opml", "outlinedocument"):
        return Failure(FailureKind.MALFORMED, f"not OPML: the root element is {document.root[:50] or 'missing'}")
    markup = "".join((document.head, *document.entries, document.tail))
    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root: etree._Element | None = etree.fromstring(markup.encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError as error:
        return Failure(FailureKind.MALFORMED, f"not well-formed: {error.msg}")
    if root is None:
        return Failure(FailureKind.MALFORMED, "not well-formed")
    head = root.find("{*}head")
    body_element = root.find("{*}body")
    return Opml(
        outlines=_outlines(root if body_element is None else body_element, 0),
        head={_name(child): child.text or "" for child in _elements(head) if _VALID_NAME.fullmatch(_name(child))},
        version=root.get("version") or "1.0",
    )


def write_opml(opml: Opml) -> bytes:
    """The document as UTF-8 XML. Prefixes are made up where attributes are of other namespaces."""
    root = etree.Element("opml", {"version": opml.version})
    head = etree.SubElement(root, "head")
    for name, text in opml.head.items():
        etree.SubElement(head, name).text = remove_illegal(text)
    _append(etree.SubElement(root, "body"), opml.outlines)
    return etree.tostring(root, encoding="utf-8", xml_declaration=True, pretty_print=True)


def feed_urls(outlines: Sequence[Outline]) -> Iterator[tuple[str, tuple[str, ...], Outline]]:
    """Every feed as (address, folders from the outermost, outline). `feed:` addresses are read as http."""
    yield from _feed_urls(outlines, ())


def _feed_urls(outlines: Sequence[Outline], folders: tuple[str, ...]) -> Iterator[tuple[str, tuple[str, ...], Outline]]:
    for outline in outlines:
        names = {name.lower(): value for name, value in outline.attributes.items()}
        address = names.get("xmlurl", "").strip()
        if address.startswith("feed:"):
            address = "http:" + address[5:] if address.startswith("feed://") else address[5:]
        if url := resolve_link(None, address):
            yield url, folders, outline
        yield from _feed_urls(outline.children, (*folders, names.get("title") or names.get("text") or ""))


def _outlines(element: etree._Element, depth: int) -> tuple[Outline, ...]:
    if depth > MAX_DEPTH:
        return ()
    return tuple(
        Outline(_attributes(child), _outlines(child, depth + 1))
        for child in _elements(element)
        if _name(child) == "outline"
    )


def _attributes(element: etree._Element) -> dict[str, str]:
    named = ((str(name), str(value)) for name, value in element.attrib.items())
    return {name: value for name, value in named if _VALID_NAME.fullmatch(name)}


def _elements(element: etree._Element | None) -> Iterator[etree._Element]:
    return (child for child in (() if element is None else element) if isinstance(child.tag, str))


def _name(element: etree._Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _append(parent: etree._Element, outlines: Sequence[Outline]) -> None:
    for outline in outlines:
        element = etree.SubElement(parent, "outline")
        for name, value in outline.attributes.items():
            element.set(name, remove_illegal(value))
        _append(element, outline.children)
