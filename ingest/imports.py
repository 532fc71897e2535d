"""A line of a JSONL file as an article ready to be kept. Pure, and run in a worker process."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from ingest.dates import parse_date
from ingest.duplicates import fingerprint
from ingest.pages import extract_article
from ingest.text import clean_line, count_words, remove_unwanted
from ingest.urls import canonical_url, resolve_link
from storage.model import Alias, AliasKind, ArticleDraft, DateEvidence

UNNAMED_OUTLET = "imported"
_OURS = ("url", "title", "text", "html", "outlet", "published_at", "language", "authors", "updated_at", "summary")
_KEPT_AS_THEY_ARE = ("image_url", "method")
_WORKED_OUT_ANEW = (  # columns of an export of ours that the archive finds out for itself
    *("id", "canonical_url", "first_seen_at", "word_count", "revision_count", "story_id", "duplicate_of"),
    *("published_source", "published_flags", "sort_at", "changed_at", "change_number", "extra"),
)
_FLAGS = {"future", "ancient", "no_zone", "date_only", "unparsed"}
_OUTLET = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?")


@dataclass(frozen=True, slots=True)
class Rejected:
    """A line that is no article, and why."""

    line: int
    reason: str


class _Unusable(Exception):
    """Says in words what is wrong with a line; never leaves this module."""


def draft_line(number: int, line: bytes, now: datetime) -> ArticleDraft | Rejected:
    """One line: `url` and `text` or `html` are required; unknown keys are kept in the article's `extra`."""
    try:
        return _draft(_object(line), now)
    except _Unusable as error:
        return Rejected(number, str(error))


def _object(line: bytes) -> dict[str, Any]:
    try:
        values = json.loads(line)
    except (ValueError, RecursionError):
        raise _Unusable("not JSON") from None
    if not isinstance(values, dict):
        raise _Unusable("not a JSON object")
    return values


def _draft(values: dict[str, Any], now: datetime) -> ArticleDraft:
    url = resolve_link("", _text(values, "url", required=True))
    if url is None:
        raise _Unusable("url is not an http or https address")
    body = _body(values, url)
    published_at, evidence = _date(values, "published_at", now)
    language = _text(values, "language") or None
    title = clean_line(_text(values, "title")) or body.title
    canonical = canonical_url(url)
    return ArticleDraft(
        outlet=_outlet(values),
        title=title,
        text=body.text,
        method=body.method,
        url=url,
        canonical_url=canonical,
        aliases=(Alias(AliasKind.URL, canonical),),
        signature=fingerprint(body.text, title=title, language=language).to_signature(),
        authors=_authors(values),
        published_at=published_at,
        published_evidence=evidence,
        updated_at=_date(values, "updated_at", now)[0],
        language=language,
        summary=clean_line(_text(values, "summary")),
        image_url=resolve_link(url, _text(values, "image_url")) if values.get("image_url") else None,
        word_count=count_words(body.text),
        extra=_extra(values),
    )


@dataclass(frozen=True, slots=True)
class _Body:
    text: str
    title: str
    method: str


def _body(values: dict[str, Any], url: str) -> _Body:
    given = remove_unwanted(_text(values, "text"))
    text = "\n".join(filter(None, (" ".join(line.split()) for line in given.splitlines())))
    if text:
        return _Body(text, "", clean_line(_text(values, "method")) or "import")
    html = _text(values, "html")
    if not html:
        raise _Unusable("neither text nor html")
    found = extract_article(html.encode("utf-8", "replace"), url=url, content_type="text/html; charset=utf-8")
    if found.failure is not None or not found.text:
        raise _Unusable(f"html: {found.failure.detail if found.failure else 'no text in it'}")
    return _Body(found.text, found.title or "", found.method)


def _text(values: dict[str, Any], key: str, *, required: bool = False) -> str:
    value = values.get(key)
    if value is None:
        if required:
            raise _Unusable(f"{key} is missing")
        return ""
    if not isinstance(value, str):
        raise _Unusable(f"{key} is not a text")
    return value


def _outlet(values: dict[str, Any]) -> str:
    name = _text(values, "outlet") or UNNAMED_OUTLET
    if not _OUTLET.fullmatch(name):
        raise _Unusable("outlet is not a name of letters a-z, digits and hyphens")
    return name


def _authors(values: dict[str, Any]) -> tuple[str, ...]:
    given = values.get("authors") or []
    names = [given] if isinstance(given, str) else given
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise _Unusable("authors is not a list of names")
    return tuple(filter(None, (clean_line(name) for name in names)))


def _date(values: dict[str, Any], key: str, now: datetime) -> tuple[datetime | None, DateEvidence | None]:
    raw = _text(values, key)
    if not raw:
        return None, None
    moment, flags = parse_date(raw)
    if moment is None:
        raise _Unusable(f"{key} is not a date such as 2026-11-23T10:00:00Z")
    moment = moment.astimezone(UTC)
    late = ("future",) if moment > now + timedelta(days=1) else ()
    flags = tuple(dict.fromkeys((*flags, *late, *_flags_of_an_export(values, key))))
    return moment, DateEvidence(clean_line(raw)[:200], "import", flags)


def _flags_of_an_export(values: dict[str, Any], key: str) -> list[str]:
    given = values.get(f"{key.removesuffix('_at')}_flags")
    return [flag for flag in given.split() if flag in _FLAGS] if isinstance(given, str) else []


def _extra(values: dict[str, Any]) -> str | None:
    """What else the line holds. A line of an export of ours brings its own `extra` along."""
    exported = "change_number" in values and "story_id" in values
    known = (*_OURS, *_KEPT_AS_THEY_ARE, *(_WORKED_OUT_ANEW if exported else ()))
    unknown = {key: value for key, value in values.items() if key not in known}
    if exported and isinstance(values.get("extra"), dict):
        unknown = values["extra"] | unknown
    return json.dumps(unknown, ensure_ascii=False) if unknown else None
