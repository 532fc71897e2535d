"""The title: the visible heading that agrees with what the page calls itself elsewhere, without the site's name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from ingest.pages.blocks import Block
from ingest.pages.head import Head
from ingest.pages.jsonld import Claims
from ingest.pages.letters import letters
from ingest.text import clean_line, plain_text

MAX_TITLE = 400
_SEPARATOR = re.compile(r"\s+[|·•»–—~:-]+\s+|\s*[|｜»]\s*|\s+::\s+|_(?=\S+$)")
_WORDS = re.compile(r"\w+")


def choose_title(
    blocks: Sequence[Block], head: Head, claims: Claims, *, names: Iterable[str], feed_title: str = ""
) -> tuple[str, str]:
    """The title and its source. `names` are what the site calls itself: never part of a title."""
    known = {key for name in names if (key := letters(name))}
    og = strip_site(head.first("og:title"), known)
    twitter = strip_site(head.first("twitter:title"), known)
    page = strip_site(head.title, known)
    headline = strip_site(plain_text(claims.headline), known)
    feed = strip_site(feed_title, known)
    witnesses = [text for text in (og, headline, page, twitter, feed) if text]
    for heading in _headings(blocks, known):
        if not witnesses or any(agree(heading, witness) for witness in witnesses):
            return heading[:MAX_TITLE], "h1"
    if lone := _lone_heading(blocks, known):
        return lone[:MAX_TITLE], "h1"
    for text, source in (
        (headline, "json-ld"),
        (og, "og:title"),
        (twitter, "twitter:title"),
        (page, "title"),
        (feed, "feed"),
    ):
        if text and letters(text) not in known:
            return text[:MAX_TITLE], source
    return "", ""


def _headings(blocks: Sequence[Block], known: set[str]) -> Iterable[str]:
    """Main headings in order, then what is marked up as the headline in another element."""
    for wanted in (lambda block: block.tag == "h1", _is_headline):
        for block in blocks:
            if wanted(block) and letters(block.text) not in known and len(block.text) >= 8:
                yield block.text


def _lone_heading(blocks: Sequence[Block], known: set[str]) -> str:
    """The only main heading, if it reads like a title: outlets give search engines and social networks other titles."""
    headings = {block.text: block for block in blocks if block.tag == "h1"}
    if len(headings) != 1:
        return ""
    text, block = next(iter(headings.items()))
    is_title = len(text) >= 14 and (text.count(" ") >= 2 or not text.isascii()) and block.link_share < 0.5
    return text if is_title and letters(text) not in known else ""


def _is_headline(block: Block) -> bool:
    return block.tag in ("h2", "h3") and any(
        place.element.get("itemprop") == "headline" or "title" in place.hints for place in [block.place]
    )


def agree(one: str, other: str) -> bool:
    """Whether two titles are of one article: most words of the shorter stand in the longer.

    >>> agree("Steel mill to be built in Karachi", "Steel mill to be built in Karachi | The Tribune")
    True
    >>> agree("Business", "Steel mill to be built in Karachi")
    False
    """
    first, second = letters(one), letters(other)
    if not first or not second:
        return False
    if first == second:
        return True
    shorter, longer = sorted((first, second), key=len)
    if len(shorter) >= 12 and shorter in longer and len(shorter) * 3 >= len(longer):
        return True
    words, others = set(_WORDS.findall(one.lower())), set(_WORDS.findall(other.lower()))
    small, large = sorted((words, others), key=len)
    return len(small) >= 4 and len(small & large) >= 0.6 * len(small)


def strip_site(title: str, known: set[str]) -> str:
    """`title` without the site's name at either end.

    >>> strip_site("Floods recede - World - Example News", {"examplenews"})
    'Floods recede - World'
    """
    title = clean_line(title)
    for _ in range(2):
        cuts = list(_SEPARATOR.finditer(title))
        if not cuts:
            break
        first, last = cuts[0], cuts[-1]
        if _is_site(title[last.end() :], known):
            title = title[: last.start()].strip()
        elif _is_site(title[: first.start()], known):
            title = title[first.end() :].strip()
        else:
            break
    return title


def _is_site(part: str, known: set[str]) -> bool:
    key = letters(part)
    return bool(key) and (key in known or any(len(key) >= 4 and (key == name.removeprefix("the")) for name in known))
