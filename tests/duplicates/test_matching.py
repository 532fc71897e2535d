"""Articles arrive one after the other at a real archive: which story each joins, and by which edges."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from ingest.duplicates import fingerprint, slots_of_signature
from ingest.keeping import keep, new_counters
from storage import feeds, stories
from storage.archive import Archive
from storage.matching import PIECE, MatchStore, RarityCounters
from storage.model import Alias, AliasKind, ArticleDraft, Outlet, Signature
from tests.duplicates.texts import BRIDGE, CHINESE, HARBOUR, QUAKE, URDU

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
OUTLETS = ("dawn", "noon", "dusk")
DAM = (
    "Parliament in Tessin passed a law on Thursday that lets villages above the Verzasca dam sell their water by "
    "auction. Environmental groups announced a referendum, saying that trout would be the first to pay. The power "
    "company offered the valley a share of its winter profits in return. Farmers are divided: those with meadows by "
    "the stream fear dry summers, those on the terraces hope for money to mend their walls. A vote is due in March."
)
HALF = {text: ". ".join(text.split(". ")[:3]) + "." for text in (BRIDGE, HARBOUR, DAM)}
ROUNDUP = "\n".join([HALF[BRIDGE], HALF[HARBOUR], HALF[DAM]])


GREETING = (
    "Welcome to the Daily Lantern, the only paper of the valley that is printed every night of the year. Readers who "
    "subscribe before breakfast receive the crossword, the tide tables and our supplement on gardening free of charge, "
    "together with an invitation to the annual boat race."
)
FAREWELL = (
    "Write to the editor when you disagree, send us a postcard from your holidays, and follow our reporters on every "
    "platform that still exists. Copying is allowed to schools, choirs and lighthouses; everybody else asks the "
    "publisher for a licence, which costs less than most people think."
)


class Desk:
    """An archive, and one process that brings it articles."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.count = 0
        self.restart()
        with self.archive.transaction() as t:
            feeds.sync(t, {Outlet(name, name): [f"https://{name}.example/feed"] for name in OUTLETS})

    def restart(self) -> None:
        self.archive = Archive.open(f"sqlite:///{self.path}", write=True)
        self.counters = new_counters()

    def keep(self, body: str, title: str = "", counters: RarityCounters | None = None) -> int:
        self.count += 1
        url = f"https://dawn.example/{self.count}"
        draft = ArticleDraft(
            outlet=OUTLETS[self.count % 3],
            title=title,
            text=body,
            method="test",
            url=url,
            canonical_url=url,
            aliases=(Alias(AliasKind.URL, url),),
            signature=fingerprint(body, title=title).to_signature(),
            word_count=len(body.split()),
        )
        with self.archive.transaction() as t:
            return keep(t, draft, counters or self.counters, NOW).article_id

    def rows(self, query: str) -> list[tuple[object, ...]]:
        with self.archive.reading() as c:
            return c.run(query).fetchall()

    def stories(self) -> list[set[int]]:
        found: dict[object, set[int]] = {}
        for number, story in self.rows("select id, story_id from articles order by id"):
            assert isinstance(number, int)
            found.setdefault(story, set()).add(number)
        return sorted(found.values(), key=min)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path / "archive.db")
    yield desk
    desk.archive.close()


TEASER = BRIDGE[: BRIDGE.index(" Lorries")]

ARRIVALS = [
    ("copy after original", [BRIDGE, BRIDGE + " More soon.", HARBOUR], 2),
    ("copy before original", [TEASER, BRIDGE, HARBOUR], 2),
    ("teaser, then two full texts", [TEASER, BRIDGE, "NEWS DESK (AP) - " + BRIDGE], 1),
    ("other scripts", [URDU, CHINESE, URDU[:300], CHINESE[20:]], 2),
    ("one form, other facts", [QUAKE.format(f"{n}.1", n * 7, n * 31, n, n * 3, n * 5, n * 9) for n in range(1, 7)], 6),
    ("texts too short to tell", ["Photos", "Video", "Photo gallery"], 3),
]


@pytest.mark.parametrize(("texts", "count"), [case[1:] for case in ARRIVALS], ids=[case[0] for case in ARRIVALS])
def test_stories(desk: Desk, texts: list[str], count: int) -> None:
    for body in texts:
        desk.keep(body)
    assert len(desk.stories()) == count


