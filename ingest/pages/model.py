"""The values of this room: what comes in beside the page, and the article that goes out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from ingest.text import count_words
from storage.model import DateEvidence, Failure


class PageKind(StrEnum):
    """What a page is, whatever its status code says."""

    ARTICLE = "article"
    LIVE = "live"  # a live blog: its text grows
    GALLERY = "gallery"
    VIDEO = "video"
    AUDIO = "audio"
    PAYWALL = "paywall"  # only the beginning is there
    CONSENT = "consent"
    CHALLENGE = "challenge"
    ERROR = "error"  # "not found" with status 200
    LISTING = "listing"  # a home page, a section, a tag
    EMPTY = "empty"  # no text of any kind


class Method(StrEnum):
    """Where a text was taken from."""

    ENGINE = "engine"
    THOROUGH = "engine_thorough"  # the engine's slow path
    SECOND = "second_engine"  # the second witness alone, on pages too large for the engine
    JSON_LD = "json_ld"
    SELECTORS = "selectors"  # the outlet's own rules
    HIDDEN = "hidden_markup"  # print markup, or what is there for browsers without scripts
    FEED = "feed"
    SUMMARY = "summary"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class FeedHint:
    """What the feed's entry says of the article: a witness for title and date, a candidate for the text."""

    title: str = ""
    summary: str = ""
    content_html: str | None = None
    authors: tuple[str, ...] = ()
    published_at: datetime | None = None
    updated_at: datetime | None = None
    image_url: str | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class RemovedLine:
    """A line of the page that is not in the text, and the fact or rule that took it out."""

    text: str
    rule: str


@dataclass(frozen=True, slots=True)
class Extraction:
    """An article as extracted. Times are aware, in UTC; `text` has one paragraph per line.

    `failure` says why a page is not to be kept as a full text; `text` then holds what there is, often nothing.
    `provenance` names the source of each field, as pairs. `score` (0 to 1) is the share of `text` that the
    second witness confirms; .5 where none was asked, 1 for what the outlet's own selectors chose.
    """

    url: str
    canonical_url: str | None = None
    title: str = ""
    authors: tuple[str, ...] = ()
    published_at: datetime | None = None
    updated_at: datetime | None = None
    language: str | None = None
    site_name: str | None = None
    image_url: str | None = None
    text: str = ""
    method: str = Method.NONE
    problems: tuple[str, ...] = ()
    page_kind: PageKind = PageKind.EMPTY
    score: float = 0.0
    section: str | None = None
    tags: tuple[str, ...] = ()
    is_free: bool | None = None
    description: str = ""
    declared_language: str | None = None
    detected_language: str | None = None
    published_evidence: DateEvidence | None = None
    updated_evidence: DateEvidence | None = None
    provenance: tuple[tuple[str, str], ...] = ()
    failure: Failure | None = None
    removed: tuple[RemovedLine, ...] = ()

    @property
    def word_count(self) -> int:
        """Words of `text`; two characters of Chinese or Japanese count as one."""
        return count_words(self.text)

    def source_of(self, field: str) -> str | None:
        """Where `field` comes from, or None."""
        return dict(self.provenance).get(field)
