"""What the class names and ids of an element say about it: words of the trade, read from `hints.toml`."""

from __future__ import annotations

import re
import tomllib
from functools import lru_cache
from importlib.resources import files
from itertools import zip_longest

from lxml.html import HtmlElement

_WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")
_ATTRIBUTES = frozenset(("class", "id", "data-component", "data-testid", "data-type", "role", "itemprop", "aria-label"))
_NOTHING: frozenset[str] = frozenset()


def _vocabulary() -> dict[str, frozenset[str]]:
    """Which hints each word gives."""
    table: dict[str, set[str]] = {}
    for hint, words in tomllib.loads(files("ingest.pages").joinpath("hints.toml").read_text("utf-8")).items():
        for word in words.split():
            table.setdefault(word, set()).add(hint)
    return {word: frozenset(hints) for word, hints in table.items()}


_VOCABULARY = _vocabulary()


def hints_of(element: HtmlElement) -> frozenset[str]:
    """The hints that the names of `element` give."""
    found = _NOTHING
    for name, value in element.items():
        if name in _ATTRIBUTES:
            found |= name_hints(value[:300])
    return found


@lru_cache(maxsize=4096)
def name_hints(names: str) -> frozenset[str]:
    """The hints in the value of one attribute.

    >>> sorted(name_hints("ArticleBody__related-links"))
    ['body', 'related']
    """
    words = [word.lower() for word in _WORDS.findall(names)]
    found: set[str] = set()
    for word, following in zip_longest(words, words[1:], fillvalue=""):
        found |= _VOCABULARY.get(word, _NOTHING) | _VOCABULARY.get(word + following, _NOTHING)
    return frozenset(found)