@pytest.mark.parametrize("place", [0, 1, 2, 3])
def test_a_round_up_ends_alone_wherever_it_arrives(desk: Desk, place: int) -> None:
    texts = [BRIDGE, HARBOUR, DAM]
    texts.insert(place, ROUNDUP)
    numbers = [desk.keep(body) for body in texts]
    assert desk.stories() == [{number} for number in numbers]
    held = {row[0] for row in desk.rows("select article_id from duplicates where kind = 'contained'")}
    assert held <= set(numbers) - {numbers[place]}
    assert len(held) >= 2
    with desk.archive.transaction() as t:
        assert MatchStore(t, desk.counters).roundups(numbers) == {numbers[place]}
        t.run("UPDATE duplicate SET status = 'undone'")
        assert not MatchStore(t, desk.counters).roundups(numbers)


def test_a_copy_of_a_known_round_up_joins_it_and_parts_do_not(desk: Desk) -> None:
    whole = [desk.keep(body) for body in (BRIDGE, HARBOUR, DAM, ROUNDUP)][-1]
    again, part = desk.keep(ROUNDUP + " That is all."), desk.keep(HALF[HARBOUR])
    together = next(story for story in desk.stories() if whole in story)
    assert again in together
    assert part not in together


def test_half_of_a_round_up_is_no_copy_of_it(desk: Desk) -> None:
    for other in (DAM, GREETING, FAREWELL, QUAKE):  # so that it is known which words are rare
        desk.keep(other)
    whole, first = desk.keep(f"{BRIDGE}\n{HARBOUR}"), desk.keep(BRIDGE)
    assert {whole, first} in desk.stories()
    second = desk.keep(HARBOUR)
    assert desk.stories()[-3:] == [{whole}, {first}, {second}]


def test_two_excerpts_of_one_text_are_no_round_up(desk: Desk) -> None:
    sentences = BRIDGE.split(". ")
    desk.keep(". ".join(sentences[:3]))
    desk.keep(". ".join(sentences[3:]))
    desk.keep(BRIDGE)
    assert not desk.rows("select * from duplicates where kind = 'contained'")


def test_what_an_outlet_puts_around_two_texts_makes_no_round_up(desk: Desk) -> None:
    desk.keep(f"{GREETING}\n{HARBOUR}\n{DAM}\n{FAREWELL}")
    desk.keep(BRIDGE)
    desk.keep(f"{GREETING}\n{HALF[BRIDGE]}\n{FAREWELL}")
    assert not desk.rows("select * from duplicates where kind = 'contained'")


def test_a_long_last_paragraph_that_an_outlet_repeats_makes_no_round_up(desk: Desk) -> None:
    quake = QUAKE.format("4.1", 12, "Tessin", 6, 40, 8, 3)
    ending = f"{FAREWELL} The weather for tomorrow stands on the back page, as it has since our founders drew it there by hand."
    desk.keep(f"{HARBOUR}\n{DAM}\n{ending}")
    repeating = desk.keep(f"{BRIDGE}\n{quake}\n{ending}")
    original = desk.keep(f"{BRIDGE}\n{quake}")
    assert {repeating, original} in desk.stories()


def test_a_key_of_few_articles_says_more_than_two_of_many(desk: Desk) -> None:
    common, rare = desk.keep(HARBOUR), desk.keep(BRIDGE)
    postings = [(key, number) for key in (1, 2) for number in (common, *range(1000, 1300))] + [(3, rare)]
    with desk.archive.transaction() as t:
        t.run_many("INSERT INTO posting (key, article_id) VALUES (?, ?)", postings)
        found = MatchStore(t, desk.counters).candidates([1, 2, 3], 1, per_story=1)
    assert [candidate.article_id for candidate in found] == [rare]


@pytest.mark.parametrize("size", [0, 1, PIECE - 1, PIECE, PIECE + 1, 5 * PIECE + 7])
def test_a_fingerprint_of_any_length_is_kept_to_the_byte(desk: Desk, size: int) -> None:
    article_id = desk.keep(BRIDGE)
    kept = Signature(7, b"\x00" * 16, bytes(number * 89 % 256 for number in range(size)))
    with desk.archive.transaction() as t:
        index = MatchStore(t, desk.counters)
        for signature in (kept, kept._replace(tokens=b"\xff\x00"), kept):
            index.replace(article_id, (), signature, ())
            assert index.signature(article_id) == signature
        index.remove(article_id, ())
    assert desk.rows("select count(*) from fingerprint_rest") == [(0,)]


