"""What a page says of itself in its head: meta elements, links, the language. Claims again, read once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lxml.html import HtmlElement

from ingest.text import clean_line

_MAX_VALUES = 30
_MAX_LENGTH = 1_000


@dataclass(frozen=True, slots=True)
class Head:
    """The head of a page. Names of meta elements are in lower case, whether from `name`, `property` or `itemprop`."""

    metas: Mapping[str, tuple[str, ...]]
    links: Mapping[str, str]
    title: str
    language: str
    base: str

    def first(self, *names: str) -> str:
        """The first value of the first of `names` that is there."""
        return next((values[0] for name in names if (values := self.metas.get(name))), "")

    def which(self, *names: str) -> tuple[str, str]:
        """Like `first`, with the name that had it."""
        return next(((values[0], name) for name in names if (values := self.metas.get(name))), ("", ""))

    def all(self, *names: str) -> tuple[str, ...]:
        """All values of the first of `names` that is there."""
        return next((values for name in names if (values := self.metas.get(name))), ())


def read_head(root: HtmlElement) -> Head:
    """The head of a document; elements that strayed into the body count."""
    metas: dict[str, list[str]] = {}
    for meta in root.iter("meta"):
        content = clean_line((meta.get("content") or "")[:_MAX_LENGTH])
        if not content:
            continue
        for attribute in ("property", "name", "itemprop", "http-equiv"):
            if name := (meta.get(attribute) or "").strip().lower():
                values = metas.setdefault(name, [])
                if len(values) < _MAX_VALUES and content not in values:
                    values.append(content)
    links: dict[str, str] = {}
    for link in root.iter("link"):
        for relation in (link.get("rel") or "").lower().split():
            links.setdefault(relation, (link.get("href") or "").strip())
    base = next((element.get("href") or "" for element in root.iter("base")), "")
    title = next((clean_line("".join(element.itertext())[:_MAX_LENGTH]) for element in root.iter("title")), "")
    language = root.get("lang") or root.get("{http://www.w3.org/XML/1998/namespace}lang") or root.get("xml:lang") or ""
    return Head({name: tuple(values) for name, values in metas.items()}, links, title, language.strip(), base)
