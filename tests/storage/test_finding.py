"""Searching: what is found, in which order, and the snippet that shows why."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage import Archive, articles, feeds, finding, query, search
from storage.searchquery import parse
from storage.snippets import snippet
from tests.storage import sample

FOUND = [  # query, numbers in any order
    ("steel", {1, 2, 3, 13}),
    ("STEEL Mill", {1, 2, 3, 13}),
    ('"mill reopens"', {2, 3}),
    ("title:steel", {1}),
    ("steel -title:reopens", {1, 13}),
    ("reop* -steel", set()),
    ("budget OR reopen*", {4, 1, 2, 3, 13}),
    ("author:khan", {1}),
    ("khan", {1}),
    ("category:business", {1}),
    ("5%", set()),  # replaced by a revision
    ("7%", {4}),
    # languages
    ("北京", {5}),
    ("天气", {5}),
    ("风", {5}),
    ("大风 市民", {5}),
    ('"蓝色预警"', {5}),
    ("京北", set()),
    ("東京", {6}),
    ("桜", {6}),
    ("花見", {6}),
    ("กรุงเทพ", {7}),
    ("ฝน", {7}),
    ("بارش", {8}),
    ("كراچي", {8}),
    ("زير آب", {8}),
    ("النفط", {9}),
    ("نفط", {9}),
    ("اسعار", {9}),
    ("أَسْعَار", {9}),
    ("اقتصاد", {9}),
    ("बारिश", {10}),
    ("कानून", {10}),
    ("दिल्ली", {10}),
    ("दिल", set()),
    ("елка", {11}),
    ("ЁЛКУ", {11}),
    ("москв*", {11}),
    ("москва", set()),  # other forms of a word need a prefix: there is no stemming
    # astray
    ('steel"', {1, 2, 3, 13}),
    ("((steel", {1, 2, 3, 13}),
    ("", set()),
    ("-steel", set()),
]


@pytest.mark.parametrize(("text", "expected"), FOUND)
def test_what_is_found(newsroom, text, expected):
    assert {article.id for article in newsroom.search(text)} == expected


@pytest.mark.parametrize("few", [0, 20_000], ids=["tried one by one", "listed first"])
def test_filters_apply(newsroom, few, monkeypatch):
    monkeypatch.setattr(query, "FEW", few)
    assert [article.id for article in newsroom.search("steel", outlet="dawn")] == [2]
    assert [article.id for article in newsroom.search("steel", feed="https://tribune.example/feed/home")] == [1]
    assert {article.id for article in newsroom.search("steel", unique=True)} == {1, 13}
    assert {article.id for article in newsroom.search("steel", title="reopens")} == {2, 3}
    assert len(list(newsroom.search("steel", limit=2))) == 2


def test_the_title_counts_most(newsroom):
    ranked = list(newsroom.search("steel"))
    assert ranked[0].id == 1
    assert [article.score for article in ranked] == sorted((article.score for article in ranked), reverse=True)


def test_windows_and_pages_join(newsroom, monkeypatch):
    everything = {article.id for article in newsroom.search("steel OR budget OR day")}
    for window, page in ((1, 1), (2, 1), (3, 2), (100, 4)):
        monkeypatch.setattr(finding, "WINDOW", window)
        monkeypatch.setattr(finding, "PAGE", page)
        found = [article.id for article in newsroom.search("steel OR budget OR day")]
        assert len(found) == len(everything)
        assert set(found) == everything


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=40))
def test_any_query_can_be_searched(newsroom, text):
    list(newsroom.search(text, title=text, author=text, limit=1))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(sorted(sample.TEXTS)), st.data())
def test_every_piece_of_an_unspaced_text_is_found(newsroom, language, data):
    """Recall: any one, two or more signs of a Chinese, Japanese or Thai text; any word of the others."""
    title, text = sample.TEXTS[language]
    if language in ("zh", "ja", "th"):
        start = data.draw(st.integers(0, len(text) - 1))
        query = text[start : start + data.draw(st.integers(1, 4))].strip("。，、 ")
    else:
        query = data.draw(st.sampled_from(text.split())).strip(".,،۔।")
    if query:
        assert title in {article.title for article in newsroom.search(f'"{query}"')}


# --- snippets ---------------------------------------------------------------------------------------------------------

LONG = "First sentence here. " * 30 + "The steel mill opens,\nsays Café owner. " + "Last words follow. " * 30


def marked(text: str, query: str) -> list[str]:
    made = snippet(text, parse(query).phrases)
    return [made.text[first:last] for first, last in made.marks]


MARKED = [
    ("The steel mill opens.", "steel", ["steel"]),
    ("The steel mill opens.", '"steel mill"', ["steel mill"]),
    ("The steel mill opens.", "mill steel", ["steel", "mill"]),
    ("The steel mill opens.", "ope*", ["opens"]),
    ("The steel mill opens.", "steel -mill", ["steel"]),
    ("The steel mill opens.", "iron", []),
    ("CAFÉ and cafe", "café", ["CAFÉ", "cafe"]),
    ("北京市大风预警", "大风", ["大风"]),
    ("الاقتصاد اليوم", "اقتصاد", ["الاقتصاد"]),
    ("हँसी और क़ानून", "हंसी कानून", ["हँसी", "क़ानून"]),
    (LONG, "steel café", ["steel", "Café"]),
    (LONG, "words", ["words"]),
]


@pytest.mark.parametrize(("text", "query", "expected"), MARKED)
def test_snippets_mark_what_was_looked_for(text, query, expected):
    assert marked(text, query)[: len(expected)] == expected


def test_a_snippet_is_one_short_line_cut_between_words():
    made = snippet(LONG, parse("steel").phrases)
    assert made.text.startswith("… ")
    assert made.text.endswith(" …")
    assert "\n" not in made.text
    assert 100 < len(made.text) < 260
    assert {word.strip(".,") for word in made.text.split()} <= {word.strip(".,") for word in LONG.split()} | {"…"}


def test_a_snippet_without_a_hit_is_the_beginning():
    assert snippet("Short text.", parse("steel").phrases).text == "Short text."
    assert snippet("", parse("steel").phrases).text == ""


def test_a_hostile_text_costs_little():
    assert marked("a " * 1_000_000, "a a*")
    assert snippet("x" * 100_000, parse("y").phrases).marks == ()


@given(st.text(max_size=300), st.text(max_size=30))
def test_marks_lie_within_the_snippet_in_order(text, query):
    made = snippet(text, parse(query).phrases, width=40)
    places = [place for mark in made.marks for place in mark]
    assert places == sorted(places)
    assert all(first < last for first, last in made.marks)
    assert all(0 <= place <= len(made.text) for place in places)


def test_a_whole_collection_is_found_word_by_word(tmp_path):
    """Each word of each text finds its article: nothing falls between folding, indexing and asking."""
    url = f"sqlite:///{tmp_path}/a.db"
    texts = [f"common word{number} text" for number in range(120)]
    with Archive.open(url, write=True) as archive:
        with archive.transaction() as t:
            feeds.sync(t, sample.OUTLETS)
            for text in texts:
                articles.add(t, sample.draft("dawn", text, text), sample.START)
            while search.flush(t, limit=50):
                pass
        for number, text in enumerate(texts, start=1):
            assert [article.id for article in archive.search(text)] == [number]
        assert len(list(archive.search("common"))) == len(texts)
