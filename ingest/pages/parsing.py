"""A page, parsed and read as far as all later steps need it: the tree, what its head and JSON-LD claim, its blocks.

removals by the outlet's rules -> head, claims, blocks -> language. What is read here is read once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lxml import etree
from lxml.html import HtmlElement

from ingest.pages.blocks import Block, Layout, cut_blocks
from ingest.pages.feedtext import article_from_entry
from ingest.pages.gate import Admitted
from ingest.pages.head import Head, read_head
from ingest.pages.jsonld import Claims, read_claims
from ingest.pages.language import declared_language, detected_language
from ingest.pages.links import site_names
from ingest.pages.model import FeedHint
from ingest.pages.outlet_rules import ExtractRules, drop
from ingest.text import clean_line, plain_text

HUGE = 12_000  # elements; half of 382 real pages have fewer than 720, none over 4,300
CROWDED = 3_000  # children of one element
TELLING = 300  # characters of a body in JSON-LD that make it a witness
_IS_HUGE = etree.XPath(f"count(//*) > {HUGE} or //*[count(*) > {CROWDED}]")


@dataclass(frozen=True, slots=True)
class ParsedPage:
    """A page, parsed and read as far as all later steps need it."""

    url: str
    page: Admitted
    root: HtmlElement
    head: Head
    claims: Claims
    layout: Layout
    told: str  # the body in JSON-LD, a paragraph a line; empty if it is too short to be a witness
    names: frozenset[str]  # what the site calls itself
    hint: FeedHint
    rules: ExtractRules
    language: str | None  # declared, of the outlet or the feed, or detected
    is_huge: bool  # too many elements for what needs time that grows with their square

    @property
    def blocks(self) -> Sequence[Block]:
        return self.layout.blocks


def read_page(
    page: Admitted, root: HtmlElement, url: str, hint: FeedHint, rules: ExtractRules, language: str | None
) -> ParsedPage:
    """Read what later steps ask for; what the outlet's rules remove leaves first."""
    drop(root, rules.remove)
    head = read_head(root)
    claims = read_claims(root, page_titles=(head.first("og:title"), head.title, hint.title))
    layout = cut_blocks(root)
    declared = declared_language(head, claims) or language or hint.language
    return ParsedPage(
        url=url,
        page=page,
        root=root,
        head=head,
        claims=claims,
        layout=layout,
        told=plain_lines(claims.body) if len(claims.body) > TELLING else "",
        names=frozenset(site_names(head, claims, url)),
        hint=hint,
        rules=rules,
        language=declared or detected_language(" ".join(block.text for block in layout.blocks if len(block.text) > 80)),
        is_huge=page.html.count("<") > CROWDED and bool(_IS_HUGE(root)),
    )


def plain_lines(markup: str) -> str:
    """The text of JSON-LD, a paragraph a line; markup in it is read as such."""
    if "<" in markup and ">" in markup:
        return article_from_entry(content_html=markup).text
    return "\n".join(line for piece in markup.split("\n") if (line := clean_line(plain_text(piece))))
