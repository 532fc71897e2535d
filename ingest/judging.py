"""Verdicts become stories: an article is matched, and what was decided of it is written, in one transaction.

Everything that decides whose text an article carries goes through here: what arrives, what is revised, and a rebuild,
which lives through both again.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from ingest.duplicates import Fingerprint, every_key, match
from storage import events, stories
from storage.matching import MatchStore
from storage.model import DuplicateEdge, EdgeDraft, EdgeKind, MatchDecision, Signature

if TYPE_CHECKING:
    from storage.transaction import Transaction


def judge_new(t: Transaction, index: MatchStore, article_id: int, signature: Signature, now: datetime) -> bool:
    """An article that has just been added; says whether it is a duplicate."""
    decision = match(Fingerprint.from_signature(signature), index)
    index.put(article_id, signature, decision)
    return _write(t, article_id, decision, now)


def judge_revised(
    t: Transaction, index: MatchStore, article_id: int, stored: Signature, signature: Signature, now: datetime
) -> None:
    """A revision replaces the fingerprint; only an article that is alone in its story may join another one."""
    apart = stories.separated_stories(t, article_id)
    decision = match(Fingerprint.from_signature(signature), index, article_id=article_id, separated=frozenset(apart))
    index.replace(article_id, every_key(Fingerprint.from_signature(stored)), signature, decision.keys)
    if stories.size(t, stories.story_of(t, article_id)) == 1:
        _write(t, article_id, decision, now)


def judge_same_url(t: Transaction, one: int, other: int, scheme: int, now: datetime) -> None:
    """Two articles turn out to bear one address: the later one repeats the earlier one."""
    earlier, later = sorted((one, other))
    if earlier in events.separated(t, later):
        return
    known = {edge.kind for edge in stories.edges_between(t, later, earlier)}
    left, joined = stories.story_of(t, later), stories.story_of(t, earlier)
    joins = left != joined and stories.size(t, left) == 1
    if joins or EdgeKind.SAME_URL not in known:
        events.record(t, events.Kind.SAME_URL, later, earlier)
    stories.put_edges(t, [DuplicateEdge(later, earlier, EdgeKind.SAME_URL, 1.0, 1.0, scheme, now)])
    if joins:
        stories.join(t, later, joined, now)


def _write(t: Transaction, article_id: int, decision: MatchDecision, now: datetime) -> bool:
    """Keep the verdict's edges and join its story; says whether the article is a duplicate."""
    for whole in decision.leaving:
        stories.expel(t, whole, now)
    stories.put_edges(t, _edges(decision.edges, article_id, decision.scheme, now))
    if decision.story_id is None:
        return False
    stories.join(t, article_id, decision.story_id, now)
    return True


def _edges(drafts: Sequence[EdgeDraft], judged: int, scheme: int, now: datetime) -> list[DuplicateEdge]:
    return [
        DuplicateEdge(
            article_id=judged if draft.article_id is None else draft.article_id,
            original_id=judged if draft.original_id is None else draft.original_id,
            kind=draft.kind,
            score=draft.score,
            threshold=draft.threshold,
            scheme=scheme,
            decided_at=now,
            evidence=draft.evidence,
        )
        for draft in drafts
    ]
