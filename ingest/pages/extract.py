"""`extract_article`: one pass from the bytes of a page to an article, with a reason for everything.

gate -> tree -> claims, head, blocks -> engine and second witness -> facts, weights -> line rules -> kind -> metadata.
A step that fails leaves a value, never an exception.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from lxml import etree
from lxml.html import HtmlElement

from ingest.pages.blocks import Block, Layout, cut_blocks, unseen_prose
from ingest.pages.engine import engine_text, lighten, second_text, shallow
from ingest.pages.evidence import Witness, facts_of_page, survey
from ingest.pages.feedtext import FeedText, article_from_entry, choose_text
from ingest.pages.gate import Admitted, admit
from ingest.pages.head import Head, read_head
from ingest.pages.jsonld import Claims, read_claims
from ingest.pages.kinds import Look, breaks_off, judge, visible_lines
from ingest.pages.language import decide_language, declared_language, detected_language
from ingest.pages.letters import letters
from ingest.pages.links import declared_canonical, lead_image, section_of, site_name, site_names, tags_of
from ingest.pages.model import Extraction, FeedHint, Method, PageKind, RemovedLine
from ingest.pages.outlet_rules import ExtractRules, drop, select, select_text, strip_lines
from ingest.pages.people import choose_authors, split_names
from ingest.pages.select import Verdict, weigh
from ingest.pages.times import Clock, Reading, choose_times
from ingest.pages.titles import choose_title
from ingest.pages.tree import parse_html
from ingest.pages.trim import trim
from ingest.text import clean_line, plain_text
from ingest.urls import canonical_url
from storage.model import Failure, FailureKind

MAX_BLOCKS = 15_000
HUGE = 12_000  # elements; half of 382 real pages have fewer than 720, none over 4,300
CROWDED = 3_000  # children of one element
MAX_LETTERS = 1_000_000  # characters of visible text
_IS_HUGE = etree.XPath(f"count(//*) > {HUGE} or //*[count(*) > {CROWDED}]")
_LITTLE = 250  # letters
_MOST = 0.6  # of the letters of a page's prose
_UNASKED = 0.5  # the score of a text of which no second witness was asked
_TELLING = 300  # characters of a body in JSON-LD that make it a witness
_STAND_INS = (PageKind.CHALLENGE, PageKind.ERROR, PageKind.CONSENT)


@dataclass(frozen=True, slots=True)
class _Source:
    """A page, parsed and read as far as all later steps need it."""

    url: str
    page: Admitted
    root: HtmlElement
    head: Head
    claims: Claims
    layout: Layout
    told: str  # the body in JSON-LD, a paragraph a line; empty if it is too short to be a witness
    names: frozenset[str]  # what the site calls itself
    hint: FeedHint
    rules: ExtractRules
    language: str | None  # declared, of the outlet or the feed, or detected
    is_huge: bool  # too many elements for what needs time that grows with their square

    @property
    def blocks(self) -> Sequence[Block]:
        return self.layout.blocks


@dataclass(frozen=True, slots=True)
class _Body:
    """A candidate for the text, with the verdict on every block."""

    verdicts: Sequence[Verdict]
    method: str
    score: float
    text: str


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
    source = _read(page, root, url, hint, rules or ExtractRules(), language)
    if excess := _excess(source.blocks):
        return _without_page(url, Failure(FailureKind.TOO_LARGE, excess), hint)
    metadata = _metadata(source, Clock(timezone, source.language, now))
    return _assemble(source, metadata, _find_body(source), explain)


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


def _read(
    page: Admitted, root: HtmlElement, url: str, hint: FeedHint, rules: ExtractRules, language: str | None
) -> _Source:
    drop(root, rules.remove)
    head = read_head(root)
    claims = read_claims(root, page_titles=(head.first("og:title"), head.title, hint.title))
    layout = cut_blocks(root)
    declared = declared_language(head, claims) or language or hint.language
    return _Source(
        url=url,
        page=page,
        root=root,
        head=head,
        claims=claims,
        layout=layout,
        told=plain_lines(claims.body) if len(claims.body) > _TELLING else "",
        names=frozenset(site_names(head, claims, url)),
        hint=hint,
        rules=rules,
        language=declared or detected_language(" ".join(block.text for block in layout.blocks if len(block.text) > 80)),
        is_huge=page.html.count("<") > CROWDED and bool(_IS_HUGE(root)),
    )


def _excess(blocks: Sequence[Block]) -> str | None:
    """Whether the page has more text than any article: of 382 real pages none has over 60,000 characters or 1,600 lines."""
    if len(blocks) > MAX_BLOCKS:
        return f"more than {MAX_BLOCKS:,} lines of text"
    if sum(len(block.text) for block in blocks) > MAX_LETTERS:
        return f"more than {MAX_LETTERS:,} characters of text"
    return None


def _find_body(source: _Source) -> _Body:
    """The text: by the outlet's selectors, else by the engine and its witnesses, else what else the page has."""
    if source.rules.body and (elements := select(source.root, source.rules.body)):
        return _selected(source, elements)
    html = shallow(source.page.html, source.root)
    if source.is_huge:
        generous = second_text(html)
        return _by_engine(source, generous, Witness.of(generous), Method.SECOND)
    lighten(source.root, source.layout)
    chosen = engine_text(source.root)
    body = _by_engine(source, chosen, None, Method.ENGINE)
    if _overlooks(source, body) or _looks_wrong(source, body):
        second = Witness.of(second_text(html))
        body = _by_engine(source, chosen, second, Method.ENGINE)
        if _looks_wrong(source, body):
            body = _best_of_all(source, body, second)
    if len(letters(body.text)) < _TELLING and len(letters(source.told)) > 2 * len(letters(body.text)):
        body = _Body(body.verdicts, Method.JSON_LD, 0.5, source.told)
    if len(letters(body.text)) < _LITTLE and source.claims.free is not False:
        body = _or_unseen(source, body)
    return body


