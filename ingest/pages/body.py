"""The choosing of the body: candidates for the text, what remains of each, and which of them is the article's.

The outlet's selectors go first. Else the engine's text is weighed block by block; where it seems to overlook or to miss
the article, a second witness, the thorough path, the publisher's JSON-LD and prose out of sight are tried in turn.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from lxml.html import HtmlElement

from ingest.pages.blocks import unseen_prose
from ingest.pages.engine import engine_text, lighten, second_text, shallow
from ingest.pages.evidence import Witness, facts_of_page, survey
from ingest.pages.letters import letters
from ingest.pages.model import Method
from ingest.pages.outlet_rules import select, strip_lines
from ingest.pages.parsing import TELLING, ParsedPage
from ingest.pages.select import Verdict, weigh
from ingest.pages.trim import trim
from ingest.text import plain_text

_LITTLE = 250  # letters
_MOST = 0.6  # of the letters of a page's prose
_UNASKED = 0.5  # the score of a text of which no second witness was asked


@dataclass(frozen=True, slots=True)
class Body:
    """A candidate for the text, with the verdict on every block."""

    verdicts: Sequence[Verdict]
    method: str
    score: float
    text: str


def find_body(source: ParsedPage) -> Body:
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
    if len(letters(body.text)) < TELLING and len(letters(source.told)) > 2 * len(letters(body.text)):
        body = Body(body.verdicts, Method.JSON_LD, 0.5, source.told)
    if len(letters(body.text)) < _LITTLE and source.claims.free is not False:
        body = _or_unseen(source, body)
    return body


def _or_unseen(source: ParsedPage, body: Body) -> Body:
    """`body`, or what the page says out of sight, if that is a text; not where the publisher sells it."""
    unseen = unseen_prose(source.layout)
    if len(letters(unseen)) <= max(_LITTLE, 2 * len(letters(body.text))):
        return body
    return Body(body.verdicts, Method.HIDDEN, _UNASKED, unseen)


def _best_of_all(source: ParsedPage, body: Body, second: Witness) -> Body:
    """The fast path's text, or that of a better candidate."""
    others = [_by_engine(source, engine_text(source.root, thorough=True), second, Method.THOROUGH)]
    if source.told:
        others.append(_by_engine(source, source.told, second, Method.JSON_LD))
    return max([body, *others], key=lambda candidate: (_worth(source, candidate), candidate is body))


def _by_engine(source: ParsedPage, text: str, second: Witness | None, method: str) -> Body:
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


def _selected(source: ParsedPage, elements: Sequence[HtmlElement]) -> Body:
    """The blocks inside the selected elements, all of them but captions."""
    chosen = set(elements)
    verdicts = [
        Verdict(block, any(place.element in chosen for place in block.place.chain()), "not_selected", 1.0)
        for block in source.blocks
    ]
    body = _trimmed(source, verdicts, [source.head.first("og:title"), source.head.title], Method.SELECTORS, None)
    return replace(body, score=1.0 if body.text else 0.0)


def _trimmed(
    source: ParsedPage, verdicts: Sequence[Verdict], titles: Iterable[str], method: str, second: Witness | None
) -> Body:
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
    return Body(trimmed, method if text else Method.NONE, _confirmed(kept, second) if text else 0.0, text)


def _confirmed(kept: Sequence[Verdict], second: Witness | None) -> float:
    """The share of a text that the second witness has too."""
    if second is None:
        return _UNASKED
    keys = [verdict.block.key for verdict in kept]
    return round(sum(len(key) for key in keys if second.has(key)) / max(1, sum(map(len, keys))), 3)


def _overlooks(source: ParsedPage, body: Body) -> bool:
    """Whether a good deal of the page's prose is not in the text."""
    prose = sum(len(block.key) for block in source.blocks if block.is_prose)
    return len(letters(body.text)) < _MOST * prose


def _looks_wrong(source: ParsedPage, body: Body) -> bool:
    """Whether the fast path may have missed the article: hardly any text, or none that the publisher's JSON-LD knows."""
    if len(letters(body.text)) < _LITTLE:
        return True
    return bool(source.told) and _overlap(source, body) < 0.3


def _overlap(source: ParsedPage, body: Body) -> float:
    """How much of the text the publisher's JSON-LD has too."""
    told = Witness.of(source.told)
    kept = [verdict.block.key for verdict in body.verdicts if verdict.kept]
    return sum(len(key) for key in kept if told.has(key)) / max(1, sum(map(len, kept)))


def _worth(source: ParsedPage, body: Body) -> float:
    """What makes one candidate better than another: prose that other witnesses confirm."""
    told = Witness.of(source.told) if source.told else None
    worth = 0.0
    for verdict in body.verdicts:
        if verdict.kept:
            block = verdict.block
            confirmed = told is not None and told.has(block.key)
            worth += len(block.key) * (0.3 + 0.7 * block.is_prose + 1.0 * confirmed) * (1 - block.link_share)
    return worth * (0.5 + 0.5 * body.score)
