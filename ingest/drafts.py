"""From an entry and its page to an article ready to be kept. Pure, and run in a worker process: one page a job."""

from __future__ import annotations

import json
from datetime import datetime
from urllib.parse import urlsplit

from ingest.duplicates import fingerprint
from ingest.feeds.identity import is_made_up
from ingest.jobs import OutletHints, Page
from ingest.pages.feedtext import article_from_entry
from ingest.pages.language import told_language
from ingest.pages.model import Extraction, FeedHint
from ingest.text import count_words, plain_text
from ingest.urls import canonical_url
from storage.model import Alias, AliasKind, ArticleDraft, Entry, Failure, FailureKind, PendingEntry

MIN_FEED_WORDS = 50  # of the feed's own text, for it to stand in for a page that is not to be had


def draft_from_page(pending: PendingEntry, page: Page, hints: OutletHints, now: datetime) -> ArticleDraft | Failure:
    """The article on the page; the feed's own text where the page is no article; a Failure where both fail."""
    extraction = extract(page, hints, now, pending.entry)
    if extraction.failure is not None:
        return draft_from_feed(pending, hints, instead_of=extraction.failure)
    return _draft(pending, extraction, hints, page_url=page.url)


def extract(
    page: Page, hints: OutletHints, now: datetime, entry: Entry | None = None, *, explain: bool = False
) -> Extraction:
    """What the page says, with the feed's entry as a witness."""
    from ingest.pages import ExtractRules, extract_article  # a run may make all its articles of the feeds' own texts

    return extract_article(
        page.body,
        url=page.url,
        content_type=page.content_type,
        rules=ExtractRules.of(hints.extract) if hints.extract else None,
        now=now,
        feed=_hint(entry) if entry else None,
        language=(entry.language if entry else None) or hints.language,
        timezone=hints.timezone,
        explain=explain,
    )


def _hint(entry: Entry) -> FeedHint:
    return FeedHint(
        title=entry.title,
        summary=entry.summary,
        content_html=entry.content_html,
        authors=entry.authors,
        published_at=entry.published_at,
        updated_at=entry.updated_at,
        image_url=entry.image_url,
        language=entry.language,
    )


def draft_from_feed(
    pending: PendingEntry, hints: OutletHints, *, instead_of: Failure | None = None
) -> ArticleDraft | Failure:
    """The article as the feed itself carries it. `instead_of` says why the page could not be had."""
    entry = pending.entry
    told = plain_text(entry.content_html or entry.summary)
    language = told_language(entry.language or hints.language, told)
    found = article_from_entry(
        content_html=entry.content_html, summary=entry.summary, title=entry.title, language=language
    )
    words = count_words(found.text)
    if instead_of is not None and words < MIN_FEED_WORDS:
        return instead_of
    if words == 0:
        return Failure(FailureKind.NO_TEXT, "the feed's entry has no text")
    extraction = Extraction(entry.url or "", text=found.text, method=found.method, language=language)
    return _draft(pending, extraction, hints, page_url=None)


def _draft(pending: PendingEntry, found: Extraction, hints: OutletHints, *, page_url: str | None) -> ArticleDraft:
    entry = pending.entry
    title = found.title or entry.title
    language = found.language or entry.language or hints.language
    canonical = canonical_url(entry.url) if entry.url else None
    published_at, evidence = found.published_at, found.published_evidence
    if published_at is None:
        published_at, evidence = entry.published_at, entry.published_evidence
    return ArticleDraft(
        outlet=pending.outlet,
        title=title,
        text=found.text,
        method=found.method,
        url=entry.url,
        canonical_url=canonical,
        aliases=_aliases(pending, page_url, found.canonical_url if page_url else None),
        signature=fingerprint(found.text, title=title, language=language).to_signature(),
        authors=found.authors or entry.authors,
        published_at=published_at,
        published_evidence=evidence,
        updated_at=found.updated_at or entry.updated_at,
        language=language,
        summary=entry.summary,
        image_url=found.image_url or entry.image_url,
        word_count=count_words(found.text),
        from_feed=page_url is None,
        extra=_extra(entry, found),
    )


def _aliases(pending: PendingEntry, page_url: str | None, declared: str | None) -> tuple[Alias, ...]:
    entry = pending.entry
    names: dict[str, Alias] = {}

    def add_url(kind: AliasKind, url: str | None) -> None:
        if url is None or (kind is not AliasKind.URL and urlsplit(url).path in ("", "/")):
            return  # a home page is where sites send what they no longer have: it names no article
        value = canonical_url(url)
        names.setdefault(value, Alias(kind, value))

    add_url(AliasKind.URL, entry.url)
    add_url(AliasKind.FINAL_URL, page_url)
    add_url(AliasKind.CANONICAL, declared)
    named_by_guid = entry.url is None or (
        entry.guid is not None and entry.key != entry.url and not is_made_up(entry.key)
    )
    guids = (Alias(AliasKind.GUID, entry.key, pending.feed_id),) if named_by_guid else ()
    return (*names.values(), *guids)


def _extra(entry: Entry, found: Extraction) -> str | None:
    values: dict[str, object] = {
        "site_name": found.site_name,
        "section": found.section,
        "tags": list(found.tags or entry.categories),
        "page_kind": found.page_kind,
        "is_free": found.is_free,
        "declared_language": found.declared_language,
        "detected_language": found.detected_language,
        "score": found.score or None,
        "sources": dict(found.provenance),
    }
    kept = {name: value for name, value in values.items() if value not in (None, [], {}, "")}
    return json.dumps(kept, ensure_ascii=False) if kept else None
