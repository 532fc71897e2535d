"""XML that is no feed, sitemaps and OPML, read as far as libxml2 can read it."""

from __future__ import annotations

import re

from lxml import etree

from ingest.feeds.repair import character_reference

_NUMBERED = re.compile(r"&(#(?:[xX][0-9a-fA-F]+|[0-9]+));?")


def recovered(markup: str) -> tuple[etree._Element | None, bool]:
    """The root, as much of it as can be read, and whether all was as it should be.

    References to half a character are replaced once more: what `repair` takes for a passage in CDATA need not be one to
    libxml2, which keeps them, and then lxml raises where their text is asked for.
    """
    if "&#" in markup:
        markup = _NUMBERED.sub(lambda found: character_reference(found[1]), markup)
    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root: etree._Element | None = etree.fromstring(markup.encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError:
        return None, False
    return root, not parser.error_log
