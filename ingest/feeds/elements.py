"""What each element of a usual feed says of the feed or the entry it stands in, under feedparser's keys.

One function for each kind of element. Elements with others in them that count as well are walked in `quickxml`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from xml.etree.ElementTree import Element
from xml.sax.saxutils import escape

from ingest.feeds.document import Document, Place
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
    DATES,
    HTML,
    ITUNES,
    MEDIA_CATEGORIES,
    OF_ITS_OWN,
    PERSON,
    PLAIN,
    TAKEN,
    TYPES,
    XHTML,
)

Handler = Callable[[Document, Place, Element, int], None]  # of which document, where it stands, the element, its depth

QUOTE = {chr(34): "&quot;"}

_MAYBE_HTML = re.compile(r"</\w|&#?\w+;")
_QUERY_ENTITY = re.compile(r"&([A-Za-z0-9_]+);")


def _title(document: Document, place: Place, element: Element, depth: int) -> None:
    detail = _content_of(document, place, element, PLAIN)
    if not -1 < document.title_depth <= depth:
        place.store("title", detail["value"], depth)
        place.values["title_detail"] = detail
    if detail["value"] and document.names.of(element.tag) != "media_title":
        document.title_depth = depth


def _description(document: Document, place: Place, element: Element, depth: int) -> None:
    if "summary" in place.values and not document.has_content:
        _content(document, place, element, depth)
    else:
        _summarize(document, place, "summary" if place.is_entry else "subtitle", element, HTML, depth)


def _summary(document: Document, place: Place, element: Element, depth: int) -> None:
    if "summary" in place.values and not document.has_content:
        _content(document, place, element, depth)
    else:
        _summarize(document, place, "summary", element, PLAIN, depth)


def _encoded(document: Document, place: Place, element: Element, depth: int) -> None:
    _content(document, place, element, depth, HTML)


def _content(document: Document, place: Place, element: Element, depth: int, default: str = PLAIN) -> None:
    document.has_content = True
    detail = _content_of(document, place, element, default)
    if place.is_entry:
        place.append("content", detail)
    place.values.setdefault("summary", detail["value"])


def _summarize(document: Document, place: Place, key: str, element: Element, default: str, depth: int) -> None:
    detail = _content_of(document, place, element, default)
    place.store(key, detail["value"], depth)
    place.values[f"{key}_detail"] = detail


def _content_of(document: Document, place: Place, element: Element, default: str) -> Dict:
    attributes = attributes_of(element)
    kind = TYPES.get(attributes.get("type", default))
    if kind is None or "mode" in attributes:
        raise Unusual
    value = _markup(document, element) if kind == XHTML else text_of(element)
    if kind == PLAIN and document.version != "atom10" and _MAYBE_HTML.search(value) and not looks_like_markup(value):
        raise Unusual  # whether it is markup, feedparser and we may see differently
    language = language_of(element, place.language)
    return {"type": kind, "language": language.replace("_", "-") if language else None, "value": value}


def _markup(document: Document, element: Element) -> str:
    pieces = [*_inline(document, element)]
    return mended("".join(without_div(pieces) if document.version == "atom10" else pieces).strip())


def _inline(document: Document, element: Element) -> Iterator[str]:
    """The markup within an element of XHTML, in pieces as feedparser puts them together."""
    yield escape(element.text or "")
    for child in element:
        name = document.names.of(child.tag)
        if not name.startswith("xhtml_") or name in ("xhtml_body", "xhtml_svg", "xhtml_math"):
            raise Unusual
        attributes = (f' {key}="{escape(value, QUOTE)}"' for key, value in attributes_of(child).items())
        yield f"<{name[6:]}{''.join(attributes)}>"
        yield from _inline(document, child)
        yield f"</{name[6:]}>"
        yield escape(child.tail or "")


def _link(document: Document, place: Place, element: Element, depth: int) -> None:
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


def _guid(document: Document, place: Place, element: Element, depth: int) -> None:
    value = text_of(element)
    is_link = attributes_of(element).get("ispermalink", "true") == "true"
    if is_link:
        value = address_of(value)
    place.store("id", value, depth)
    if is_link:
        place.values.setdefault("link", value)


def _date(document: Document, place: Place, element: Element, depth: int) -> None:
    place.store(DATES[document.names.of(element.tag)], text_of(element), depth)


def _language_of_feed(document: Document, place: Place, element: Element, depth: int) -> None:
    place.store("language", text_of(element), depth)


def _author(document: Document, place: Place, element: Element, depth: int) -> None:
    ignore_group(document, element, PERSON)
    if not place.is_entry:
        return
    parts: Dict = {document.names.of(part.tag): (part.text or "").strip() for part in element}
    if not parts:
        name = text_of(element)
        place.store("author", name, depth)
        if place.values["author"] != name:
            raise Unusual
        parts = name_and_mail(name)
    elif "author" in place.values:
        raise Unusual  # feedparser takes the one for the other
    place.append("authors", parts)


def _category(document: Document, place: Place, element: Element, depth: int) -> None:
    attributes = attributes_of(element)
    scheme = attributes.get("scheme", attributes.get("domain"))
    _categorize(place, element, attributes.get("term"), scheme, attributes.get("label"))


def _media_category(document: Document, place: Place, element: Element, depth: int) -> None:
    attributes = attributes_of(element)
    scheme = attributes.get("scheme", MEDIA_CATEGORIES)
    _categorize(place, element, attributes.get("term"), scheme, attributes.get("label"))


def _itunes_category(document: Document, place: Place, element: Element, depth: int) -> None:
    if place.is_entry:
        _categorize(place, element, attributes_of(element).get("text"), ITUNES, None)
    else:
        ignore_group(document, element, frozenset(("itunes_category",)))


def _categorize(place: Place, element: Element, term: str | None, scheme: str | None, label: str | None) -> None:
    value = text_of(element)
    _tag(place, term, scheme, label)
    tags = place.values["tags"]
    if value and tags and not tags[-1]["term"]:
        tags[-1]["term"] = value
    elif value:
        _tag(place, value, None, None)


def _keywords(document: Document, place: Place, element: Element, depth: int) -> None:
    if element.attrib:
        raise Unusual
    scheme = ITUNES if document.names.of(element.tag).startswith("itunes") else None
    for term in text_of(element).split(","):
        if term.strip():
            _tag(place, term.strip(), scheme, None)


def _tag(place: Place, term: str | None, scheme: str | None, label: str | None) -> None:
    tags = place.values.setdefault("tags", [])
    tag = {"term": term, "scheme": scheme, "label": label}
    if any(tag.values()) and tag not in tags:
        tags.append(tag)


def _enclosure(document: Document, place: Place, element: Element, depth: int) -> None:
    text_of(element)
    attributes = attributes_of(element)
    enforce_href(attributes)
    place.append("links", attributes | {"rel": "enclosure"})


def _thumbnail(document: Document, place: Place, element: Element, depth: int) -> None:
    attributes, address = attributes_of(element), address_of(text_of(element))
    if address:
        attributes.setdefault("url", address)
    place.append("media_thumbnail", attributes)


def _itunes_image(document: Document, place: Place, element: Element, depth: int) -> None:
    text_of(element)
    attributes = attributes_of(element)
    if address := attributes.get("href") or attributes.get("url"):
        place.values["image"] = {"href": address}


def _cloud(document: Document, place: Place, element: Element, depth: int) -> None:
    text_of(element)
    place.values["cloud"] = attributes_of(element)


def _apart(document: Document, place: Place, element: Element, depth: int) -> None:
    """The feed's picture, another feed that an entry comes from: all that matters is that they had a title."""
    name = document.names.of(element.tag)
    if place.is_entry is not (name == "source"):
        raise Unusual
    ignore_group(document, element, OF_ITS_OWN[name])
    titled = any(document.names.of(part.tag) == "title" and (part.text or "").strip() for part in element)
    document.title_depth = depth + 1 if titled else -1