def test_of_articles_with_few_keys_in_common_three_are_looked_at(desk: Desk) -> None:
    alike, *others = (desk.keep(body) for body in (HARBOUR, BRIDGE, DAM, TEASER, QUAKE))
    shared = {alike: (1, 2, 3), others[0]: (1,), others[1]: (2, 3), others[2]: (1,), others[3]: (2,)}
    with desk.archive.transaction() as t:
        rows = [(key, number) for number, keys in shared.items() for key in keys]
        t.run_many("INSERT INTO posting (key, article_id) VALUES (?, ?)", rows)
        found = MatchStore(t, desk.counters).candidates([1, 2, 3], 12, per_story=3)
        itself = MatchStore(t, desk.counters).candidates([1, 2, 3], 12, per_story=3, without=others[0])
        of_two_keys = MatchStore(t, desk.counters).candidates([1, 2], 12, per_story=3)
    assert [candidate.article_id for candidate in found] == [alike, others[1], others[0], others[2]]
    assert [candidate.article_id for candidate in itself] == [alike, others[1], others[2], others[3]]
    assert len(of_two_keys) == 5


def stream() -> list[str]:
    """Forms, copies, other news: enough for rarity to matter."""
    quakes = [QUAKE.format(f"{n}.2", n * 7, f"town {n}", n, 50 - n, n * 5, n) for n in range(1, 7)]
    mixed = [BRIDGE, *quakes[:3], HARBOUR, *quakes[3:], TEASER, HALF[HARBOUR], ROUNDUP, DAM, *quakes[2:5]]
    return [*mixed, BRIDGE.replace("Monday", "Tuesday")]


def test_a_stream_cut_and_resumed_anywhere_decides_alike(tmp_path: Path) -> None:
    outcomes = []
    for cut in (None, 9):
        desk = Desk(tmp_path / f"{cut}.db")
        for place, body in enumerate(stream()):
            if place == cut:
                desk.archive.close()
                desk.restart()
            desk.keep(body)
        outcomes.append((desk.stories(), desk.rows("select article_id, original_id, score from duplicates")))
        desk.archive.close()
    assert all(outcome == outcomes[0] for outcome in outcomes)


def test_two_writers_decide_as_one(tmp_path: Path) -> None:
    one, two = Desk(tmp_path / "one.db"), Desk(tmp_path / "two.db")
    writers = [new_counters(), new_counters()]
    for place, body in enumerate(stream()):
        one.keep(body)
        two.keep(body, counters=writers[place % 3 > 0])
    assert one.stories() == two.stories()
    query = "select article_id, original_id, score from duplicates"
    assert one.rows(query) == two.rows(query)
    one.archive.close()
    two.archive.close()


def counted(desk: Desk, counters: RarityCounters) -> tuple[int, int, bytes]:
    with desk.archive.transaction() as t:
        counters.follow(t)
    return counters.stories, counters.total, np.flatnonzero(counters.counters).tobytes()


class Broken(Exception):
    """What goes wrong after an article was counted."""


def keep_and_break(desk: Desk, body: str) -> None:
    signature = fingerprint(body).to_signature()
    draft = ArticleDraft("dawn", "", body, "test", None, None, aliases=(), signature=signature)
    with desk.archive.transaction() as t:
        keep(t, draft, desk.counters, NOW)
        raise Broken


def test_what_was_rolled_back_is_not_counted(desk: Desk) -> None:
    desk.keep(BRIDGE)
    before = counted(desk, desk.counters)
    with pytest.raises(Broken):
        keep_and_break(desk, HARBOUR)
    assert counted(desk, desk.counters) == before


def test_checkpoints_change_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.matching.CHECKPOINT_EVERY", 5)
    for body in stream():
        desk.keep(body)
    assert desk.rows("select count(*) from rarity_checkpoint") == [(1,)]
    assert counted(desk, RarityCounters(slots_of_signature)) == counted(desk, desk.counters)


def test_a_story_one_was_taken_out_of_is_not_joined_again(desk: Desk) -> None:
    first, copy = desk.keep(BRIDGE), desk.keep(BRIDGE + " More soon.")
    with desk.archive.transaction() as t:
        stories.undo(t, copy, NOW)
    assert desk.stories() == [{first}, {copy}]
    assert desk.rows("select status from duplicates") == [("undone",)]
