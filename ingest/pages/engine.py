"""The two extractors of others that say which text is the article. The only module that imports trafilatura.

trafilatura is the engine: its fast path, without metadata, on our tree (2 to 3 times the speed of `extract` with
metadata, and .003 of F1 better). Its thorough path serves where the fast one found little. resiliparse errs elsewhere,
so it is asked where the engine seems to have overlooked a part; alone it is .04 of F1 worse.
"""

from __future__ import annotations

import logging
import re

import trafilatura
from lxml import etree
from lxml.html import HtmlElement
from resiliparse.extract.html2text import extract_plain_text
from resiliparse.parse.html import HTMLTree

from ingest.pages.blocks import Block, Layout, Place

_NEVER_TEXT = frozenset(("nav", "footer", "dialog", "menu"))
_HOLDERS = frozenset(("div", "section", "details", "ol", "ul"))
_TALK = re.compile(r"[Cc]omment(?!ary)|.*(?:article|post)-comments", re.DOTALL)
_TALK_ID = re.compile(r"[Cc]omment(?!ary)|comol|disqus_thread|dsq-comments")
_MIN_LINKS = 6
_RUNNING = 50  # characters
_LONG_LINK = 240
_GONE = "gone"  # no element of HTML
_DEEP = 200  # elements within each other; libxml2 stops at 256
_IS_DEEP = etree.XPath(f"boolean({'/*' * (_DEEP + 1)})")

logging.getLogger("trafilatura").setLevel(logging.CRITICAL)  # it logs every page without text; we return the reason


def lighten(root: HtmlElement, layout: Layout) -> None:
    """Take out of the tree what is never an article, and say so of the places: navigation, lists of links, comments.

    The engine takes most of the time, and most of that on such elements. The tree is changed; blocks stay as they are.
    """
    prosaic = {place for block in layout.blocks if block.is_prose for place in block.place.chain()}
    running = {place for block in layout.blocks if _is_running(block) for place in block.place.chain()} | prosaic
    gone: list[HtmlElement] = []
    for place in layout.places[1:]:
        if place.parent and place.parent.left_out:
            place.left_out = place.parent.left_out
        elif reason := _no_article(place, prosaic, running):
            place.left_out = reason
            gone.append(place.element)
        elif place.tag == "aside":  # a quotation from the text may stand there: not for the engine, but for the facts
            gone.append(place.element)
    for element in (*root.iterchildren("head"), *layout.unread, *gone):
        element.tag = _GONE
    etree.strip_elements(root, _GONE, with_tail=False)
    etree.strip_tags(root, "time")


def _no_article(place: Place, prosaic: set[Place], running: set[Place]) -> str:
    """Why nothing in the place can be of the article; empty if it may be."""
    if place.characters == 0:
        return "empty"
    if place.tag in _NEVER_TEXT:
        return f"in_{place.tag}"
    most = 0.85 if place in running else 0.5
    if place.links >= _MIN_LINKS and place.linked > most * place.characters and place not in prosaic:
        return "list_of_links"
    return "comments" if _is_talk(place) else ""


def _is_running(block: Block) -> bool:
    """Whether it is long for what stands between links, or for a link, whatever it is marked up as."""
    return len(block.text) >= (_RUNNING if block.link_share < 0.5 else _LONG_LINK)


def _is_talk(place: Place) -> bool:
    """Whether it holds readers' comments by a name that the engine would take out too, only slower."""
    if place.tag not in _HOLDERS:
        return False
    return bool(_TALK.match(place.element.get("class") or "") or _TALK_ID.match(place.element.get("id") or ""))


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
    if _IS_DEEP(root):
        return etree.tostring(root, encoding="unicode", method="html")
    return html


def second_text(html: str) -> str:
    """What resiliparse takes for the main content of a `shallow` page, a line a block; generous."""
    tree = HTMLTree.parse(html)
    return str(
        extract_plain_text(tree, main_content=True, alt_texts=False, links=False, list_bullets=False, comments=False)
    )