def _plain(document: Document, place: Place, element: Element, depth: int) -> None:
    """An element that feedparser knows nothing of: its text, or its attributes where it has some."""
    name, text = document.names.of(element.tag), text_of(element)
    if element.attrib:
        place.values[name] = attributes_of(element)
    else:
        place.store(name, text, depth)


def ignore_group(document: Document, group: Element, known: frozenset[str]) -> None:
    """What stands in a group has to be known; of anything else, feedparser had better judge."""
    if any(element is not group and document.names.of(element.tag) not in known for element in group.iter()):
        raise Unusual


LEAVES: dict[str, Handler] = {
    **dict.fromkeys(("title", "dc_title", "media_title"), _title),
    **dict.fromkeys(("description", "dc_description", "media_description"), _description),
    **dict.fromkeys(("summary", "itunes_summary"), _summary),
    "content": _content,
    "content_encoded": _encoded,
    "link": _link,
    **dict.fromkeys(("guid", "id"), _guid),
    **dict.fromkeys(DATES, _date),
    **dict.fromkeys(("language", "dc_language"), _language_of_feed),
    **dict.fromkeys(("author", "managingeditor", "dc_creator", "dc_author", "itunes_author"), _author),
    **dict.fromkeys(("category", "keywords", "dc_subject"), _category),
    "media_category": _media_category,
    "itunes_category": _itunes_category,
    **dict.fromkeys(("media_keywords", "itunes_keywords"), _keywords),
    "enclosure": _enclosure,
    "media_thumbnail": _thumbnail,
    **dict.fromkeys(("itunes_image", "itunes_link"), _itunes_image),
    "cloud": _cloud,
    **dict.fromkeys(TAKEN, _plain),
    **dict.fromkeys(OF_ITS_OWN, _apart),
}
