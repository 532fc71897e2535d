"""The two extractors of others that say which text is the article. The only module that imports trafilatura.

trafilatura is the engine: its fast path, without metadata, on our tree (2 to 3 times the speed of `extract` with
metadata, and .003 of F1 better). Its thorough path serves where the fast one found little. resiliparse errs elsewhere,
so it is asked where the engine seems to have overlooked a part; alone it is .04 of F1 worse.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Sequence

import trafilatura
from lxml import etree
from lxml.html import HtmlElement
from resiliparse.extract.html2text import extract_plain_text
from resiliparse.parse.html import HTMLTree

from ingest.pages.blocks import Block
from ingest.pages.evidence import is_prose

_NEVER_TEXT = [
    "nav",
    "footer",
    "aside",
    "script",
    "style",
    "noscript",
    "iframe",
    "select",
    "template",
    "head",
    "object",
    "embed",
    "canvas",
    "audio",
    "video",
    "map",
    "textarea",
    "input",
    "dialog",
    "menu",
    "picture",
    "source",
]
_MIN_LINKS = 6
_DEEP = 200  # elements within each other; libxml2 stops at 256

logging.getLogger("trafilatura").setLevel(logging.CRITICAL)  # it logs every page without text; we return the reason


def lighten(root: HtmlElement, blocks: Sequence[Block], keys: Sequence[str]) -> None:
    """Take out of the tree what is never an article: navigation, scripts, and lists of links without any prose.

    The engine takes most of the time, and most of that on such elements: it gets a quarter faster and, no longer
    tempted, .002 of F1 better. The tree is changed; blocks stay as they are.
    """
    etree.strip_elements(root, *_NEVER_TEXT, with_tail=False)
    etree.strip_tags(root, "time")
    letters: Counter[HtmlElement] = Counter()
    linked: Counter[HtmlElement] = Counter()
    links: Counter[HtmlElement] = Counter()
    prose: set[HtmlElement] = set()
    for block, key in zip(blocks, keys, strict=True):
        found = is_prose(block, key)
        for place in block.place.chain():
            letters[place.element] += len(block.text)
            linked[place.element] += block.linked
            links[place.element] += block.links
            if found:
                prose.add(place.element)
    for element, count in links.items():
        farm = count >= _MIN_LINKS and linked[element] > 0.85 * letters[element] and element not in prose
        if farm and element.tag not in ("body", "html") and element.getparent() is not None:
            element.drop_tree()


def engine_text(root: HtmlElement, *, thorough: bool = False) -> str:
    """What trafilatura takes for the article; empty if it finds none. It works on a copy of the tree."""
    try:
        document = trafilatura.bare_extraction(
            root, fast=not thorough, favor_recall=thorough, include_comments=False, with_metadata=False
        )
    except Exception:  # noqa: BLE001  (on broken trees it raises whatever its helpers raise; no text is the answer)
        return ""
    return str(getattr(document, "text", None) or "")


def shallow(html: str, root: HtmlElement) -> str:
    """The page as resiliparse can read it: its time grows with the square of the depth (50,000 nested elements: two
    minutes), so a page that reaches the depth at which libxml2 stops is given as libxml2 has it."""
    if root.xpath(f"boolean(//*[count(ancestor::*) > {_DEEP}])"):
        return etree.tostring(root, encoding="unicode", method="html")
    return html


def second_text(html: str) -> str:
    """What resiliparse takes for the main content of a `shallow` page, a line a block; generous."""
    tree = HTMLTree.parse(html)
    return str(
        extract_plain_text(tree, main_content=True, alt_texts=False, links=False, list_bullets=False, comments=False)
    )
