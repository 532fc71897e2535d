"""When an article was published and changed: the most precise of what the publisher says, with where it says it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from htmldate import find_date
from lxml.html import HtmlElement

from ingest.dates import parse_date
from ingest.pages.blocks import Block
from ingest.pages.head import Head
from ingest.pages.jsonld import Claims
from storage.model import DateEvidence

_PUBLISHED = (
    "article:published_time", "og:article:published_time", "article:published", "og:published_time", "datepublished",
    "article.published", "parsely-pub-date", "sailthru.date", "cxenseparse:recs:publishtime", "cxenseparse:publishtime",
    "pubdate", "publishdate", "publish-date", "publish_date", "publication_date", "originalpublicationdate",
    "article_date_original", "article:post_date", "dc.date.issued", "dcterms.issued", "dcterms.created", "dc.date.created",
    "dc.date", "dc.date.published", "rnews:datepublished", "displaydate", "datecreated", "ptime", "published_at",
    "published-date", "publishtime", "bt:pubdate", "creation_date", "article:create_at", "citation_date",
    "citation_publication_date", "vr:published_time", "lp.article:published_time", "mrf:published_time", "og:pubdate",
    "release_date", "date", "timestamp",
)  # fmt: skip
_MODIFIED = (
    "article:modified_time", "og:updated_time", "article:modified", "datemodified", "last-modified", "lastmod",
    "dc.date.modified",
    "dcterms.modified", "bt:moddate", "updated_time", "article:updated_time", "moddate", "utime", "revision_date",
)  # fmt: skip
_URL_DATE = re.compile(
    r"/((?:19|20)\d\d)[/_-]?((?:1[0-2]|0?[1-9])(?!\d)|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*[/_-]([0-2]\d|3[01]|[1-9])(?!\d)"
)
_NAMED_PUBLISHED = re.compile(r"publish(?!er)|pub-?date|datepub")
_ASIDE = frozenset(("aside", "nav", "footer", "li"))
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_YEAR = re.compile(r"(?:19|20)\d\d|[०-९]{4}|[٠-٩]{4}|[۰-۹]{4}")
_DATE_PARTS = re.compile(r"\s*[|•·]\s*|\b(?:updated|published|posted|on|by)\b:?", re.IGNORECASE)
_STATED = re.compile(
    r"(?:\"|&quot;)(?:datePublished|publishedAt|published_at|publishDate|publicationDate)(?:\"|&quot;)\s?:\s?(?:\"|&quot;)"
    r"([\dTZ:.+ -]{8,40})(?:\"|&quot;)"
)
_HEADINGS = frozenset(("h1", "h2", "h3", "h4"))
_MAX_DATE_WORDS = 8
_NEAR = timedelta(days=2)
_REWRITTEN = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Reading:
    """A date as read: the moment and its evidence."""

    value: datetime
    evidence: DateEvidence

    @property
    def source(self) -> str:
        return self.evidence.source

    @property
    def precise(self) -> bool:
        """Whether it has a time of day."""
        return "date_only" not in self.evidence.flags


@dataclass(frozen=True, slots=True)
class Clock:
    """What dates are read against: the outlet's zone, the page's language, the present if it is known."""

    timezone: str | None = None
    language: str | None = None
    now: datetime | None = None

    def read(self, raw: str, source: str) -> Reading | None:
        reading = parse_date(raw, timezone=self.timezone, language=self.language, now=self.now)
        if reading.value is None or "ancient" in reading.flags or "future" in reading.flags:
            return None
        return Reading(reading.value, DateEvidence(raw[:120], source, reading.flags))


def choose_times(
    root: HtmlElement,
    blocks: Sequence[Block],
    head: Head,
    claims: Claims,
    *,
    url: str,
    clock: Clock,
    feed: datetime | None,
    scripts: str = "",
    search: bool = True,
) -> tuple[Reading | None, Reading | None]:
    """Published and modified. The feed's date is a witness: it decides between candidates, and stands in for none.

    `scripts` is the page with its scripts, `search`: whether to let htmldate look through the page where nothing else has a date.
    """
    candidates: list[Reading] = []
    for source, raw in _declared(root, head, claims):
        if reading := clock.read(raw, source):
            candidates.append(reading)
            if feed is None and reading.precise:
                break
    published = _best(candidates, feed)
    in_url = _from_url(url, clock)
    if published is None:
        published = in_url or _stated(scripts, clock) or next(_visible(blocks, clock), None)
    if published is None and search:
        published = _searched(root, url, clock)
    if published is None and feed is not None:
        published = Reading(feed, DateEvidence(feed.isoformat(), "feed"))
    modified = next((reading for source, raw in _changed(head, claims) if (reading := clock.read(raw, source))), None)
    shown = next((reading for source, raw in _shown_as_published(root) if (reading := clock.read(raw, source))), None)
    if shown and published and feed is None and published.value < shown.value and _within(shown, modified):
        published = shown  # published again: the page shows the new date as that of publication
    if feed is None and published and modified and modified.value - published.value > _REWRITTEN:
        published = _shown_alone(blocks, clock, published, modified)
    if modified and published and modified.value < published.value:
        modified = None
    return published, modified


def _within(shown: Reading, modified: Reading | None) -> bool:
    return modified is not None and shown.value <= modified.value + _NEAR


def _declared(root: HtmlElement, head: Head, claims: Claims) -> Iterator[tuple[str, str]]:
    if claims.published:
        yield "json-ld", claims.published
    for name in _PUBLISHED:
        for value in head.metas.get(name, ()):
            yield name, value
    yield from _shown_as_published(root)
    yield from _time_elements(root)


def _changed(head: Head, claims: Claims) -> Iterator[tuple[str, str]]:
    if claims.modified:
        yield "json-ld", claims.modified
    for name in _MODIFIED:
        for value in head.metas.get(name, ()):
            yield name, value


def _shown_as_published(root: HtmlElement) -> Iterator[tuple[str, str]]:
    """The first `time` element that is named as the date of publication: what readers are shown."""
    for element in root.iter("time"):
        names = " ".join(element.get(name) or "" for name in ("itemprop", "class", "data-testid", "id")).lower()
        if element.get("datetime") and (_NAMED_PUBLISHED.search(names) or "pubdate" in element.attrib):
            yield "time", element.get("datetime") or ""
            return


def _time_elements(root: HtmlElement) -> Iterator[tuple[str, str]]:
    """The first `time` element that does not belong to a list, a box or the foot of the page."""
    for element in root.iter("time"):
        if element.get("datetime") and not any(place.tag in _ASIDE for place in element.iterancestors()):
            yield "time", element.get("datetime") or ""
            return


def _best(candidates: Sequence[Reading], feed: datetime | None) -> Reading | None:
    """The first; a later one that is on the same day and precise where it is not; the feed's, if only one is near it."""
    if not candidates:
        return None
    best = candidates[0]
    if feed is not None and abs(best.value - feed) > _NEAR:
        best = next((reading for reading in candidates if abs(reading.value - feed) <= _NEAR), best)
    if not best.precise:
        best = next(
            (
                reading
                for reading in candidates
                if reading.precise and abs(reading.value - best.value) <= timedelta(days=1, hours=14)
            ),
            best,
        )
    return best


