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

from sqlalchemy import insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from storage import events, stories
from storage.entries import PRUNED
from storage.model import Alias, AliasKind, ArticleDraft, Change
from storage.schema import NEXT_CHANGE, alias, article, article_text, format_time, outlet, revision, unindexed
from storage.transaction import Transaction

_PRECEDENCE = {AliasKind.URL: 0, AliasKind.FINAL_URL: 1, AliasKind.CANONICAL: 2, AliasKind.GUID: 3}
_DOUBTFUL = {"future", "ancient", "unparsed"}  # flags of a date that must not sort the archive

_NAMED = "SELECT article_id, kind FROM alias WHERE scope = ? AND value = ?"
_ADD_NAME = "INSERT OR IGNORE INTO alias (scope, value, article_id, kind) VALUES (?, ?, ?, ?)"
_COUNT_OUTLET = """
    UPDATE outlet SET articles = articles + 1, last_article_at = max(coalesce(last_article_at, :at), :at)
    WHERE name = :name RETURNING id
"""
_ADD = """
    INSERT INTO article (
        id, story_id, outlet_id, sort_at, first_seen_at, changed_at, revised_at, change_number, url, canonical_url,
        published_at, published_source, published_flags, title, authors, updated_at, language, word_count, summary,
        image_url, method, from_feed, extra
    ) VALUES (
        :id, :id, :outlet_id, :sort_at, :now, :now, :now, (SELECT coalesce(max(change_number), 0) + 1 FROM article),
        :url, :canonical_url, :published_at, :published_source, :published_flags, :title, :authors, :updated_at,
        :language, :word_count, :summary, :image_url, :method, :from_feed, :extra
    )
"""


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
    t.execute(update(alias).where(alias.c.scope == _scope(guid), alias.c.value == guid.value).values(article_id=None))


def add_aliases(t: Transaction, article_id: int, aliases: Iterable[Alias]) -> None:
    """Give an article more names. A name that is taken stays where it is."""
    for name in aliases:
        t.run(_ADD_NAME, (_scope(name), name.value, article_id, name.kind.value))


def current(t: Transaction, article_id: int) -> CurrentVersion:
    columns = [article.c[name] for name in ("id", "story_id", "title", "from_feed", "word_count", "revision_count")]
    query = select(*columns, article_text.c.text, outlet.c.name).select_from(article).join(article_text).join(outlet)
    row = t.execute(query.where(article.c.id == article_id)).one()
    return CurrentVersion(
        article_id=row.id,
        outlet=row.name,
        story_id=row.story_id,
        title=row.title,
        text=row.text,
        from_feed=bool(row.from_feed),
        word_count=row.word_count,
        revision_count=row.revision_count,
    )


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
        "published_at": _time(draft.published_at),
        "published_source": evidence.source if evidence else None,
        "published_flags": _flags(draft),
        **_content(draft),
        "updated_at": _time(draft.updated_at),
    }
    t.run(_ADD, row)
    t.run("INSERT INTO article_text (article_id, text) VALUES (?, ?)", (number, draft.text))
    add_aliases(t, number, draft.aliases)
    t.run("INSERT INTO unindexed (article_id) VALUES (?)", (number,))
    return number


def revise(t: Transaction, old: CurrentVersion, draft: ArticleDraft, change: Change, now: datetime) -> None:
    """Make the draft the newest revision; the version before it is kept as it was."""
    copied = [article.c[name] for name in ("id", "revision_count", "revised_at", "change", "title")]
    names = ["article_id", "number", "seen_at", "change", "title", "text"]
    before = select(*copied, article_text.c.text).select_from(article).join(article_text)
    t.execute(insert(revision).from_select(names, before.where(article.c.id == old.article_id)))
    values: dict[str, Any] = {
        "revision_count": article.c.revision_count + 1,
        "revised_at": now,
        "changed_at": now,
        "change_number": NEXT_CHANGE,
        "change": change,
        **_content(draft),
    }
    t.execute(update(article).where(article.c.id == old.article_id).values(**values))
    t.execute(update(article_text).where(article_text.c.article_id == old.article_id).values(text=draft.text))
    t.execute(upsert(unindexed).values(article_id=old.article_id).on_conflict_do_nothing())
    events.record(t, events.Kind.REVISED, old.article_id, revision=old.revision_count + 1)
    stories.refresh(t, old.story_id, now)


def versions(t: Transaction, article_id: int, most: int) -> list[tuple[str, str]]:
    """Title and text of the newest versions, up to `most`, the newest last."""
    old = select(revision.c.number, revision.c.title, revision.c.text).where(revision.c.article_id == article_id)
    rows = list(t.execute(old.order_by(revision.c.number.desc()).limit(most - 1)))
    newest = current(t, article_id)
    return [*((row.title, row.text) for row in reversed(rows)), (newest.title, newest.text)]


def has_url(t: Transaction, article_id: int) -> bool:
    """Whether a URL names this article."""
    query = select(alias.c.value).where(alias.c.article_id == article_id, alias.c.scope == 0).limit(1)
    return t.execute(query).first() is not None


def _content(draft: ArticleDraft) -> dict[str, Any]:
    return {
        "title": draft.title,
        "authors": json.dumps(draft.authors, ensure_ascii=False),
        "updated_at": draft.updated_at,
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


def _time(moment: datetime | None) -> str | None:
    return None if moment is None else format_time(moment)


def _flags(draft: ArticleDraft) -> str:
    return " ".join(draft.published_evidence.flags) if draft.published_evidence else ""


def _sort_at(draft: ArticleDraft, now: datetime) -> datetime:
    if draft.published_at is None or _DOUBTFUL & set(_flags(draft).split()):
        return now
    return draft.published_at
