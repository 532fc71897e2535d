"""Drafts kept one after the other: identity by aliases, revisions, stories, undoing."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from ingest.duplicates import Fingerprint, fingerprint
from ingest.duplicates.fingerprint import SCHEME
from ingest.keeping import Kept, keep, new_counters
from storage import feeds, stories
from storage.archive import Archive
from storage.matching import MatchStore
from storage.model import Alias, AliasKind, ArticleDraft, EntryStatus, Outlet, Signature
from tests.pipeline.papers import invent

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


class Desk:
    """An archive and what a day brings to it."""

    def __init__(self, archive: Archive) -> None:
        self.archive = archive
        self.counters = new_counters()
        self.now = NOW
        with archive.transaction() as t:
            feeds.sync(t, {Outlet(name, name): [f"https://{name}.example/feed"] for name in ("dawn", "noon", "dusk")})

    def keep(self, draft: ArticleDraft) -> Kept:
        self.now += timedelta(minutes=1)
        with self.archive.transaction() as t:
            return keep(t, draft, self.counters, self.now)

    def undo(self, article_id: int) -> bool:
        with self.archive.transaction() as t:
            return stories.undo(t, article_id, self.now)

    def rows(self, query: str, **values: object) -> list[tuple[Any, ...]]:
        with self.archive.reading() as c:
            return c.run(query, values).fetchall()

    def stories(self) -> list[set[int]]:
        found: dict[int, set[int]] = {}
        for article_id, story_id in self.rows("select id, story_id from articles order by id"):
            found.setdefault(story_id, set()).add(article_id)
        return list(found.values())


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with Archive.open(f"sqlite:///{tmp_path}/archive.db", write=True) as archive:
        yield Desk(archive)


def draft(
    seed: str, *, outlet: str = "dawn", url: str | None = None, guid: str | None = None, **more: Any
) -> ArticleDraft:
    body = more.pop("text", None) or "\n".join(invent(seed))
    title = more.pop("title", f"Title of {seed}")
    aliases = [Alias(AliasKind.URL, url)] if url else []
    aliases += [Alias(AliasKind.GUID, guid, feed_id=1)] if guid else []
    aliases += more.pop("aliases", [])
    return ArticleDraft(
        outlet=outlet,
        title=title,
        text=body,
        method="test",
        url=url,
        canonical_url=url,
        aliases=tuple(aliases),
        signature=fingerprint(body, title=title).to_signature(),
        word_count=len(body.split()),
        **more,
    )


A, B, C = "https://dawn.example/a", "https://dawn.example/b", "https://noon.example/c"


def test_the_same_draft_again_is_unchanged(desk: Desk) -> None:
    first = desk.keep(draft("one", url=A, guid="g1"))
    again = desk.keep(draft("one", url=A, guid="g1"))
    assert (first.status, again.status) == (EntryStatus.STORED, EntryStatus.UNCHANGED)
    assert first.article_id == again.article_id
    assert desk.rows("select count(*) from revisions") == [(1,)]


def test_an_edited_text_is_a_revision_and_the_first_stays(desk: Desk) -> None:
    article = desk.keep(draft("one", url=A)).article_id
    edited = draft("one", url=A, text="\n".join((*invent("one")[:4], "A correction was added.")))
    assert desk.keep(edited) == Kept(article, EntryStatus.UPDATED)
    assert desk.rows("select number, text, change from revisions order by number") == [
        (1, "\n".join(invent("one")), None),
        (2, edited.text, "edited"),
    ]
    assert desk.rows("select revision_count, text from articles") == [(2, edited.text)]


def test_a_changed_headline_alone_is_a_revision(desk: Desk) -> None:
    desk.keep(draft("one", url=A))
    assert desk.keep(draft("one", url=A, title="Another headline")).status is EntryStatus.UPDATED


def test_the_feeds_text_never_replaces_a_page_but_a_page_replaces_it(desk: Desk) -> None:
    teaser = draft("one", url=A, text=invent("one")[0], from_feed=True)
    page = draft("one", url=A)
    assert desk.keep(teaser).status is EntryStatus.STORED
    assert desk.keep(page).status is EntryStatus.UPDATED
    assert desk.rows("select change from revisions where number = 2") == [("page_obtained",)]
    assert desk.keep(teaser).status is EntryStatus.UNCHANGED
    assert desk.rows("select text from articles") == [(page.text,)]


def test_redirects_and_declared_canonicals_name_the_same_article(desk: Desk) -> None:
    first = desk.keep(draft("one", url=A, aliases=[Alias(AliasKind.CANONICAL, B)]))
    again = desk.keep(draft("one", url=B))
    assert again == Kept(first.article_id, EntryStatus.UNCHANGED)


def test_a_link_that_changes_with_its_headline_makes_no_second_article(desk: Desk) -> None:
    first = desk.keep(draft("one", url=A, guid="g1"))
    moved = desk.keep(draft("one", url=B, guid="g1", title="A better headline"))
    assert moved == Kept(first.article_id, EntryStatus.UPDATED)
    third = desk.keep(draft("one", url="https://dawn.example/third", guid="g1", title="A better headline"))
    assert third == Kept(first.article_id, EntryStatus.UNCHANGED)


def test_a_fingerprint_of_an_older_version_tells_no_text_from_itself(desk: Desk) -> None:
    first = desk.keep(draft("one", url=A, guid="g1"))
    tokens = Fingerprint.from_signature(draft("one").signature)
    packed = struct.pack("<HHI", len(tokens.title), 1, len(tokens.body)) + struct.pack("<H", len(tokens.body))
    packed += bytes((number * 37) % 256 for number in range(4 * (len(tokens.title) + len(tokens.body))))  # other hashes
    with desk.archive.transaction() as t:
        MatchStore(t, desk.counters).replace(first.article_id or 0, (), Signature(2, b"x" * 16, packed), ())
    edited = "\n".join((*invent("one"), "One sentence was added in the evening."))
    assert desk.keep(draft("one", url=B, guid="g1", text=edited)) == Kept(first.article_id, EntryStatus.UPDATED)
    assert desk.rows("select scheme from fingerprint") == [(SCHEME,)]
    other = desk.keep(draft("two", url="https://dawn.example/3", guid="g1"))
    assert other.status is EntryStatus.STORED


def test_a_guid_with_two_texts_names_neither(desk: Desk) -> None:
    first = desk.keep(draft("one", url=A, guid="same-for-all"))
    second = desk.keep(draft("two", url=B, guid="same-for-all"))
    third = desk.keep(draft("three", url="https://dawn.example/3", guid="same-for-all"))
    assert len({first.article_id, second.article_id, third.article_id}) == 3
    assert desk.keep(draft("one", url=A, guid="same-for-all")).status is EntryStatus.UNCHANGED


def test_a_guid_alone_names_an_article_without_link(desk: Desk) -> None:
    first = desk.keep(draft("one", guid="g1"))
    assert desk.keep(draft("one", guid="g1")) == Kept(first.article_id, EntryStatus.UNCHANGED)


def test_an_address_shared_by_two_articles_makes_the_later_a_duplicate(desk: Desk) -> None:
    first = desk.keep(draft("one", url=A)).article_id
    second = desk.keep(draft("two", url=C, outlet="noon")).article_id
    desk.keep(draft("one", url=A, aliases=[Alias(AliasKind.FINAL_URL, C)]))
    assert desk.rows("select article_id, original_id, kind, status from duplicates") == [
        (second, first, "same_url", "active")
    ]
    assert desk.stories() == [{first, second}]


def test_a_copy_joins_the_story_and_the_earliest_full_text_represents_it(desk: Desk) -> None:
    cut = desk.keep(draft("one", url=A, text="\n".join(invent("one")[:2]))).article_id
    full = desk.keep(draft("one", url=C, outlet="noon"))
    late = desk.keep(draft("one", url="https://dusk.example/x", outlet="dusk"))
    assert full.duplicate
    assert late.duplicate
    assert desk.stories() == [{cut, full.article_id, late.article_id}]
    assert desk.rows("select id, duplicate_of from articles order by id") == [
        (cut, full.article_id),
        (full.article_id, None),
        (late.article_id, full.article_id),
    ]
    assert desk.rows("select article_count, outlet_count from stories") == [(3, 3)]
    assert desk.rows("select id from unique_articles") == [(full.article_id,)]


def test_undo_takes_one_out_and_is_remembered(desk: Desk) -> None:
    first = desk.keep(draft("one", url=A)).article_id
    copy = desk.keep(draft("one", url=C, outlet="noon")).article_id
    third = desk.keep(draft("one", url="https://dusk.example/x", outlet="dusk")).article_id
    assert desk.undo(copy)
    assert desk.stories() == [{first, third}, {copy}]
    edited = replace(draft("one", url=C, outlet="noon", title="New headline"), updated_at=NOW)
    assert desk.keep(edited).status is EntryStatus.UPDATED
    assert desk.stories() == [{first, third}, {copy}]
    assert not desk.undo(copy)


def test_undoing_the_representative_leaves_the_others_together(desk: Desk) -> None:
    first = desk.keep(draft("one", url=A)).article_id
    second = desk.keep(draft("one", url=C, outlet="noon")).article_id
    third = desk.keep(draft("one", url="https://dusk.example/x", outlet="dusk")).article_id
    desk.undo(first)
    assert desk.stories() == [{first}, {second, third}]
    assert desk.rows("select id, representative_id from stories where article_count = 2") == [(first, second)]


def test_what_was_pruned_does_not_come_back(desk: Desk) -> None:
    first = desk.keep(draft("one", url=A)).article_id
    with desk.archive.transaction() as t:
        t.run(f"UPDATE alias SET article_id = NULL, kind = 'pruned' WHERE article_id = {first}")
    assert desk.keep(draft("one", url=A)) == Kept(None, EntryStatus.UNCHANGED)
    assert desk.keep(draft("one", url=B, aliases=[Alias(AliasKind.FINAL_URL, A)])) == Kept(None, EntryStatus.UNCHANGED)


def test_numbers_are_never_used_twice(desk: Desk) -> None:
    first = desk.keep(draft("one", url=A)).article_id
    copy = desk.keep(draft("one", url=C, outlet="noon")).article_id
    desk.undo(copy)
    other = desk.keep(draft("two", url=B)).article_id
    stories_used = {row[0] for row in desk.rows("select id from stories")}
    assert len({first, copy, other}) == 3
    assert stories_used >= {first, other}


def test_a_doubtful_date_does_not_sort_the_archive(desk: Desk) -> None:
    from storage.model import DateEvidence

    future = NOW + timedelta(days=400)
    desk.keep(draft("one", url=A, published_at=future, published_evidence=DateEvidence("…", "feed", ("future",))))
    ((published, sort_at, flags),) = desk.rows("select published_at, sort_at, published_flags from articles")
    assert published == "2027-12-28T12:00:00Z"
    assert sort_at == "2026-11-23T12:01:00Z"
    assert flags == "future"


def test_a_renamed_outlet_keeps_its_articles(desk: Desk) -> None:
    desk.keep(draft("one", url=A))
    with desk.archive.transaction() as t:
        feeds.sync(t, {Outlet("morning", "Morning", formerly=("dawn",)): ["https://dawn.example/feed"]})
    assert desk.rows("select outlet from articles") == [("morning",)]
    assert desk.rows("select url, status from feeds where status <> 'removed'") == [
        ("https://dawn.example/feed", "new")
    ]


def test_a_closed_archive_is_one_file(tmp_path: Path) -> None:
    with Archive.open(f"sqlite:///{tmp_path}/archive.db", write=True) as archive:
        Desk(archive)
        with archive.reading() as t:
            assert t.value("select count(*) from outlet") == 3
    assert [path.name for path in tmp_path.iterdir()] == ["archive.db"]
