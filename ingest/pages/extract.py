"""`extract_article`: one pass from the bytes of a page to an article, with a reason for everything.

gate -> tree -> claims, head, blocks -> engine and second witness -> facts, weights -> line rules -> kind -> metadata.
A step that fails leaves a value, never an exception.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from ingest.pages.blocks import Block
from ingest.pages.body import Body, find_body
from ingest.pages.feedtext import FeedText, article_from_entry, choose_text
from ingest.pages.gate import Admitted, admit
from ingest.pages.kinds import Look, breaks_off, judge, visible_lines
from ingest.pages.language import decide_language, declared_language, detected_language
from ingest.pages.metadata import Metadata, find_metadata, is_free
from ingest.pages.model import Extraction, FeedHint, Method, PageKind, RemovedLine
from ingest.pages.outlet_rules import ExtractRules
from ingest.pages.parsing import ParsedPage, read_page
from ingest.pages.times import Clock
from ingest.pages.tree import parse_html
from ingest.text import plain_text
from ingest.urls import canonical_url
from storage.model import Failure, FailureKind

MAX_BLOCKS = 15_000
MAX_LETTERS = 1_000_000  # characters of visible text
_STAND_INS = (PageKind.CHALLENGE, PageKind.ERROR, PageKind.CONSENT)


def extract_article(
    html: bytes,
    *,
    url: str,
    content_type: str | None = None,
    feed: FeedHint | None = None,
    rules: ExtractRules | None = None,
    language: str | None = None,
    timezone: str | None = None,
    now: datetime | None = None,
    explain: bool = False,
) -> Extraction:
    """The article on a page. Never raises; what could not be had is in `failure` and `problems`.

    `feed` is what the feed said of the article, `rules` the outlet's own, `language` and `timezone` the outlet's, `now`
    what future dates are measured against. With `explain`, `removed` lists every line that was left out, and why.
    """
    hint = feed or FeedHint()
    page = admit(html, content_type)
    root = parse_html(page) if isinstance(page, Admitted) else page
    if isinstance(page, Failure) or isinstance(root, Failure):
        failure = page if isinstance(page, Failure) else root
        assert isinstance(failure, Failure)
        return _without_page(url, failure, hint)
    source = read_page(page, root, url, hint, rules or ExtractRules(), language)
    if excess := _excess(source.blocks):
        return _without_page(url, Failure(FailureKind.TOO_LARGE, excess), hint)
    metadata = find_metadata(source, Clock(timezone, source.language, now))
    return _assemble(source, metadata, find_body(source), explain)


def _without_page(url: str, failure: Failure, hint: FeedHint) -> Extraction:
    """What remains if there is no page to read: what the feed says."""
    entry = _entry_text(hint, hint.language)
    return Extraction(
        url=url,
        canonical_url=canonical_url(url),
        title=hint.title,
        authors=hint.authors,
        published_at=hint.published_at,
        updated_at=hint.updated_at,
        language=hint.language,
        image_url=hint.image_url,
        text=entry.text,
        method=entry.method,
        failure=failure,
        problems=(failure.detail,),
        provenance=tuple((name, "feed") for name in ("title", "authors", "published_at") if getattr(hint, name)),
    )


def _excess(blocks: Sequence[Block]) -> str | None:
    """Whether the page has more text than any article: of 382 real pages none has over 60,000 characters or 1,600 lines."""
    if len(blocks) > MAX_BLOCKS:
        return f"more than {MAX_BLOCKS:,} lines of text"
    if sum(len(block.text) for block in blocks) > MAX_LETTERS:
        return f"more than {MAX_LETTERS:,} characters of text"
    return None


def _assemble(source: ParsedPage, found: Metadata, body: Body, explain: bool) -> Extraction:
    """Kind and language, and the choice between the page's text and the feed's."""
    head, claims, hint = source.head, source.claims, source.hint
    kind, failure = judge(_look(source, body, found.title[0]))
    text = "" if kind in _STAND_INS else body.text
    entry = FeedText() if text and failure is None else _entry_text(hint, source.language)
    choice = choose_text(text, entry, page_is_whole=failure is None)
    if choice in (Method.FEED, Method.SUMMARY):
        text = entry.text
    method = str(body.method if choice == "page" else choice) if text else str(Method.NONE)
    declared, detected = declared_language(head, claims), detected_language(text)
    sources = found.sources() | {"language": "declared" if declared else "detected" if detected else "", "text": method}
    return Extraction(
        url=source.url,
        canonical_url=found.canonical[0],
        title=found.title[0],
        authors=found.authors[0],
        published_at=found.published.value if found.published else None,
        updated_at=found.updated.value if found.updated else None,
        language=decide_language(declared or source.language, detected, text),
        site_name=found.site[0],
        image_url=found.image[0],
        text=text,
        method=method,
        problems=source.page.problems + ((failure.detail,) if failure else ()),
        page_kind=kind,
        score=body.score if choice == "page" else 0.5 if text else 0.0,
        section=found.section[0],
        tags=found.tags[0],
        is_free=is_free(source),
        description=plain_text(head.first("og:description", "description") or claims.description),
        declared_language=declared,
        detected_language=detected,
        published_evidence=found.published.evidence if found.published else None,
        updated_evidence=found.updated.evidence if found.updated else None,
        provenance=tuple((name, where) for name, where in sources.items() if where),
        failure=failure,
        removed=_removed(source, body) if explain else (),
    )


def _look(source: ParsedPage, body: Body, title: str) -> Look:
    letters_in_all = sum(len(block.text) for block in source.blocks)
    return Look(
        url=source.url,
        root=source.root,
        head=source.head,
        claims=source.claims,
        title=title,
        text=body.text,
        all_lines=visible_lines(block.text for block in source.blocks),
        linked_share=sum(block.linked for block in source.blocks) / max(1, letters_in_all),
        truncated=breaks_off(body.text),
    )


def _removed(source: ParsedPage, body: Body) -> tuple[RemovedLine, ...]:
    reasons = {verdict.block: verdict.reason for verdict in body.verdicts}
    kept = {verdict.block for verdict in body.verdicts if verdict.kept}
    return tuple(
        RemovedLine(block.text, reasons.get(block, block.place.left_out))
        for block in source.blocks
        if block not in kept
    )


def _entry_text(hint: FeedHint, language: str | None) -> FeedText:
    return article_from_entry(content_html=hint.content_html, summary=hint.summary, title=hint.title, language=language)
