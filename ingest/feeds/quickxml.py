"""Usual feeds read quickly: RSS 2.0, RSS 1.0 and Atom 1.0 as most outlets write them, ten times as fast as feedparser.

What comes out is what `ingest.feeds.xmlfeed` takes of feedparser's result: the same keys with the same values, its
guesses and oddities included. Whatever it takes doubt to read (elements that mean something elsewhere, markup where a
text belongs, `xml:base`, a type nobody uses) is declined, and feedparser reads the document. Both use expat, so they
agree on what is well-formed. `tests/feeds/test_quickxml.py` compares the two over the corpus and over made-up feeds.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element, ParseError, fromstring
from xml.sax.saxutils import escape

from ingest.feeds.markup import looks_like_markup
from ingest.feeds.quirks import (
    Dict,
    Unusual,
    address_of,
    attributes_of,
    enforce_href,
    language_of,
    mended,
    name_and_mail,
    text_of,
    without_div,
)
from ingest.feeds.vocabulary import (
    ATOM10,
    DATES,
    DECLINED,
    HTML,
    IGNORED,
    IGNORED_GROUPS,
    ITUNES,
    MEDIA_CATEGORIES,
    NETSCAPE,
    OF_ITS_OWN,
    PERSON,
    PLAIN,
    PREFIXES,
    RDF,
    RSS10,
    RSS_VERSIONS,
    STANDARD,
    TAKEN,
    TYPES,
    USERLAND,
    XHTML,
)

MAX_DEPTH = 12  # of an element

QUOTE = {chr(34): "&quot;"}

_BASE = re.compile(r"base(?<=[\s:]base)\s*=")  # found by its letters, which is quick
_NAMESPACE = re.compile(r"xmlns(?::([\w.-]+))?\s*=\s*[\"']([^\"'<>]*)[\"']")
_MAYBE_HTML = re.compile(r"</\w|&#?\w+;")
_QUERY_ENTITY = re.compile(r"&([A-Za-z0-9_]+);")


@dataclass(slots=True)
class Parsed:
    """A document as feedparser would hand it over, as far as we take it."""

    version: str
    feed: Dict
    entries: list[Dict]
    mistakes: tuple[str, ...] = ()


def read_usual(markup: str) -> Parsed | None:
    """Read a mended document; None where it is not usual, or not well-formed."""
    if "1999/xlink" in markup or _BASE.search(markup.lower()):
        return None
    try:
        root = fromstring(markup.encode("utf-8", "replace"))  # noqa: S314  no entity is declared in what we mended
        return _Reader(_declared(markup)).read(root)
    except (ParseError, Unusual, ValueError):
        return None


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
class _Place:
    """What is said so far of the feed, or of an entry. `depths`: how deep that stood which an entry has."""

    is_entry: bool
    language: str | None
    values: Dict = field(default_factory=dict)
    depths: dict[str, int] = field(default_factory=dict)
    guid_is_link: bool = False

    def store(self, key: str, value: str, depth: int) -> None:
        if not self.is_entry:
            self.values[key] = value
        elif depth <= self.depths.get(key, depth):
            self.depths[key] = depth
            self.values[key] = value

    def append(self, key: str, value: Dict) -> None:
        self.values.setdefault(key, []).append(value)


class _Reader:
    """Reads one document, with what feedparser remembers from element to element."""

    def __init__(self, declared: dict[str, str]) -> None:
        addresses = map(str.lower, declared.values())
        self._first = next((address for address in addresses if address in (RSS10, ATOM10, NETSCAPE)), None)
        self._prefixes: dict[str, str] = {}
        for prefix, address in declared.items():
            self._prefixes.setdefault(address, prefix)
        self._names: dict[str, str] = {}
        self._entries: list[Dict] = []
        self._version = ""
        self._title_depth = -1
        self._has_content = False

    def read(self, root: Element) -> Parsed:
        name = self._name(root.tag)
        self._version = self._find_version(name, root)
        feed = _Place(False, language_of(root, None))
        if feed.language and name != "rdf_rdf":
            feed.values["language"] = feed.language.replace("_", "-")
        channels = [child for child in root if self._name(child.tag) == "channel"]
        if name == "rss" and (len(channels) != 1 or len(root) != 1):
            raise Unusual
        if name == "rdf_rdf" and len(channels) != 1:
            raise Unusual
        self._walk(feed, root, 2)
        return Parsed(self._version, feed.values, self._entries)

    def _find_version(self, name: str, root: Element) -> str:
        if name == "rss" and self._first in (ATOM10, None):
            version = root.get("version", "")
            return "rss20" if version.startswith("2.") else RSS_VERSIONS.get(version, "rss")
        if name == "rdf_rdf" and self._first == RSS10:
            return "rss10"
        if name == "feed" and self._first == ATOM10:
            return "atom10"
        raise Unusual

    def _name(self, tag: str) -> str:
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

    def _walk(self, place: _Place, parent: Element, depth: int) -> None:
        if depth > MAX_DEPTH:
            raise Unusual
        for element in parent:
            name = self._name(element.tag)
            if handler := HANDLERS.get(name):
                handler(self, place, element, depth)
            elif name in TAKEN:
                self._plain(place, element, name, depth)
            elif name in IGNORED:
                text_of(element)
            elif name in IGNORED_GROUPS:
                self._ignore(element, IGNORED_GROUPS[name])
            elif name in OF_ITS_OWN:
                self._apart(place, element, depth)
            elif name not in DECLINED:
                self._walk_into(place, element, depth)
            else:
                raise Unusual

    def _walk_into(self, place: _Place, group: Element, depth: int) -> None:
        """What stands in a group counts as if it stood beside it."""
        if len(group) and language_of(group, place.language) != place.language:
            raise Unusual
        self._walk(place, group, depth + 1)

    def _ignore(self, group: Element, known: frozenset[str]) -> None:
        if any(element is not group and self._name(element.tag) not in known for element in group.iter()):
            raise Unusual

    def _plain(self, place: _Place, element: Element, name: str, depth: int) -> None:
        """An element that feedparser knows nothing of: its text, or its attributes where it has some."""
        text = text_of(element)
        if element.attrib:
            place.values[name] = attributes_of(element)
        else:
            place.store(name, text, depth)

    # one method for each kind of element: where it stands, the element, its depth

    def _channel(self, place: _Place, element: Element, depth: int) -> None:
        if place.is_entry or depth != 2 or not {"lastmod", "href"}.isdisjoint(element.keys()):
            raise Unusual
        self._walk_into(place, element, depth)

    def _entry(self, place: _Place, element: Element, depth: int) -> None:
        if place.is_entry or not {"lastmod", "href"}.isdisjoint(element.keys()):
            raise Unusual
        self._title_depth = -1
        entry = _Place(True, language_of(element, place.language))
        if about := element.get(f"{{{RDF}}}about"):
            entry.values["id"] = about
        self._walk(entry, element, depth + 1)
        self._has_content = False
        self._entries.append(entry.values)

    def _apart(self, place: _Place, element: Element, depth: int) -> None:
        """The feed's picture, another feed that an entry comes from: all that matters is that they had a title."""
        name = self._name(element.tag)
        if place.is_entry is not (name == "source"):
            raise Unusual
        self._ignore(element, OF_ITS_OWN[name])
        titled = any(self._name(part.tag) == "title" and (part.text or "").strip() for part in element)
        self._title_depth = depth + 1 if titled else -1

    def _title(self, place: _Place, element: Element, depth: int) -> None:
        detail = self._content_of(place, element, PLAIN)
        if not -1 < self._title_depth <= depth:
            place.store("title", detail["value"], depth)
            place.values["title_detail"] = detail
        if detail["value"] and self._name(element.tag) != "media_title":
            self._title_depth = depth

    def _description(self, place: _Place, element: Element, depth: int) -> None:
        if "summary" in place.values and not self._has_content:
            self._content(place, element, depth)
        else:
            self._summarize(place, "summary" if place.is_entry else "subtitle", element, HTML, depth)

    def _summary(self, place: _Place, element: Element, depth: int) -> None:
        if "summary" in place.values and not self._has_content:
            self._content(place, element, depth)
        else:
            self._summarize(place, "summary", element, PLAIN, depth)

    def _summarize(self, place: _Place, key: str, element: Element, default: str, depth: int) -> None:
        detail = self._content_of(place, element, default)
        place.store(key, detail["value"], depth)
        place.values[f"{key}_detail"] = detail

    def _content(self, place: _Place, element: Element, depth: int, default: str = PLAIN) -> None:
        self._has_content = True
        detail = self._content_of(place, element, default)
        if place.is_entry:
            place.append("content", detail)
        place.values.setdefault("summary", detail["value"])

    def _encoded(self, place: _Place, element: Element, depth: int) -> None:
        self._content(place, element, depth, HTML)

    def _content_of(self, place: _Place, element: Element, default: str) -> Dict:
        attributes = attributes_of(element)
        kind = TYPES.get(attributes.get("type", default))
        if kind is None or "mode" in attributes:
            raise Unusual
        value = self._markup(element) if kind == XHTML else text_of(element)
        if kind == PLAIN and self._version != "atom10" and _MAYBE_HTML.search(value) and not looks_like_markup(value):
            raise Unusual  # whether it is markup, feedparser and we may see differently
        language = language_of(element, place.language)
        return {"type": kind, "language": language.replace("_", "-") if language else None, "value": value}

    def _markup(self, element: Element) -> str:
        pieces = [*self._inline(element)]
        return mended("".join(without_div(pieces) if self._version == "atom10" else pieces).strip())

    def _inline(self, element: Element) -> Iterator[str]:
        """The markup within an element of XHTML, in pieces as feedparser puts them together."""
        yield escape(element.text or "")
        for child in element:
            name = self._name(child.tag)
            if not name.startswith("xhtml_") or name in ("xhtml_body", "xhtml_svg", "xhtml_math"):
                raise Unusual
            attributes = (f' {key}="{escape(value, QUOTE)}"' for key, value in attributes_of(child).items())
            yield f"<{name[6:]}{''.join(attributes)}>"
            yield from self._inline(child)
            yield f"</{name[6:]}>"
            yield escape(child.tail or "")

    def _link(self, place: _Place, element: Element, depth: int) -> None:
        text, attributes = text_of(element), attributes_of(element)
        attributes.setdefault("rel", "alternate")
        attributes.setdefault("type", "application/atom+xml" if attributes["rel"] == "self" else HTML)
        enforce_href(attributes)
        place.append("links", attributes)
        if "href" in attributes:
            attributes["href"] = address_of(attributes["href"])
            if attributes["rel"] == "alternate" and TYPES.get(attributes["type"]) in (HTML, XHTML):
                place.values["link"] = attributes["href"]
            return
        address = address_of(text)
        if place.is_entry:
            address = address.replace("&amp;", "&")
        address = place.values["link"] = _QUERY_ENTITY.sub(r"&\g<1>", address)
        if address or not place.is_entry:
            attributes["href"] = address

    def _guid(self, place: _Place, element: Element, depth: int) -> None:
        value = text_of(element)
        is_link = attributes_of(element).get("ispermalink", "true") == "true"
        if is_link:
            value = address_of(value)
        place.store("id", value, depth)
        if is_link:
            place.values.setdefault("link", value)

    def _date(self, place: _Place, element: Element, depth: int) -> None:
        place.store(DATES[self._name(element.tag)], text_of(element), depth)

    def _language_of_feed(self, place: _Place, element: Element, depth: int) -> None:
        place.store("language", text_of(element), depth)

    def _author(self, place: _Place, element: Element, depth: int) -> None:
        self._ignore(element, PERSON)
        if not place.is_entry:
            return
        parts: Dict = {self._name(part.tag): (part.text or "").strip() for part in element}
        if not parts:
            name = text_of(element)
            place.store("author", name, depth)
            if place.values["author"] != name:
                raise Unusual
            parts = name_and_mail(name)
        elif "author" in place.values:
            raise Unusual  # feedparser takes the one for the other
        place.append("authors", parts)

    def _category(self, place: _Place, element: Element, depth: int) -> None:
        attributes = attributes_of(element)
        scheme = attributes.get("scheme", attributes.get("domain"))
        self._categorize(place, element, attributes.get("term"), scheme, attributes.get("label"))

    def _media_category(self, place: _Place, element: Element, depth: int) -> None:
        attributes = attributes_of(element)
        scheme = attributes.get("scheme", MEDIA_CATEGORIES)
        self._categorize(place, element, attributes.get("term"), scheme, attributes.get("label"))

    def _itunes_category(self, place: _Place, element: Element, depth: int) -> None:
        if place.is_entry:
            self._categorize(place, element, attributes_of(element).get("text"), ITUNES, None)
        else:
            self._ignore(element, frozenset(("itunes_category",)))

    def _categorize(
        self, place: _Place, element: Element, term: str | None, scheme: str | None, label: str | None
    ) -> None:
        value = text_of(element)
        self._tag(place, term, scheme, label)
        tags = place.values["tags"]
        if value and tags and not tags[-1]["term"]:
            tags[-1]["term"] = value
        elif value:
            self._tag(place, value, None, None)

    def _keywords(self, place: _Place, element: Element, depth: int) -> None:
        if element.attrib:
            raise Unusual
        scheme = ITUNES if self._name(element.tag).startswith("itunes") else None
        for term in text_of(element).split(","):
            if term.strip():
                self._tag(place, term.strip(), scheme, None)

    def _tag(self, place: _Place, term: str | None, scheme: str | None, label: str | None) -> None:
        tags = place.values.setdefault("tags", [])
        tag = {"term": term, "scheme": scheme, "label": label}
        if any(tag.values()) and tag not in tags:
            tags.append(tag)

    def _enclosure(self, place: _Place, element: Element, depth: int) -> None:
        text_of(element)
        attributes = attributes_of(element)
        enforce_href(attributes)
        place.append("links", attributes | {"rel": "enclosure"})

    def _media_content(self, place: _Place, element: Element, depth: int) -> None:
        place.append("media_content", attributes_of(element))
        self._walk_into(place, element, depth)

    def _thumbnail(self, place: _Place, element: Element, depth: int) -> None:
        attributes, address = attributes_of(element), address_of(text_of(element))
        if address:
            attributes.setdefault("url", address)
        place.append("media_thumbnail", attributes)

    def _itunes_image(self, place: _Place, element: Element, depth: int) -> None:
        text_of(element)
        attributes = attributes_of(element)
        if address := attributes.get("href") or attributes.get("url"):
            place.values["image"] = {"href": address}

    def _cloud(self, place: _Place, element: Element, depth: int) -> None:
        text_of(element)
        place.values["cloud"] = attributes_of(element)