def _or_unseen(source: _Source, body: _Body) -> _Body:
    """`body`, or what the page says out of sight, if that is a text; not where the publisher sells it."""
    unseen = unseen_prose(source.layout)
    if len(letters(unseen)) <= max(_LITTLE, 2 * len(letters(body.text))):
        return body
    return _Body(body.verdicts, Method.HIDDEN, _UNASKED, unseen)


def _best_of_all(source: _Source, body: _Body, second: Witness) -> _Body:
    """The fast path's text, or that of a better candidate."""
    others = [_by_engine(source, engine_text(source.root, thorough=True), second, Method.THOROUGH)]
    if source.told:
        others.append(_by_engine(source, source.told, second, Method.JSON_LD))
    return max([body, *others], key=lambda candidate: (_worth(source, candidate), candidate is body))


def _by_engine(source: _Source, text: str, second: Witness | None, method: str) -> _Body:
    """What remains of a candidate text after the facts were weighed and the rules applied."""
    scene = survey(source.layout, Witness.of(text), second)
    claims, head = source.claims, source.head
    titles = [head.first("og:title"), plain_text(claims.headline), head.title, source.hint.title]
    titles += [block.text for block in source.blocks if block.tag == "h1"][:3]
    facts = facts_of_page(
        scene,
        second=second,
        publisher=Witness.of(source.told) if source.told else None,
        title=head.first("og:title") or head.title,
        description=head.first("og:description", "description", "twitter:description") or claims.description,
    )
    return _trimmed(source, weigh(scene, list(facts)), titles, method, second)


def _selected(source: _Source, elements: Sequence[HtmlElement]) -> _Body:
    """The blocks inside the selected elements, all of them but captions."""
    chosen = set(elements)
    verdicts = [
        Verdict(block, any(place.element in chosen for place in block.place.chain()), "not_selected", 1.0)
        for block in source.blocks
    ]
    body = _trimmed(source, verdicts, [source.head.first("og:title"), source.head.title], Method.SELECTORS, None)
    return replace(body, score=1.0 if body.text else 0.0)


def _trimmed(
    source: _Source, verdicts: Sequence[Verdict], titles: Iterable[str], method: str, second: Witness | None
) -> _Body:
    captions = [block.text for block in source.blocks if block.tag == "figcaption"]
    trimmed = trim(verdicts, language=source.language, titles=titles, captions=captions, names=source.names)
    patterns = strip_lines(source.rules)
    if patterns:
        trimmed = [
            replace(verdict, kept=False, reason="outlet_rule")
            if verdict.kept and any(pattern.search(verdict.block.text) for pattern in patterns)
            else verdict
            for verdict in trimmed
        ]
    kept = [verdict for verdict in trimmed if verdict.kept]
    text = "\n".join(verdict.block.text for verdict in kept)
    return _Body(trimmed, method if text else Method.NONE, _confirmed(kept, second) if text else 0.0, text)


def _confirmed(kept: Sequence[Verdict], second: Witness | None) -> float:
    """The share of a text that the second witness has too."""
    if second is None:
        return _UNASKED
    keys = [verdict.block.key for verdict in kept]
    return round(sum(len(key) for key in keys if second.has(key)) / max(1, sum(map(len, keys))), 3)


def _overlooks(source: _Source, body: _Body) -> bool:
    """Whether a good deal of the page's prose is not in the text."""
    prose = sum(len(block.key) for block in source.blocks if block.is_prose)
    return len(letters(body.text)) < _MOST * prose


def _looks_wrong(source: _Source, body: _Body) -> bool:
    """Whether the fast path may have missed the article: hardly any text, or none that the publisher's JSON-LD knows."""
    if len(letters(body.text)) < _LITTLE:
        return True
    return bool(source.told) and _overlap(source, body) < 0.3


