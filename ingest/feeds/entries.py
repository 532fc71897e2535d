"""What a format's reader found, made into entries: cleaned, bounded, resolved, dated and named."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from ingest.dates import parse_date
from ingest.feeds.identity import content_hash, identify, is_made_up, shorten_key
from ingest.feeds.markup import first_image, looks_like_markup, safe_html, text_as_html
from ingest.feeds.model import ParsedFeed, RawDate, RawEntry, RawFeed, RhythmHints, Text
from ingest.feeds.recall import ReadWhole
from ingest.text import cap_bytes, clean_line, plain_text
from ingest.urls import resolve_link
from storage.model import DateEvidence, Enclosure, Entry

MAX_TITLE = 1024  # bytes, as all of these
MAX_SUMMARY = 16_384
MAX_NAME = 300
MAX_RAW_DATE = 200
MAX_NAMES = 200  # authors or categories of an entry
MAX_ENCLOSURES = 50
MAX_PROBLEMS = 20

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{1,8}){0,3}")


@dataclass(frozen=True, slots=True)
class Source:
    """Where a document came from, and what is needed to understand it."""

    url: str
    timezone: str | None = None
    now: datetime | None = None


def build_feed(raw: RawFeed, problems: tuple[str, ...], source: Source, encoding: str) -> ParsedFeed:
    """The feed as it is handed out; `problems` are those known so far. Raises `ReadWhole` where names of entries clash,
    of which some are known: their titles may be of an earlier poll, and only all that they say tells which one is meant.
    """
    are_known = [isinstance(item, Entry) for item in raw.entries]
    entries, urls, misnamed = identify(
        [item if isinstance(item, Entry) else _entry(item, raw, source) for item in raw.entries]
    )
    shared = {url for url, times in Counter(urls).items() if url and times > 1}
    recalled = {entry.key: url for entry, url, is_known in zip(entries, urls, are_known, strict=False) if is_known}
    if any(are_known) and (misnamed or not shared.isdisjoint(recalled.values())):
        raise ReadWhole
    told_apart = [
        not (misnamed or url in shared or is_made_up(entry.key)) for entry, url in zip(entries, urls, strict=True)
    ]
    empty = () if entries or raw.sitemaps else ("the feed has no entries",)
    problems = (*problems, *misnamed, *empty)
    return ParsedFeed(
        source=source.url,
        format=raw.format,
        encoding=encoding,
        title=_line(raw.title, MAX_TITLE),
        site_url=_first_link(raw.links, source.url),
        language=_language(raw.language),
        entries=entries,
        canonical_urls=urls,
        digests={
            entry.key: digest
            for entry, digest, is_apart in zip(entries, raw.digests, told_apart, strict=False)
            if is_apart
        },
        recalled=frozenset(recalled),
        problems=tuple(clean_line(problem)[:300] for problem in problems[:MAX_PROBLEMS]),
        hints=_hints(raw.hints, source.url),
        sitemaps=tuple(url for child in raw.sitemaps if (url := resolve_link(source.url, child))),
    )


def _entry(raw: RawEntry, feed: RawFeed, source: Source) -> Entry:
    title = _line(raw.title, MAX_TITLE)
    summary = _line(raw.summary, MAX_SUMMARY)
    guid = clean_line(raw.guid or "")
    url = _first_link(raw.links, source.url) or (resolve_link(None, guid) if raw.guid_is_link else None)
    content = _content(raw, url or source.url)
    language = _language(raw.language)
    published_at, published = _date(raw.published, source, language or feed.language)
    updated_at, updated = _date(raw.updated, source, language or feed.language)
    return Entry(
        key="",
        url=url,
        title=title,
        summary=summary,
        content_html=content or None,
        authors=_names(raw.authors),
        categories=_names(raw.categories),
        enclosures=_enclosures(raw.enclosures, source.url),
        published_at=published_at,
        updated_at=updated_at,
        image_url=_first_link(raw.images, source.url) or first_image(content),
        language=language,
        published_evidence=published,
        updated_evidence=updated,
        content_hash=content_hash(title, content or summary),
        guid=shorten_key(guid) or None,
    )


def _line(text: Text | None, limit: int) -> str:
    """A text that belongs on one line, as plain text."""
    if text is None:
        return ""
    is_markup = text.kind == "html" or (text.kind == "unknown" and looks_like_markup(text.value))
    return cap_bytes(plain_text(text.value) if is_markup else clean_line(text.value), limit)


def _content(raw: RawEntry, base: str) -> str:
    """The longest content, or else the summary, as safe HTML."""
    text = max(raw.contents, key=lambda content: len(content.value), default=raw.summary)
    if text is None:
        return ""
    if text.kind == "text" or (text.kind == "unknown" and not looks_like_markup(text.value)):
        return text_as_html(text.value)
    return safe_html(text.value, resolve_link(base, text.base) if text.base else base)


def _first_link(links: Iterable[str], base: str) -> str | None:
    return next((url for link in links if (url := resolve_link(base, link))), None)


def _date(raw: RawDate | None, source: Source, language: str | None) -> tuple[datetime | None, DateEvidence | None]:
    if raw is None:
        return None, None
    reading = parse_date(raw.text, timezone=source.timezone, language=language, now=source.now)
    evidence = DateEvidence(cap_bytes(clean_line(raw.text), MAX_RAW_DATE), raw.source, reading.flags)
    return reading.value, evidence


def _names(texts: Iterable[str]) -> tuple[str, ...]:
    """Names of people or subjects: plain, each once, in their order."""
    names = (cap_bytes(plain_text(text), MAX_NAME) for text in texts)
    return tuple(dict.fromkeys(name for name in names if name))[:MAX_NAMES]


def _enclosures(enclosures: Iterable[Enclosure], base: str) -> tuple[Enclosure, ...]:
    found: dict[str, Enclosure] = {}
    for enclosure in enclosures:
        url = resolve_link(base, enclosure.url)
        if url and len(found) < MAX_ENCLOSURES:
            kind = clean_line(enclosure.type or "")[:100] or None
            found.setdefault(url, Enclosure(url, kind, enclosure.length))
    return tuple(found.values())


def _language(tag: str | None) -> str | None:
    match = _LANGUAGE.fullmatch((tag or "").strip())
    return match[0].replace("_", "-") if match else None


def _hints(raw: RhythmHints, base: str) -> RhythmHints:
    return RhythmHints(
        ttl=raw.ttl,
        update_period=raw.update_period,
        update_frequency=raw.update_frequency,
        skip_hours=raw.skip_hours[:100],
        skip_days=raw.skip_days[:100],
        hub=resolve_link(base, raw.hub or ""),
        self_url=resolve_link(base, raw.self_url or ""),
        cloud=raw.cloud,
    )