HANDLERS: dict[str, Callable[[_Reader, _Place, Element, int], None]] = {
    "channel": _Reader._channel,
    **dict.fromkeys(("item", "entry"), _Reader._entry),
    **dict.fromkeys(("title", "dc_title", "media_title"), _Reader._title),
    **dict.fromkeys(("description", "dc_description", "media_description"), _Reader._description),
    **dict.fromkeys(("summary", "itunes_summary"), _Reader._summary),
    "content": _Reader._content,
    "content_encoded": _Reader._encoded,
    "link": _Reader._link,
    **dict.fromkeys(("guid", "id"), _Reader._guid),
    **dict.fromkeys(DATES, _Reader._date),
    **dict.fromkeys(("language", "dc_language"), _Reader._language_of_feed),
    **dict.fromkeys(("author", "managingeditor", "dc_creator", "dc_author", "itunes_author"), _Reader._author),
    **dict.fromkeys(("category", "keywords", "dc_subject"), _Reader._category),
    "media_category": _Reader._media_category,
    "itunes_category": _Reader._itunes_category,
    **dict.fromkeys(("media_keywords", "itunes_keywords"), _Reader._keywords),
    "enclosure": _Reader._enclosure,
    "media_content": _Reader._media_content,
    "media_thumbnail": _Reader._thumbnail,
    **dict.fromkeys(("itunes_image", "itunes_link"), _Reader._itunes_image),
    "cloud": _Reader._cloud,
}
