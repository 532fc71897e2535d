"""What is remembered while a usual feed is read: the names of its elements, and what they have said so far."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from ingest.feeds.quirks import Dict, Unusual
from ingest.feeds.vocabulary import ATOM10, NETSCAPE, PREFIXES, RSS10, STANDARD, USERLAND

_NAMESPACE = re.compile(r"xmlns(?::([\w.-]+))?\s*=\s*[\"']([^\"'<>]*)[\"']")


class Names:
    """The names by which feedparser knows the elements of a document."""

    def __init__(self, markup: str) -> None:
        declared = _declared(markup)
        addresses = map(str.lower, declared.values())
        self.first = next((address for address in addresses if address in (RSS10, ATOM10, NETSCAPE)), None)
        self._prefixes: dict[str, str] = {}
        for prefix, address in declared.items():
            self._prefixes.setdefault(address, prefix)
        self._names: dict[str, str] = {}

    def of(self, tag: str) -> str:
        """The name by which feedparser knows an element: `title`, `media_content`."""
        if tag not in self._names:
            address, _, local = tag[1:].rpartition("}") if tag[0] == "{" else ("", "", tag)
            prefix = PREFIXES.get(address.lower())
            if prefix is None:
                prefix = "" if USERLAND in address.lower() else self._prefixes.get(address)
            if prefix is None or not tag.isascii():
                raise Unusual
            self._names[tag] = (f"{prefix}_{local}" if prefix else local).lower()
        return self._names[tag]


def declares_others(markup: str) -> bool:
    """Whether a prefix is declared of a namespace that is not one of feedparser's: it counts in all of the document."""
    declared = _NAMESPACE.findall(markup) if "xmlns" in markup else ()
    return any(prefix and address.lower() not in PREFIXES for prefix, address in declared)


def _declared(markup: str) -> dict[str, str]:
    """Which prefix stands for which namespace; "" is the default one."""
    declared: dict[str, str] = {}
    for prefix, address in _NAMESPACE.findall(markup):
        if any(character.isspace() for character in address):
            raise Unusual
        meant = PREFIXES.get(address.lower(), prefix)
        if prefix and (declared.get(prefix, address) != address or (prefix in STANDARD and meant != prefix)):
            raise Unusual
        declared.setdefault(prefix, address)
    return declared


@dataclass(slots=True)
class Place:
    """What is said so far of the feed, or of an entry. `depths`: how deep that stood which an entry has."""

    is_entry: bool
    language: str | None
    values: Dict = field(default_factory=dict)
    depths: dict[str, int] = field(default_factory=dict)

    def store(self, key: str, value: str, depth: int) -> None:
        if not self.is_entry:
            self.values[key] = value
        elif depth <= self.depths.get(key, depth):
            self.depths[key] = depth
            self.values[key] = value

    def append(self, key: str, value: Dict) -> None:
        self.values.setdefault(key, []).append(value)


@dataclass(slots=True)
class Document:
    """A document under way, with what feedparser remembers from element to element."""

    names: Names
    version: str
    entries: list[Dict] = field(default_factory=list)
    title_depth: int = -1  # of the last title, -1 before the first; one that stands no higher is not taken
    has_content: bool = False
    is_carried_on: bool = False  # an entry was read with something of the feed's own in mind
