"""What the publisher says of the article in JSON-LD (schema.org). A claim, not a fact: others check it.

Found in the wild and read all the same: several scripts, `@graph`, lists, references by `@id`, comments and CDATA around
the JSON, control characters and trailing commas in it, types as lists, persons as strings, objects or both.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from lxml.html import HtmlElement

from ingest.text import clean_line, plain_text

MAX_SCRIPT = 2_000_000  # characters
MAX_NODES = 5_000  # objects looked at
ARTICLE_TYPES = (  # the more special first
    "NewsArticle", "ReportageNewsArticle", "AnalysisNewsArticle", "OpinionNewsArticle", "BackgroundNewsArticle",
    "ReviewNewsArticle", "AskPublicNewsArticle", "LiveBlogPosting", "BlogPosting", "Article", "TechArticle",
    "ScholarlyArticle", "MedicalScholarlyArticle", "AdvertiserContentArticle", "SatiricalArticle", "Report", "Review",
    "CriticReview", "ClaimReview", "SocialMediaPosting", "Recipe", "VideoObject", "WebPage",
)  # fmt: skip
_PARTS = frozenset(("liveBlogUpdate", "comment", "review", "itemListElement", "hasPart", "isPartOf", "publisher"))
_WRAPPING = ("<!--", "-->", "//", "/*", "*/", "<![CDATA[", "]]>", ";")
_SELDOM_NEWS = ARTICLE_TYPES.index("SocialMediaPosting")
_WORD = re.compile(r"\w+")
_TRAILING_COMMA = re.compile(r",(\s*[}\]])")

Node = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Claims:
    """What JSON-LD says of one article. Texts are plain; dates are as written."""

    types: frozenset[str] = frozenset()
    headline: str = ""
    body: str = ""
    description: str = ""
    published: str = ""
    modified: str = ""
    authors: tuple[str, ...] = ()
    desks: tuple[str, ...] = ()  # authors that are organizations
    publisher: str = ""
    sections: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    image: str = ""
    language: str = ""
    url: str = ""
    free: bool | None = None


def read_claims(root: HtmlElement, *, page_titles: Iterable[str] = ()) -> Claims:
    """The claims about the page's article; empty if there are none. `page_titles`: what the page calls itself elsewhere."""
    nodes = [node for script in _scripts(root) for node in _walk(script)]
    by_id = {_text(node.get("@id")): node for node in nodes if node.get("@id") and len(node) > 1}
    article = _main_node(nodes, {key for title in page_titles if (key := _key(title))})
    return _claims(article, by_id) if article is not None else Claims()


def _scripts(root: HtmlElement) -> Iterator[object]:
    for script in root.iter("script"):
        if "ld+json" not in (script.get("type") or "").lower() or not script.text:
            continue
        text = _unwrap(script.text[:MAX_SCRIPT])
        for attempt in (text, _TRAILING_COMMA.sub(r"\1", text)):
            try:
                yield json.loads(attempt, strict=False)
                break
            except (ValueError, RecursionError):
                continue


def _unwrap(text: str) -> str:
    """Without the comment and CDATA marks that hide JSON from old browsers."""
    for _ in range(3):
        for mark in _WRAPPING:
            text = text.strip().removeprefix(mark).removesuffix(mark)
    return text


def _walk(document: object) -> Iterator[Node]:
    """Every object of the document but parts of articles, outer ones first."""
    waiting: list[object] = [document]
    seen = 0
    while waiting and seen < MAX_NODES:
        value = waiting.pop(0)
        seen += 1
        if isinstance(value, dict):
            yield value
            waiting.extend(
                inner for key, inner in value.items() if key not in _PARTS and isinstance(inner, dict | list)
            )
        elif isinstance(value, list):
            waiting.extend(inner for inner in value if isinstance(inner, dict | list))


def _types(node: Node) -> list[str]:
    return [text.rpartition("/")[2] for text in _texts(node.get("@type"))]


