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

from sqlalchemy import Connection, case, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from storage import events, stories
from storage.model import Alias, AliasKind, ArticleDraft, Change
from storage.schema import NEXT_CHANGE, alias, article, article_text, outlet, revision, unindexed

PRUNED = "pruned"  # the kind of an alias that `storage.pruning` left behind

_DOUBTFUL = {"future", "ancient", "unparsed"}  # flags of a date that must not sort the archive


@dataclass(frozen=True, slots=True)
class Named:
    """The articles that a set of aliases names: the one that counts, and others that share a name with it."""

    article_id: int | None = None
    by_guid_only: bool = False
    others: tuple[int, ...] = ()


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


def named(t: Connection, aliases: Iterable[Alias]) -> Named:
    """Which article these names belong to: URLs decide before guids, the published URL before the others."""
    order = [AliasKind.URL, AliasKind.FINAL_URL, AliasKind.CANONICAL, AliasKind.GUID]
    hits: list[tuple[AliasKind, int]] = []
    for name in sorted(aliases, key=lambda a: order.index(a.kind)):
        found = t.execute(
            select(alias.c.article_id).where(alias.c.scope == _scope(name), alias.c.value == name.value)
        ).scalar()
        if found is not None:
            hits.append((name.kind, found))
    if not hits:
        return Named()
    kind, first = hits[0]
    others = {number for other, number in hits if other is not AliasKind.GUID and number != first}
    return Named(first, by_guid_only=kind is AliasKind.GUID, others=tuple(sorted(others)))


def is_pruned(t: Connection, aliases: Iterable[Alias]) -> bool:
    """Whether one of these names is that of an article that was removed for its age."""
    for name in aliases:
        query = select(alias.c.kind).where(alias.c.scope == _scope(name), alias.c.value == name.value)
        if t.execute(query).scalar() == PRUNED:
            return True
    return False


def void_guid(t: Connection, guid: Alias) -> None:
    """A guid that was seen with two texts names neither from now on."""
    t.execute(update(alias).where(alias.c.scope == _scope(guid), alias.c.value == guid.value).values(article_id=None))


def add_aliases(t: Connection, article_id: int, aliases: Iterable[Alias]) -> None:
    """Give an article more names. A name that is taken stays where it is."""
    for name in aliases:
        row = {"scope": _scope(name), "value": name.value, "article_id": article_id, "kind": name.kind}
        t.execute(upsert(alias).values(**row).on_conflict_do_nothing())


def current(t: Connection, article_id: int) -> CurrentVersion:
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


def add(t: Connection, draft: ArticleDraft, now: datetime) -> int:
    """Insert an article, alone in a story of its own. Returns its number, which is also the story's."""
    outlet_id = t.execute(select(outlet.c.id).where(outlet.c.name == draft.outlet)).scalar_one()
    number = stories.new_number(t)
    sort_at = _sort_at(draft, now)
    t.execute(
        insert(article).values(
            id=number,
            outlet_id=outlet_id,
            story_id=number,
            sort_at=sort_at,
            first_seen_at=now,
            changed_at=now,
            change_number=NEXT_CHANGE,
            revised_at=now,
            url=draft.url,
            canonical_url=draft.canonical_url,
            published_at=draft.published_at,
            published_source=draft.published_evidence.source if draft.published_evidence else None,
            published_flags=_flags(draft),
            **_content(draft),
        )
    )
    t.execute(insert(article_text).values(article_id=number, text=draft.text))
    t.execute(
        update(outlet)
        .where(outlet.c.id == outlet_id)
        .values(
            articles=outlet.c.articles + 1,
            last_article_at=case((outlet.c.last_article_at > sort_at, outlet.c.last_article_at), else_=sort_at),
        )
    )
    add_aliases(t, number, draft.aliases)
    t.execute(insert(unindexed).values(article_id=number))
    stories.refresh(t, number, now)
    return number


def revise(t: Connection, old: CurrentVersion, draft: ArticleDraft, change: Change, now: datetime) -> None:
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


def versions(t: Connection, article_id: int, most: int) -> list[tuple[str, str]]:
    """Title and text of the newest versions, up to `most`, the newest last."""
    old = select(revision.c.number, revision.c.title, revision.c.text).where(revision.c.article_id == article_id)
    rows = list(t.execute(old.order_by(revision.c.number.desc()).limit(most - 1)))
    newest = current(t, article_id)
    return [*((row.title, row.text) for row in reversed(rows)), (newest.title, newest.text)]


def has_url(t: Connection, article_id: int) -> bool:
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


def _flags(draft: ArticleDraft) -> str:
    return " ".join(draft.published_evidence.flags) if draft.published_evidence else ""


def _sort_at(draft: ArticleDraft, now: datetime) -> datetime:
    if draft.published_at is None or _DOUBTFUL & set(_flags(draft).split()):
        return now
    return draft.published_at
