"""Writing articles: their names (aliases), their rows, their revisions.

Articles never merge and their numbers are for ever. An alias that turns out to name two articles makes the later one a
`same_url` duplicate of the earlier, which the caller records (`Named.others`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from storage import events, stories
from storage.entries import PRUNED
from storage.model import Alias, AliasKind, ArticleDraft, Change
from storage.times import format_if_given, format_time
from storage.transaction import Transaction

_PRECEDENCE = {AliasKind.URL: 0, AliasKind.FINAL_URL: 1, AliasKind.CANONICAL: 2, AliasKind.GUID: 3}
_DOUBTFUL = {"future", "ancient", "unparsed"}  # flags of a date that must not sort the archive

_NAMED = "SELECT article_id, kind FROM alias WHERE scope = ? AND value = ?"
_ADD_NAME = "INSERT OR IGNORE INTO alias (scope, value, article_id, kind) VALUES (?, ?, ?, ?)"
_VOID = "UPDATE alias SET article_id = NULL WHERE scope = ? AND value = ?"
_HAS_URL = "SELECT 1 FROM alias WHERE article_id = ? AND scope = 0 LIMIT 1"
_CURRENT = """
    SELECT article.id, outlet.name, story_id, article.title, text, from_feed, word_count, revision_count
    FROM article JOIN article_text ON article_text.article_id = article.id JOIN outlet ON outlet.id = article.outlet_id
    WHERE article.id = ?
"""
_COUNT_OUTLET = """
    UPDATE outlet SET articles = articles + 1, last_article_at = max(coalesce(last_article_at, :at), :at)
    WHERE name = :name RETURNING id
"""
_ADD = f"""
    INSERT INTO article (
        id, story_id, outlet_id, sort_at, first_seen_at, changed_at, revised_at, change_number, url, canonical_url,
        published_at, published_source, published_flags, title, authors, updated_at, language, word_count, summary,
        image_url, method, from_feed, extra
    ) VALUES (
        :id, :id, :outlet_id, :sort_at, :now, :now, :now, {stories.NEXT_CHANGE},
        :url, :canonical_url, :published_at, :published_source, :published_flags, :title, :authors, :updated_at,
        :language, :word_count, :summary, :image_url, :method, :from_feed, :extra
    )
"""
_SUPERSEDE = """
    INSERT INTO revision (article_id, number, seen_at, change, title, text)
    SELECT id, revision_count, revised_at, change, title, text
    FROM article JOIN article_text ON article_text.article_id = article.id WHERE id = ?
"""
_REVISE = f"""
    UPDATE article SET
        revision_count = revision_count + 1, revised_at = :now, changed_at = :now, change_number = {stories.NEXT_CHANGE},
        change = :change, title = :title, authors = :authors, updated_at = :updated_at, language = :language,
        word_count = :word_count, summary = :summary, image_url = :image_url, method = :method, from_feed = :from_feed,
        extra = :extra
    WHERE id = :id
