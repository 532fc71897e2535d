"""What feedparser does to every text, address and attribute, for `ingest.feeds.quickxml` to do the same."""

from __future__ import annotations

import re
from typing import Any
from xml.etree.ElementTree import Element

Dict = dict[str, Any]  # as feedparser's

LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"

_MAIL = re.compile(  # feedparser's
    r"(([a-zA-Z0-9\_\-\.\+]+)@((\[[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}\.)|(([a-zA-Z0-9\-]+\.)+))"
    r"([a-zA-Z]{2,4}|[0-9]{1,3})(\]?))(\?subject=\S+)?"
)
_WINDOWS = re.compile("[\x80-\x9f]")
_WINDOWS_MEANT = {code: char for code in range(0x80, 0xA0) if (char := bytes((code,)).decode("cp1252", "ignore"))}
_SLASHES = re.compile(r"^([A-Za-z][A-Za-z0-9+,.-]*://)/+")


class Unusual(Exception):
    """The document has something that feedparser had better judge."""


def attributes_of(element: Element) -> Dict:
    """The attributes as feedparser hands them on."""
    found: Dict = {}
    for name, value in element.items():
        key = name.lower()
        if name == LANGUAGE:
            key = "xml:lang"
        elif key[0] == "{":
            raise Unusual
        found[key] = value.lower() if key in ("rel", "type") else value
    return found


def language_of(element: Element, inherited: str | None) -> str | None:
    language = element.get(LANGUAGE, element.get("lang"))
    return inherited if language is None else language or None


def text_of(element: Element) -> str:
    if len(element):
        raise Unusual
    text = (element.text or "").strip()
    return text if text.isascii() else mended(text)


def name_and_mail(author: str) -> Dict:
    mail = _MAIL.search(author)
    if mail:
        author = author.replace(mail[0], "").replace("()", "").replace("<>", "").replace("&lt;&gt;", "").strip()
        author = author.removeprefix("(").removesuffix(")").strip()
    return {key: value for key, value in (("name", author), ("email", mail and mail[0])) if value}


def without_div(pieces: list[str]) -> list[str]:
    """Markup out of the one <div> around it that Atom asks for; feedparser looks for it in this way."""
    while len(pieces) > 1 and not pieces[-1].strip():
        del pieces[-1]
    while len(pieces) > 1 and not pieces[0].strip():
        del pieces[0]
    if (pieces[0] == "<div>" or pieces[0].startswith("<div ")) and pieces[-1] == "</div>":
        depth = 0
        for piece in pieces[:-1]:
            depth += -1 if piece.startswith("</") else piece.startswith("<") and not piece.endswith("/>")
            if depth == 0 and piece.startswith("</"):
                break
        else:
            return pieces[1:-1]
    return pieces


def mended(text: str) -> str:
    """What feedparser mends in every text: UTF-8 that was taken for Latin-1, and the characters of Windows."""
    if text.isascii():
        return text
    try:  # noqa: SIM105  nearly always in vain, and `suppress` would cost as much again
        text = text.encode("iso-8859-1").decode("utf-8")
    except UnicodeError:
        pass
    return text.translate(_WINDOWS_MEANT) if _WINDOWS.search(text) else text


def address_of(text: str) -> str:
    return _SLASHES.sub(r"\1", text, count=1) if "///" in text else text


def enforce_href(attributes: Dict) -> None:
    address = attributes.get("url", attributes.get("uri", attributes.get("href")))
    if address:
        attributes.pop("url", None)
        attributes.pop("uri", None)
        attributes["href"] = address
