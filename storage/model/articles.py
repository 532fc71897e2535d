"""What is kept: articles, the names they go by, and their fingerprints."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from storage.model.entries import DateEvidence


class AliasKind(StrEnum):
    GUID = "guid"  # within its feed
    URL = "url"  # canonical_url() of the published link
    FINAL_URL = "final_url"  # canonical_url() of where redirects ended
    CANONICAL = "canonical"  # canonical_url() of what the page declares


@dataclass(frozen=True, slots=True)
class Alias:
    """One name of an article. URLs count everywhere; a guid counts within the feed `feed_id`."""

    kind: AliasKind
    value: str
    feed_id: int | None = None


class Signature(NamedTuple):
    """A fingerprint as it is kept: `tokens` is the packed token hashes of `ingest.duplicates`, of scheme `scheme`."""

    scheme: int
    exact: bytes  # 16 bytes: hash of the normalized text
    tokens: bytes


@dataclass(frozen=True, slots=True)
class ArticleDraft:
    """An article ready to be kept: what the page, the feed and the fingerprint said, before the archive was asked."""

    outlet: str
    title: str
    text: str
    method: str
    url: str | None
    canonical_url: str | None
    aliases: tuple[Alias, ...]
    signature: Signature
    authors: tuple[str, ...] = ()
    published_at: datetime | None = None
    published_evidence: DateEvidence | None = None
    updated_at: datetime | None = None
    language: str | None = None
    summary: str = ""
    image_url: str | None = None
    word_count: int = 0
    from_feed: bool = False  # the page was tried and not to be had
    extra: str | None = None  # JSON: section, tags, site name, page kind, what an import brought along


class Change(StrEnum):
    FIRST = "first"
    EDITED = "edited"
    RE_EXTRACTED = "re-extracted"
    PAGE_OBTAINED = "page_obtained"
