"""The last step of an article's way: looked up, judged and kept, in one transaction.

`ingest once`, the daemon and `ingest import` all end here.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from ingest.duplicates import Fingerprint, compare, fingerprint, slots_of_signature
from ingest.judging import judge_revised, judge_same_url
from ingest.learning import judge_arrival, own_signature
from ingest.polling import flips, is_boring
from storage import articles, search
from storage.articles import CurrentVersion
from storage.matching import MatchStore, RarityCounters
from storage.model import AliasKind, ArticleDraft, Change, EntryStatus

if TYPE_CHECKING:
    from storage.transaction import Transaction

SAME_ARTICLE = 0.5  # of the comparison's score: below it, one guid with two links names two articles


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of a draft. `article_id` is None for one that was removed for its age, and does not come back."""

    article_id: int | None
    status: EntryStatus
    duplicate: bool = False


def new_counters() -> RarityCounters:
    """How rare shingles are, followed for the life of a process; hand the same one to every `keep`."""
    return RarityCounters(slots_of_signature)


def keep(t: Transaction, draft: ArticleDraft, counters: RarityCounters, now: datetime) -> Kept:
    """Store a draft as a new article, as a revision of a known one, or not at all where nothing changed."""
    index = MatchStore(t, counters)
    name = articles.named(t, draft.aliases)
    if name.article_id is not None and name.by_guid_only and _other_text(t, index, name.article_id, draft):
        draft = _without_guid(t, draft)
        name = articles.named(t, draft.aliases)
    if name.is_pruned:
        return Kept(None, EntryStatus.UNCHANGED)
    if name.article_id is None:
        return _add(t, index, draft, now)
    kept = _meet(t, index, name.article_id, draft, now)
    articles.add_aliases(t, name.article_id, draft.aliases)
    for other in name.others:
        judge_same_url(t, name.article_id, other, draft.signature.scheme, now)
    return kept


def keep_again(t: Transaction, article_id: int, draft: ArticleDraft, counters: RarityCounters, now: datetime) -> Kept:
    """What the page of a known article says now: a revision, or nothing new. It brings the article no new names.

    A page that lost most of its words and has nothing of the text any more was not edited: it became a notice, a
    request to subscribe, a question about cookies.
    """
    index = MatchStore(t, counters)
    shrunk = draft.word_count < articles.current(t, article_id).word_count / 2
    if shrunk and _is_other_text(t, index, article_id, draft):
        return Kept(article_id, EntryStatus.UNCHANGED)
    return _meet(t, index, article_id, draft, now)


def _add(t: Transaction, index: MatchStore, draft: ArticleDraft, now: datetime) -> Kept:
    article_id = articles.add(t, draft, now)
    is_duplicate = judge_arrival(t, index, article_id, draft.title, draft.text, draft.signature, now)
    return Kept(article_id, EntryStatus.STORED, duplicate=is_duplicate)


def _meet(t: Transaction, index: MatchStore, article_id: int, draft: ArticleDraft, now: datetime) -> Kept:
    """A draft of a known article: a revision of it, or nothing new."""
    old = articles.current(t, article_id)
    stored = index.signature(article_id)
    worse = draft.from_feed and not old.from_feed  # the page was had before, and is not now
    own = own_signature(t, article_id, draft.title, draft.text, draft.signature)
    same_text = old.text == draft.text or (stored is not None and stored.exact == own.exact)
    if worse or (same_text and old.title == draft.title):
        return Kept(article_id, EntryStatus.UNCHANGED)
    change = Change.PAGE_OBTAINED if old.from_feed and not draft.from_feed else Change.EDITED
    if change is Change.EDITED and _is_no_edit(t, old, draft):
        return Kept(article_id, EntryStatus.UNCHANGED)
    search.forget(t, article_id)
    articles.revise(t, old, draft, change, now)
    if stored is not None:
        judge_revised(t, index, article_id, stored, own, now)
    return Kept(article_id, EntryStatus.UPDATED)


def _is_no_edit(t: Transaction, old: CurrentVersion, draft: ArticleDraft) -> bool:
    """Whether a reader would call the change no edit, or the text only goes back and forth between two versions."""
    if old.title == draft.title and is_boring(old.text, draft.text):
        return True
    versions = [*articles.versions(t, old.article_id, 3), (draft.title, draft.text)]
    return flips([f"{title}\n{text}" for title, text in versions])


def _other_text(t: Transaction, index: MatchStore, article_id: int, draft: ArticleDraft) -> bool:
    """Whether a guid that was seen with another link names another text, and not the same one moved."""
    if not any(alias.kind is AliasKind.URL for alias in draft.aliases) or not articles.has_url(t, article_id):
        return False
    return _is_other_text(t, index, article_id, draft)


def _is_other_text(t: Transaction, index: MatchStore, article_id: int, draft: ArticleDraft) -> bool:
    stored = index.signature(article_id)
    if stored is not None and stored.scheme != draft.signature.scheme:  # of another version: nothing equals its tokens
        old = articles.current(t, article_id)
        stored = fingerprint(old.text, title=old.title).to_signature()
    if stored is None:
        return True
    comparison = compare(Fingerprint.from_signature(draft.signature), Fingerprint.from_signature(stored))
    return comparison.kind is None and comparison.score < SAME_ARTICLE


def _without_guid(t: Transaction, draft: ArticleDraft) -> ArticleDraft:
    for alias in draft.aliases:
        if alias.kind is AliasKind.GUID:
            articles.void_guid(t, alias)
    return replace(draft, aliases=tuple(alias for alias in draft.aliases if alias.kind is not AliasKind.GUID))
