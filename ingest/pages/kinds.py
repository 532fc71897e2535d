"""What a page is: an article, or one of the things that answer in an article's stead with status 200."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.resources import files

import ada_url
from lxml.html import HtmlElement

from ingest.pages.head import Head
from ingest.pages.jsonld import Claims
from ingest.pages.model import PageKind
from ingest.text import count_words
from storage.model import Failure, FailureKind

ENOUGH = 200  # words that make a page an article whatever phrases it has
FEW = 60  # words below which a picture or a film is what the page is about
_LIVE_PATH = re.compile(
    r"[/_.-](?:live(?!-?(?:music|science|st|nation|well))(?:blog|ticker|-updates?|-news)?|liveblog|liveticker|en-direct|en-vivo|ao-vivo|diretta|canli|onlayn)(?:[/_.-]|$)"
)
_VIDEO_PATH = re.compile(r"/(?:videos?|watch|tv|mediathek|vod)/")
_AUDIO_PATH = re.compile(r"/(?:audio|podcasts?)/")
_GALLERY_PATH = re.compile(
    r"[/-](?:galler(?:y|ies)|photos?|pictures|in-pictures|fotostrecken?|bilder|diaporama|fotogaleria|fotogalerias|galeria|fotos|fotogallery|foto-galeri|infografis)(?:[/-]|$)"
)
_PHOTO_TITLE = re.compile(
    r"^(?:in pictures|photos?|gallery|in pics|in photos|fotos?|bilder|en images|en fotos|фото|galeri|foto)\b\s*[:|-]",
    re.IGNORECASE,
)


def _read_phrases() -> Mapping[str, re.Pattern[str]]:
    table = tomllib.loads(files("ingest.pages").joinpath("rules").joinpath("kinds.toml").read_text("utf-8"))
    return {kind: re.compile("|".join(map(re.escape, phrases))) for kind, phrases in table.items()}


_PHRASES = _read_phrases()


@dataclass(frozen=True, slots=True)
class Look:
    """What the kind is judged by. `opening`: the first lines of all text on the page; `ending`: the last removed or kept."""

    url: str
    root: HtmlElement
    head: Head
    claims: Claims
    title: str
    text: str
    all_lines: tuple[str, ...]
    linked_share: float  # of all text on the page
    truncated: bool  # the text breaks off


def judge(look: Look) -> tuple[PageKind, Failure | None]:
    """The kind of the page, and the failure if it is not to be kept as a full text."""
    words = count_words(look.text)
    if words < ENOUGH and (stand_in := _stand_in(look, words)):
        return stand_in
    if words < ENOUGH and _is_paywalled(look):
        return PageKind.PAYWALL, Failure(FailureKind.PAYWALL, f"only the beginning is there ({words} words)")
    if _is_listing(look, words):
        return PageKind.LISTING, Failure(FailureKind.NOT_AN_ARTICLE, "a home page, a section or a list")
    kind = _medium(look, words)
    if words == 0:
        kind = PageKind.EMPTY if kind is PageKind.ARTICLE else kind
        return kind, Failure(FailureKind.NO_TEXT, f"no text on a page of kind {kind}")
    if kind in (PageKind.GALLERY, PageKind.VIDEO, PageKind.AUDIO) and words < FEW:
        return kind, Failure(FailureKind.NOT_AN_ARTICLE, f"a page of kind {kind} with {words} words")
    if look.truncated and _is_paywalled(look):
        return PageKind.PAYWALL, Failure(FailureKind.PAYWALL, f"the text breaks off after {words} words")
    return kind, None


def _stand_in(look: Look, words: int) -> tuple[PageKind, Failure] | None:
    """Challenge, error page or consent wall."""
    titles = " ".join((look.head.title, look.title, look.head.first("og:title"))).lower()[:400]
    opening = " ".join(look.all_lines[:40]).lower()[:4000]
    everything = sum(map(count_words, look.all_lines))
    if (_PHRASES["challenge"].search(titles) and everything < 400) or (
        everything < 120 and _PHRASES["challenge"].search(opening)
    ):
        return PageKind.CHALLENGE, Failure(
            FailureKind.CHALLENGE, f"asks for proof of a person: {look.head.title[:80]}".strip(": ")
        )
    if look.claims.headline or look.head.first("article:published_time"):
        return None
    if _PHRASES["error"].search(titles) or (
        words < 60 and _PHRASES["error"].search(" ".join(look.all_lines[:12]).lower())
    ):
        return PageKind.ERROR, Failure(
            FailureKind.NOT_AN_ARTICLE, f"an error page: {(look.title or look.head.title)[:80]}".strip(": ")
        )
    if everything < 600 and len(_PHRASES["consent"].findall(opening)) >= 2 and _mostly_consent(look):
        return PageKind.CONSENT, Failure(FailureKind.NOT_AN_ARTICLE, "a consent wall")
    return None


def _mostly_consent(look: Look) -> bool:
    lines = [line for line in look.all_lines if len(line) > 40]
    about = [
        line
        for line in lines
        if re.search(r"cookie|consent|privacy|partner|datenschutz|privacidad|confidentialit|隐私", line.lower())
    ]
    return len(about) * 2 >= len(lines)


def _is_paywalled(look: Look) -> bool:
    lines = "\n".join(line for line in look.all_lines if len(line) < 300)
    return bool(_PHRASES["paywall"].search(lines.lower())) or (look.claims.free is False and look.truncated)


def _is_listing(look: Look, words: int) -> bool:
    if look.claims.types & {"CollectionPage", "SearchResultsPage", "ItemList"} and words < ENOUGH:
        return True
    try:
        path = ada_url.URL(look.url).pathname
    except ValueError:
        path = "a file of whose address nothing is known"
    is_home = path.strip("/") in ("", "index.html", "index.php")
    if is_home and look.head.first("og:type").lower() != "article" and not look.claims.headline:
        return look.linked_share > 0.5 or words < FEW
    return look.linked_share > 0.75 and words < FEW and not look.claims.headline


def _medium(look: Look, words: int) -> PageKind:
    path = look.url.partition("?")[0].lower()
    types = look.claims.types
    if "LiveBlogPosting" in types or (_LIVE_PATH.search(path) and (words > ENOUGH or not look.claims.types)):
        return PageKind.LIVE
    if words < ENOUGH:
        if "VideoObject" in types or look.head.first("og:type").lower().startswith("video") or _VIDEO_PATH.search(path):
            return PageKind.VIDEO
        if "AudioObject" in types or "PodcastEpisode" in types or _AUDIO_PATH.search(path):
            return PageKind.AUDIO
        if "ImageGallery" in types or _GALLERY_PATH.search(path) or _PHOTO_TITLE.match(look.title):
            return PageKind.GALLERY
    return PageKind.ARTICLE


def breaks_off(text: str) -> bool:
    """Whether a text ends in the middle: with dots, or without the end of a sentence.

    >>> breaks_off("The minister said on Monday that..."), breaks_off("He agreed.")
    (True, False)
    """
    last = text.rstrip().rpartition("\n")[2].rstrip()
    return last.endswith(("...", "…", "[…]", "[...]")) or (len(last) > 60 and last[-1:].isalnum())


def visible_lines(texts: Iterable[str]) -> tuple[str, ...]:
    """The lines of a page that the kind is judged by: the first and the last hundred."""
    lines = tuple(texts)
    return lines if len(lines) <= 200 else lines[:100] + lines[-100:]
