"""From admitted HTML to one lxml tree, which every later step reads and none changes."""

from __future__ import annotations

from lxml import etree, html
from lxml.html import HtmlElement

from ingest.pages.gate import Admitted
from storage.model import Failure, FailureKind

_ONE_CLASS = etree.ElementDefaultClassLookup(
    element=HtmlElement
)  # to choose a class by tag takes longer than the parsing
_CONTROL = bytes(code for code in range(32) if code not in b"\t\n\r")


def parse_html(page: Admitted) -> HtmlElement | Failure:
    """The tree of `page`; elements nested deeper than 256 are lost (libxml2's limit, kept for the sake of the stack)."""
    parser = html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    parser.set_element_class_lookup(_ONE_CLASS)
    try:
        root = html.document_fromstring(page.html.encode("utf-8", "replace").translate(None, _CONTROL), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        return Failure(FailureKind.NO_TEXT, f"no HTML document: {str(error)[:100]}")
    if not isinstance(root, HtmlElement):
        return Failure(FailureKind.NO_TEXT, "no HTML document")
    return root
