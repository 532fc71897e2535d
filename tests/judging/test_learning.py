"""Lines that an outlet repeats leave the fingerprints of what comes later, no text, and make no revision."""

from __future__ import annotations

from ingest.duplicates import fingerprint
from ingest.keeping import keep_again
from ingest.pages import line_hash
from ingest.pages.boilerplate import WINDOW
from storage import lines
from storage.lines import SWEEP_EVERY
from storage.model import EntryStatus, LineWord
from tests.judging.desk import Desk, draft
from tests.pipeline.papers import invent

FOOTER = "The Courier has no advertisements. It is paid for by its readers, who own it."
KEY = line_hash(FOOTER)
A, B = ("\n".join(invent(name, 6)) for name in "ab")


def add(desk: Desk, name: str, body: str, outlet: str = "dawn") -> int:
    return desk.add(body, url=f"https://x.example/{name}", title=f"Title {name}", outlet=outlet)


def learn(desk: Desk, footer: str = FOOTER, outlet: str = "dawn") -> list[int]:
    texts = ["\n".join([*invent(f"{footer} {number}", 6), footer]) for number in range(3)]
    return [add(desk, f"{outlet}-{number}-{len(footer)}", text, outlet) for number, text in enumerate(texts)]


def exact(desk: Desk, article_id: int) -> bytes:
    ((found,),) = desk.rows(f"SELECT exact FROM fingerprint WHERE article_id = {article_id}")
    assert isinstance(found, bytes)
    return found


def say(desk: Desk, word: LineWord) -> None:
    with desk.archive.transaction() as t:
        lines.say(t, 1, KEY, FOOTER, word)


def test_a_learned_line_leaves_fingerprints_and_no_text(desk: Desk) -> None:
    before = learn(desk)
    text = f"{A}\n{FOOTER}"
    article = add(desk, "a", text)
    assert exact(desk, article) == fingerprint(A, title="Title a").exact
    assert desk.rows(f"SELECT text FROM articles WHERE id = {article}") == [(text,)]
    old = desk.rows(f"SELECT text FROM articles WHERE id = {before[0]}")[0][0]
    assert exact(desk, before[0]) == fingerprint(old, title="Title").exact
    assert desk.is_sound()


def test_copies_that_differ_in_what_their_outlets_repeat_are_exact(desk: Desk) -> None:
    other = "Subscribe to the Evening Mail: every article, every day, without a single cookie."
    learn(desk)
    learn(desk, other, "dusk")
    one, copy = add(desk, "a", f"{A}\n{FOOTER}"), add(desk, "b", f"{A}\n{other}", "dusk")
    assert desk.rows(f"SELECT kind FROM duplicates WHERE article_id = {copy}") == [("exact",)]
    assert desk.together(one, copy)


def test_each_outlet_learns_for_itself(desk: Desk) -> None:
    learn(desk)
    article = add(desk, "a", f"{A}\n{FOOTER}", "noon")
    assert exact(desk, article) == fingerprint(f"{A}\n{FOOTER}").exact


def test_copies_of_one_story_teach_nothing(desk: Desk) -> None:
    for number in range(5):
        add(desk, str(number), f"{A}\n{FOOTER}")
    article = add(desk, "b", f"{B}\n{FOOTER}")
    assert exact(desk, article) == fingerprint(f"{B}\n{FOOTER}").exact


def test_learning_and_unlearning_make_no_revision(desk: Desk) -> None:
    """The page says the same before and after: whatever was learned or taken back meanwhile, nobody edited it."""
    text = f"{A}\n{FOOTER}"
    article = add(desk, "a", text)
    again = draft(text, url="https://x.example/a", title="Title a")
    learn(desk)
    for word in (LineWord.NONE, LineWord.TEXT, LineWord.BOILERPLATE):
        say(desk, word)
        assert desk.keep(again).status is EntryStatus.UNCHANGED
        with desk.archive.transaction() as t:
            assert keep_again(t, article, again, desk.counters, desk.now).status is EntryStatus.UNCHANGED
    assert desk.rows("SELECT count(*) FROM revisions WHERE number > 1") == [(0,)]