def _overlap(source: _Source, body: _Body) -> float:
    """How much of the text the publisher's JSON-LD has too."""
    told = Witness.of(source.told)
    kept = [verdict.block.key for verdict in body.verdicts if verdict.kept]
    return sum(len(key) for key in kept if told.has(key)) / max(1, sum(map(len, kept)))


def _worth(source: _Source, body: _Body) -> float:
    """What makes one candidate better than another: prose that other witnesses confirm."""
    told = Witness.of(source.told) if source.told else None
    worth = 0.0
    for verdict in body.verdicts:
        if verdict.kept:
            block = verdict.block
            confirmed = told is not None and told.has(block.key)
            worth += len(block.key) * (0.3 + 0.7 * block.is_prose + 1.0 * confirmed) * (1 - block.link_share)
    return worth * (0.5 + 0.5 * body.score)


def plain_lines(markup: str) -> str:
    """The text of JSON-LD, a paragraph a line; markup in it is read as such."""
    if "<" in markup and ">" in markup:
        return article_from_entry(content_html=markup).text
    return "\n".join(line for piece in markup.split("\n") if (line := clean_line(plain_text(piece))))


def _entry_text(hint: FeedHint, language: str | None) -> FeedText:
    return article_from_entry(content_html=hint.content_html, summary=hint.summary, title=hint.title, language=language)


@dataclass(frozen=True, slots=True)
class _Metadata:
    """What is known of the article beside its text; each value with its source."""

    title: tuple[str, str]
    authors: tuple[tuple[str, ...], str]
    published: Reading | None
    updated: Reading | None
    canonical: tuple[str, str]
    image: tuple[str | None, str]
    site: tuple[str | None, str]
    section: tuple[str | None, str]
    tags: tuple[tuple[str, ...], str]

    def sources(self) -> dict[str, str]:
        return {
            "title": self.title[1],
            "authors": self.authors[1],
            "published_at": self.published.source if self.published else "",
            "updated_at": self.updated.source if self.updated else "",
            "canonical_url": self.canonical[1],
            "image_url": self.image[1],
            "site_name": self.site[1],
            "section": self.section[1],
            "tags": self.tags[1],
        }


def _metadata(source: _Source, clock: Clock) -> _Metadata:
    head, claims, hint, rules, blocks = source.head, source.claims, source.hint, source.rules, source.blocks
    published, updated = choose_times(
        source.root,
        blocks,
        head,
        claims,
        url=source.url,
        clock=clock,
        feed=hint.published_at,
        scripts=source.page.raw,
        search=not source.is_huge,
    )
    if own := _override(rules.date, source):
        published = clock.read(own[0], own[1]) or published
    image = lead_image(head, claims, source.url)
    return _Metadata(
        title=_override(rules.title, source)
        or choose_title(blocks, head, claims, names=source.names, feed_title=hint.title),
        authors=_own_authors(source)
        or choose_authors(blocks, head, claims, names=source.names, feed_authors=hint.authors),
        published=published,
        updated=updated,
        canonical=declared_canonical(head, claims, source.url),
        image=image if image[0] or not hint.image_url else (hint.image_url, "feed"),
        site=site_name(head, claims),
        section=section_of(head, claims),
        tags=tags_of(head, claims),
    )


def _assemble(source: _Source, found: _Metadata, body: _Body, explain: bool) -> Extraction:
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
        is_free=_is_free(source),
        description=plain_text(head.first("og:description", "description") or claims.description),
        declared_language=declared,
        detected_language=detected,
        published_evidence=found.published.evidence if found.published else None,
        updated_evidence=found.updated.evidence if found.updated else None,
        provenance=tuple((name, where) for name, where in sources.items() if where),
        failure=failure,
        removed=_removed(source, body) if explain else (),
    )


def _override(selectors: Sequence[str], source: _Source) -> tuple[str, str] | None:
    texts = select_text(source.root, selectors) if selectors else ()
    return (texts[0], "outlet_rule") if texts else None


def _own_authors(source: _Source) -> tuple[tuple[str, ...], str] | None:
    texts = select_text(source.root, source.rules.authors) if source.rules.authors else ()
    names = tuple(dict.fromkeys(name for text in texts for name in split_names(text)))
    return (names, "outlet_rule") if names else None


def _look(source: _Source, body: _Body, title: str) -> Look:
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


def _is_free(source: _Source) -> bool | None:
    if source.claims.free is not None:
        return source.claims.free
    tier = source.head.first("article:content_tier", "og:article:content_tier").lower()
    return {"free": True, "locked": False, "metered": True}.get(tier)


def _removed(source: _Source, body: _Body) -> tuple[RemovedLine, ...]:
    reasons = {verdict.block: verdict.reason for verdict in body.verdicts}
    kept = {verdict.block for verdict in body.verdicts if verdict.kept}
    return tuple(
        RemovedLine(block.text, reasons.get(block, block.place.left_out))
        for block in source.blocks
        if block not in kept
    )