def _from_url(url: str, clock: Clock) -> Reading | None:
    match = _URL_DATE.search(url)
    if not match:
        return None
    month = match[2] if match[2].isdigit() else str(_MONTHS.index(match[2]) + 1)
    return clock.read(f"{match[1]}-{month.zfill(2)}-{match[3].zfill(2)}", "url")


def _stated(scripts: str, clock: Clock) -> Reading | None:
    """What the data for a page's scripts has as the date of publication."""
    match = _STATED.search(scripts)
    return clock.read(match[1], "script") if match else None


def _shown_alone(blocks: Sequence[Block], clock: Clock, published: Reading, modified: Reading) -> Reading:
    """The modified time, if near the heading readers are shown that day and no other; else `published`.

    For pages written anew after a month or more ("The best gifts of 2023", first published in 2021): their old date is
    not that of their text. Flagged `republished`.
    """
    shown = [reading.value for reading in _visible(blocks, clock)]
    if not shown or any(abs(value - modified.value) > _NEAR for value in shown):
        return published
    evidence = modified.evidence
    return Reading(modified.value, DateEvidence(evidence.raw, evidence.source, (*evidence.flags, "republished")))


def _visible(blocks: Sequence[Block], clock: Clock) -> Iterator[Reading]:
    """The full dates in short lines near the main heading."""
    heading = next((index for index, block in enumerate(blocks) if block.tag == "h1"), 0)
    for block in blocks[max(0, heading - 4) : heading + 15]:
        if (
            not 6 <= len(block.text) <= 120
            or block.tag in _HEADINGS
            or not _YEAR.search(block.text)
            or block.place.hints & {"related", "nav", "title"}
        ):
            continue
        for part in _DATE_PARTS.split(block.text):
            is_short = len(part.split()) <= _MAX_DATE_WORDS and _YEAR.search(part)
            if is_short and (reading := clock.read(part.strip(" :|-–—"), "text")):
                yield reading


def _searched(root: HtmlElement, url: str, clock: Clock) -> Reading | None:
    """htmldate, last: it is as slow as everything else together."""
    newest = clock.now.strftime("%Y-%m-%d") if clock.now else None
    try:
        found = find_date(root, url=url, original_date=True, extensive_search=True, max_date=newest)
    except Exception:  # noqa: BLE001  (a library of patterns; on odd pages it raises whatever they do)
        return None
    return clock.read(found, "htmldate") if found else None