def test_a_footer_that_comes_or_goes_is_no_edit(desk: Desk) -> None:
    learn(desk)
    add(desk, "a", f"{A}\n{FOOTER}")
    assert desk.keep(draft(A, url="https://x.example/a", title="Title a")).status is EntryStatus.UNCHANGED
    edited = desk.keep(draft(f"{B}\n{FOOTER}", url="https://x.example/a", title="Title a"))
    assert edited.status is EntryStatus.UPDATED
    assert edited.article_id is not None
    assert exact(desk, edited.article_id) == fingerprint(B).exact


def test_a_persons_word_counts_at_once_and_can_be_taken_back(desk: Desk) -> None:
    learn(desk)
    whole, own = fingerprint(f"{A}\n{FOOTER}").exact, fingerprint(A).exact
    for number, (word, expected) in enumerate(
        [(LineWord.TEXT, whole), (LineWord.BOILERPLATE, own), (LineWord.TEXT, whole), (LineWord.NONE, own)]
    ):
        say(desk, word)
        article = add(desk, f"a{number}", f"{A}\n{FOOTER}")
        assert exact(desk, article) == expected, word


def test_a_rebuild_learns_the_same_and_changes_nothing(desk: Desk) -> None:
    learn(desk)
    add(desk, "a", f"{A}\n{FOOTER}")
    add(desk, "copy", f"{A}\nAn addition.\n{FOOTER}", "noon")
    desk.keep(draft(f"{B}\n{FOOTER}", url="https://x.example/a", title="Title a"))
    before, counts = desk.state(), desk.rows("SELECT * FROM line ORDER BY 1, 2")
    result = desk.rebuild()
    assert (result.change.stories, result.fingerprints) == ((), 0)
    assert desk.state() == before
    assert desk.rows("SELECT * FROM line ORDER BY 1, 2") == counts
    assert desk.is_sound()


def test_a_rebuild_applies_a_persons_word_to_what_came_before(desk: Desk) -> None:
    article = add(desk, "a", f"{A}\n{FOOTER}")
    add(desk, "b", B, "noon")
    say(desk, LineWord.BOILERPLATE)
    assert desk.rebuild().fingerprints == 1
    assert exact(desk, article) == fingerprint(A).exact
    assert desk.rows("SELECT hash, word FROM line_word") == [(KEY, "boilerplate")]
    assert desk.is_sound()


def test_an_archive_that_never_counted_learns_by_a_rebuild(desk: Desk) -> None:
    learn(desk)
    wanted = desk.rows("SELECT * FROM line ORDER BY 1, 2")
    with desk.archive.transaction() as t:
        t.run("DELETE FROM line")
        t.run("DELETE FROM outlet_lines")
    desk.rebuild()
    assert desk.rows("SELECT * FROM line ORDER BY 1, 2") == wanted


def test_lines_that_fade_are_forgotten_and_words_are_not(desk: Desk) -> None:
    learn(desk)
    say(desk, LineWord.TEXT)
    for number in range(WINDOW + SWEEP_EVERY):
        add(desk, f"later {number}", f"A short text {number}, of its own.")
    with desk.archive.reading() as c:
        known = lines.of_outlet(c, "dawn")
    assert known is not None
    assert [(line.text, line.seen, line.word) for line in known.lines] == [(FOOTER, 0, LineWord.TEXT)]
    assert desk.rows("SELECT count(*) <= 250 FROM line") == [(1,)]


def test_outlets_without_lines(desk: Desk) -> None:
    with desk.archive.reading() as c:
        assert lines.of_outlet(c, "nobody") is None
        found = lines.of_outlet(c, "dusk")
    assert found is not None
    assert (found.articles, found.lines) == (0, ())
