"""HTML from feeds, made safe to keep and show: nh3's allow-list, absolute http(s) links only."""

from __future__ import annotations

import html
import re
from functools import lru_cache

import nh3

from ingest.text import cap_bytes, plain_text, remove_unwanted, too_deep
from ingest.urls import resolve_link

MAX_CONTENT = 1 << 20  # bytes
MAX_LINES = 50_000  # of a plain text that is turned into HTML

TAGS = nh3.ALLOWED_TAGS | {"audio", "video", "source", "picture"}
ATTRIBUTES = nh3.ALLOWED_ATTRIBUTES | {
    "audio": {"src", "controls"},
    "video": {"src", "controls", "poster", "width", "height"},
    "source": {"src", "type"},
}
SCHEMES = {"http", "https"}

_RELATIVE = re.compile(r"[\s\"'/](?:href|src|poster|cite|data)\s*=\s*[\"']?\s*(?!https?:|[\"'\s])", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*>")
_IMAGE = re.compile(r"<img\b[^<>]*>")
_SOURCE = re.compile(r"\bsrc=\"([^\"]+)\"")
_PIXEL = re.compile(r"\b(?:width|height)=\"?[012]\b")
_INLINE = re.compile(
    r"</?(?:a|abbr|b|big|br|center|cite|code|del|div|em|font|h[1-6]|i|img|ins|li|ol|p|pre|q|s|small|span|strike|strong"
    r"|sub|sup|tt|u|ul|wbr)\b[^<>]*>",
    re.IGNORECASE,
)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#x[0-9a-f]{1,6}|[a-z]\w{1,30});", re.IGNORECASE)


def safe_html(markup: str, base: str | None) -> str:
    """`markup` without anything that runs, with its links made absolute against `base` or dropped.

    >>> safe_html('<p onclick="x()"><a href="/a">b</a><a href="java&#10;script:x">c</a></p>', "https://example.com/")
    '<p><a href="https://example.com/a" rel="noopener noreferrer">b</a><a rel="noopener noreferrer">c</a></p>'
    """
    markup = cap_bytes(remove_unwanted(markup), MAX_CONTENT)
    if "<" not in markup:
        return html.escape(html.unescape(markup), quote=False).strip()
    if too_deep(markup):
        return html.escape(plain_text(markup), quote=False)
    return _cleaner(base if "=" in markup and _RELATIVE.search(markup) else None).clean(markup).strip()


def text_as_html(text: str) -> str:
    """Plain text as HTML: blank lines part paragraphs, line ends stay.

    >>> text_as_html("one < two" + chr(10) + "lines" + chr(10) * 2 + "next")
    '<p>one &lt; two<br>lines</p><p>next</p>'
    """
    lines = cap_bytes(remove_unwanted(text), MAX_CONTENT).strip().split("\n", MAX_LINES)
    escaped = html.escape("\n".join(line.strip() for line in lines), quote=False)
    paragraphs = [part.strip("\n") for part in re.split(r"\n{2,}", escaped)]
    return "".join(f"<p>{part}</p>" for part in paragraphs if part).replace("\n", "<br>")


def text_of(safe: str) -> str:
    """The words of what `safe_html` returned; `<` stands there for nothing but tags."""
    return html.unescape(_TAG.sub(" ", safe))


def first_image(safe: str) -> str | None:
    """The address of the first picture of what `safe_html` returned that is no counting pixel."""
    for image in _IMAGE.finditer(safe):
        source = _SOURCE.search(image[0])
        if source and not _PIXEL.search(image[0]):
            return html.unescape(source[1])
    return None


def looks_like_markup(text: str) -> bool:
    """Whether a text that ought to be plain holds tags of HTML's text level, or references."""
    return bool(_INLINE.search(text) or _ENTITY.search(text))


@lru_cache(maxsize=64)
def _cleaner(base: str | None) -> nh3.Cleaner:
    absolute = resolve_link(None, base or "")
    if absolute is None:
        return nh3.Cleaner(tags=TAGS, attributes=ATTRIBUTES, url_schemes=SCHEMES, url_relative="deny")
    return nh3.Cleaner(
        tags=TAGS, attributes=ATTRIBUTES, url_schemes=SCHEMES, url_relative=("rewrite_with_base", absolute)
    )