def _main_node(nodes: list[Node], titles: set[str]) -> Node | None:
    """The most special article; of equals the one that has the page's title, then the one that says most.

    A page may describe other articles than its own: one whose headline has nothing in common with the page's titles is
    none of ours.
    """

    def rank(node: Node) -> tuple[int, bool, bool, bool]:
        place = min(ARTICLE_TYPES.index(name) for name in _types(node) if name in ARTICLE_TYPES)
        headline = _headline(node)
        is_other = bool(titles and headline) and not any(headline in title or title in headline for title in titles)
        group = 0 if place < _SELDOM_NEWS else 1 + place
        return group, is_other, not node.get("articleBody"), not (node.get("headline") and node.get("datePublished"))

    candidates = [node for node in nodes if any(name in ARTICLE_TYPES for name in _types(node))]
    best = min(candidates, key=rank, default=None)
    if best is not None and titles and (headline := _headline(best)):
        pieces = _trigrams(headline)
        if not any(len(pieces & _trigrams(title)) > 0.08 * len(pieces) for title in titles):
            return None
    return best


def _headline(node: Node) -> str:
    return _key(_first_text(node, "headline", "name"))


def _trigrams(key: str) -> set[str]:
    return {key[index : index + 3] for index in range(max(1, len(key) - 2))}


def _key(text: str) -> str:
    return "".join(_WORD.findall(html.unescape(text).lower()))


def _claims(node: Node, by_id: Mapping[str, Node]) -> Claims:
    body = _first_text(node, "articleBody", "text")
    named = list(_names(node.get("author") or node.get("creator"), by_id))
    return Claims(
        types=frozenset(_types(node)),
        headline=_first_text(node, "headline", "name"),
        body=body,
        description=_first_text(node, "description"),
        published=_first_text(node, "datePublished", "dateCreated", "uploadDate"),
        modified=_first_text(node, "dateModified"),
        authors=tuple(name for name, is_desk in named if not is_desk),
        desks=tuple(name for name, is_desk in named if is_desk),
        publisher=next((name for name, _ in _names(node.get("publisher"), by_id)), ""),
        sections=tuple(_texts(node.get("articleSection"))),
        keywords=tuple(_keywords(node.get("keywords"))),
        image=_url(node.get("image")) or _url(node.get("thumbnailUrl")),
        language=_first_text(node, "inLanguage"),
        url=_url(node.get("mainEntityOfPage")) or _url(node.get("url")),
        free=_truth(node.get("isAccessibleForFree")),
    )


def _first_text(node: Node, *keys: str) -> str:
    return next((text for key in keys for text in _texts(node.get(key))), "")


def _texts(value: object) -> list[str]:
    values = value if isinstance(value, list) else [value]
    return [text for item in values[:50] if (text := _text(item))]


def _text(value: object) -> str:
    if isinstance(value, dict):
        value = value.get("name") or value.get("@value") or value.get("alternateName")
    return value.strip() if isinstance(value, str) else ""


def _names(value: object, by_id: Mapping[str, Node]) -> Iterator[tuple[str, bool]]:
    """Names, each with whether it is an organization's."""
    for item in (value if isinstance(value, list) else [value])[:30]:
        if isinstance(item, dict) and not item.get("name") and _text(item.get("@id")) in by_id:
            item = by_id[_text(item.get("@id"))]
        is_desk = isinstance(item, dict) and any("Organization" in name for name in _types(item))
        for text in _texts(item.get("name") if isinstance(item, dict) else item):
            yield clean_line(plain_text(text)), is_desk or text.startswith(",")


def _keywords(value: object) -> Iterator[str]:
    for text in _texts(value):
        yield from (clean_line(word) for word in re.split(r"[,;]", text) if word.strip())


def _url(value: object) -> str:
    if isinstance(value, list):
        return next((url for item in value if (url := _url(item))), "")
    if isinstance(value, dict):
        return _url(value.get("url") or value.get("@id") or value.get("contentUrl"))
    return value.strip() if isinstance(value, str) else ""


def _truth(value: object) -> bool | None:
    if isinstance(value, bool):
        return value
    return {"true": True, "false": False}.get(_text(value).rpartition("/")[2].lower())
