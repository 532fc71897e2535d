"""Rules that a person writes for a stubborn outlet, under `extract:` in feeds.yaml.

    extract:
      body: "div.story p"              # CSS selectors: what is the text,
      remove: [".promo", "aside"]      # what is never text,
      title: h1.headline               # where title, authors and date stand
      authors: .byline a
      date: time.published
      strip: ["^Our correspondent.*"]  # regular expressions: lines that go

Each value is one string or a list. `problems_of` says what is wrong with them before anything is fetched.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import cast

from cssselect import SelectorError
from lxml.cssselect import CSSSelector
from lxml.html import HtmlElement

from ingest.text import clean_line


@dataclass(frozen=True, slots=True)
class ExtractRules:
    """Selectors and patterns of one outlet; empty ones leave the matter to the usual way."""

    body: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()
    title: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    date: tuple[str, ...] = ()
    strip: tuple[str, ...] = ()

    @classmethod
    def of(cls, values: Mapping[str, str | Sequence[str]]) -> ExtractRules:
        """Rules from what a configuration file has: a string or a list under each name."""
        return cls(**{name: (value,) if isinstance(value, str) else tuple(value) for name, value in values.items()})


def problems_of(rules: ExtractRules) -> tuple[tuple[str, str], ...]:
    """What is wrong, as pairs of key (`remove[1]`) and reason; empty if all is well.

    >>> problems_of(ExtractRules(body=("div..story",), strip=("(",)))[0][0]
    'body[0]'
    """
    found: list[tuple[str, str]] = []
    for field in fields(rules):
        for index, value in enumerate(getattr(rules, field.name)):
            reason = _pattern_problem(value) if field.name == "strip" else _selector_problem(value)
            if reason:
                found.append((f"{field.name}[{index}]", reason))
    return tuple(found)


def select(root: HtmlElement, selectors: Sequence[str]) -> list[HtmlElement]:
    """The elements that any of the selectors matches, in document order."""
    found: set[HtmlElement] = set()
    for selector in selectors:
        compiled = _compiled(selector)
        if compiled is not None:
            found.update(cast("list[HtmlElement]", compiled(root)))
    return [element for element in root.iter() if element in found] if found else []


def select_text(root: HtmlElement, selectors: Sequence[str]) -> tuple[str, ...]:
    """The text of what is selected; of `meta` the content, of `time` the moment."""
    texts = (
        element.get("content") or element.get("datetime") or clean_line(" ".join(element.itertext()))
        for element in select(root, selectors)
    )
    return tuple(text for text in texts if text)


def drop(root: HtmlElement, selectors: Sequence[str]) -> None:
    """Take what is selected out of the tree."""
    for element in select(root, selectors):
        if element.getparent() is not None:
            element.drop_tree()


def strip_lines(rules: ExtractRules) -> tuple[re.Pattern[str], ...]:
    """The patterns for lines that go, compiled."""
    return tuple(re.compile(pattern, re.IGNORECASE) for pattern in rules.strip)


@lru_cache(maxsize=512)
def _compiled(selector: str) -> CSSSelector | None:
    try:
        return CSSSelector(selector, translator="html")
    except (SelectorError, SyntaxError):
        return None


def _selector_problem(selector: str) -> str | None:
    if not selector.strip():
        return "is empty"
    try:
        CSSSelector(selector, translator="html")
    except (SelectorError, SyntaxError) as error:
        return f"{selector!r} is not a CSS selector: {error}"
    return None


def _pattern_problem(pattern: str) -> str | None:
    try:
        compiled = re.compile(pattern)
    except re.error as error:
        return f"{pattern!r} is not a regular expression: {error}"
    return f"{pattern!r} matches every line" if compiled.search("") and compiled.fullmatch("") else None