"""
_SUPERSEDED = "SELECT title, text FROM revision WHERE article_id = ? ORDER BY number DESC LIMIT ?"


@dataclass(frozen=True, slots=True)
class Named:
    """The articles that a set of aliases names: the one that counts, and others that share a name with it.

    `is_pruned`: there is none, for it was removed for its age.
    """

    article_id: int | None = None
    by_guid_only: bool = False
    others: tuple[int, ...] = ()
    is_pruned: bool = False


@dataclass(frozen=True, slots=True)
class CurrentVersion:
    """The newest revision of an article, as a new draft is compared with it."""

    article_id: int
    outlet: str
    story_id: int
    title: str
    text: str
    from_feed: bool
    word_count: int
    revision_count: int


def named(t: Transaction, aliases: Iterable[Alias]) -> Named:
    """Which article these names belong to: URLs decide before guids, the published URL before the others."""
    hits: list[tuple[AliasKind, int]] = []
    is_pruned = False
    for name in sorted(aliases, key=lambda a: _PRECEDENCE[a.kind]):
        found, kind = t.run(_NAMED, (_scope(name), name.value)).fetchone() or (None, None)
        is_pruned |= kind == PRUNED
        if found is not None:
            hits.append((name.kind, found))
    if not hits:
        return Named(is_pruned=is_pruned)
    best, first = hits[0]
    others = {number for other, number in hits if other is not AliasKind.GUID and number != first}
    return Named(first, by_guid_only=best is AliasKind.GUID, others=tuple(sorted(others)))


def void_guid(t: Transaction, guid: Alias) -> None:
    """A guid that was seen with two texts names neither from now on."""
    t.run(_VOID, (_scope(guid), guid.value))


def add_aliases(t: Transaction, article_id: int, aliases: Iterable[Alias]) -> None:
    """Give an article more names. A name that is taken stays where it is."""
    for name in aliases:
        t.run(_ADD_NAME, (_scope(name), name.value, article_id, name.kind.value))


def current(t: Transaction, article_id: int) -> CurrentVersion:
    number, outlet, story_id, title, text, from_feed, word_count, revisions = t.run(_CURRENT, (article_id,)).fetchone()
    return CurrentVersion(number, outlet, story_id, title, text, bool(from_feed), word_count, revisions)


def add(t: Transaction, draft: ArticleDraft, now: datetime) -> int:
    """Insert an article, alone in a story of its own. Returns its number, which is also the story's."""
    sort_at = format_time(_sort_at(draft, now))
    outlet_id = t.value(_COUNT_OUTLET, {"name": draft.outlet, "at": sort_at})
    assert outlet_id is not None, f"outlet {draft.outlet} was never made"
    number = stories.found(t, outlet_id, sort_at)
    evidence = draft.published_evidence
    row: dict[str, object] = {
        "id": number,
        "outlet_id": outlet_id,
        "sort_at": sort_at,
        "now": format_time(now),
        "url": draft.url,
        "canonical_url": draft.canonical_url,
        "published_at": format_if_given(draft.published_at),
        "published_source": evidence.source if evidence else None,
        "published_flags": _flags(draft),
        **_content(draft),
    }
    t.run(_ADD, row)
    t.run("INSERT INTO article_text (article_id, text) VALUES (?, ?)", (number, draft.text))
    add_aliases(t, number, draft.aliases)
    t.run("INSERT INTO unindexed (article_id) VALUES (?)", (number,))
    return number


def revise(t: Transaction, old: CurrentVersion, draft: ArticleDraft, change: Change, now: datetime) -> None:
    """Make the draft the newest revision; the version before it is kept as it was."""
    t.run(_SUPERSEDE, (old.article_id,))
    t.run(_REVISE, {"id": old.article_id, "now": format_time(now), "change": change.value, **_content(draft)})
    t.run("UPDATE article_text SET text = ? WHERE article_id = ?", (draft.text, old.article_id))
    t.run("INSERT INTO unindexed (article_id) VALUES (?) ON CONFLICT DO NOTHING", (old.article_id,))
    events.record(t, events.Kind.REVISED, old.article_id, revision=old.revision_count + 1)
    stories.refresh(t, old.story_id, now)


def versions(t: Transaction, article_id: int, most: int) -> list[tuple[str, str]]:
    """Title and text of the newest versions, up to `most`, the newest last."""
    old = t.run(_SUPERSEDED, (article_id, most - 1)).fetchall()
    newest = current(t, article_id)
    return [*reversed(old), (newest.title, newest.text)]


def has_url(t: Transaction, article_id: int) -> bool:
    """Whether a URL names this article."""
    return t.value(_HAS_URL, (article_id,)) is not None


def _content(draft: ArticleDraft) -> dict[str, Any]:
    return {
        "title": draft.title,
        "authors": json.dumps(draft.authors, ensure_ascii=False),
        "updated_at": format_if_given(draft.updated_at),
        "language": draft.language,
        "word_count": draft.word_count,
        "summary": draft.summary,
        "image_url": draft.image_url,
        "method": draft.method,
        "from_feed": int(draft.from_feed),
        "extra": draft.extra,
    }


def _scope(name: Alias) -> int:
    if name.kind is not AliasKind.GUID:
        return 0
    assert name.feed_id is not None
    return name.feed_id


def _flags(draft: ArticleDraft) -> str:
    return " ".join(draft.published_evidence.flags) if draft.published_evidence else ""


def _sort_at(draft: ArticleDraft, now: datetime) -> datetime:
    if draft.published_at is None or _DOUBTFUL & set(_flags(draft).split()):
        return now
    return draft.published_at
