"""Whatever a person types is understood somehow, and is valid for FTS5."""

from __future__ import annotations

import doctest
import sqlite3
from contextlib import closing

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from storage import search, searchquery
from storage.searchquery import Phrase, parse
from storage.words import index_form

CASES = [
    ("steel", '"steel"'),
    ("steel mill", '("steel" AND "mill")'),
    ("steel AND mill", '("steel" AND "mill")'),
    ("steel OR mill", '("steel" OR "mill")'),
    ("a b OR c d", '(("a" AND "b") OR ("c" AND "d"))'),
    ("steel NOT mill", '("steel" NOT "mill")'),
    ("steel AND NOT mill", '("steel" NOT "mill")'),
    ("steel -mill -iron", '("steel" NOT ("mill" OR "iron"))'),
    ("-mill steel", '("steel" NOT "mill")'),
    ("steel -(mill OR iron)", '("steel" NOT ("mill" OR "iron"))'),
    ("and or not", '("and" AND "or" AND "not")'),
    ('"steel mill"', '"steel mill"'),
    ("“steel mill” „tin“ «zinc»", '("steel mill" AND "tin" AND "zinc")'),
    ("inflat*", '"inflat" *'),
    ('"rolling mi"*', '"rolling mi" *'),
    ("title:budget", 'title : "budget"'),
    ("TITLE:budget tax", '(title : "budget" AND "tax")'),
    ('title:"the budget"', 'title : "the budget"'),
    ("title:(tax OR budget)", '(title : "tax" OR title : "budget")'),
    ("-title:tax budget", '("budget" NOT title : "tax")'),
    ("author:khan Category:sport", '(authors : "khan" AND categories : "sport")'),
    ("title:author:khan", 'authors : "khan"'),
    ("(rain OR snow) road", '(("rain" OR "snow") AND "road")'),
    ("U.S. co-op don't", '("u s" AND "co op" AND "don t")'),
    ("12:30", '"12 30"'),
    ("北京 天气", '("北京" AND "天气")'),
    ("北京*", '"北京" *'),
    ("京", '"京" *'),
    ("北京时间", '"北京 京时 时间"'),
    ("2025年", '"2025 年" *'),
    ("年2025", '"年 2025"'),
    ("北京2025", '"北京 京 2025"'),
    ('"北京 covid"*', '"北京 京 covid" *'),
    ("ЁЛКА", '"елка"'),
    # what stands astray means nothing
    ('steel"', '"steel"'),
    ('"steel mill', '"steel mill"'),
    ("(steel", '"steel"'),
    ("steel) mill", '("steel" AND "mill")'),
    ("OR steel", '"steel"'),
    ("steel OR", '"steel"'),
    ("steel AND", '"steel"'),
    ("steel NOT", '"steel"'),
    ("steel & mill", '("steel" AND "mill")'),
    ("steel - mill", '("steel" AND "mill")'),
    ("steel ()", '"steel"'),
    ("title: steel", '("title" AND "steel")'),
    ("*", None),
    ("", None),
    ('"" () * - OR', None),
    ("-steel", None),
    ("NOT steel", None),
    ("a OR -b", '"a"'),
]


def test_doctests():
    assert doctest.testmod(searchquery).failed == 0


@pytest.mark.parametrize(("text", "expression"), CASES)
def test_reading_a_query(text, expression):
    assert parse(text).expression == expression


def test_wanted_phrases_are_kept_for_marking():
    assert parse('steel -tin title:"rolling mi"* (a OR NOT b)').phrases == (
        Phrase(("steel",)),
        Phrase(("rolling", "mi"), prefix=True, column="title"),
        Phrase(("a",)),
    )


@pytest.fixture(scope="module")
def index():
    connection = sqlite3.connect(":memory:")
    connection.execute(search.CREATE)
    yield connection
    connection.close()


PARTS = [*"ab\"'()*-:^+{}\\ \n«“北ع\u200c\u0301\0", "AND ", " OR ", " NOT ", "title:", "NEAR("]
MESSY = st.lists(st.sampled_from(PARTS)).map("".join)


@given(st.one_of(MESSY, st.text()))
@example("(" * 5000 + "a")
@example("title:" * 500)
@example("a -(" * 200)
@example("(a OR (b " * 100)
@example("a " * 500)
@example("-a " * 300 + "b")
def test_any_query_is_valid(index, text):
    expression = parse(text).expression
    if expression is not None:
        index.execute("SELECT rowid FROM article_words WHERE article_words MATCH ?", (expression,)).fetchall()


@given(st.lists(st.sampled_from(["北", "京", "ฝ", "น", "정", " ab ", " 2025 ", "，"]), min_size=1), st.data())
def test_every_piece_of_a_text_is_found(parts, data):
    """Whatever scripts meet: a stretch of signs and whole words, looked up as a phrase, finds its text."""
    first = data.draw(st.integers(0, len(parts) - 1))
    piece = "".join(parts[first : data.draw(st.integers(first + 1, len(parts)))])
    expression = parse(f'"{piece}"').expression
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute(search.CREATE)
        connection.execute("INSERT INTO article_words VALUES (?, ?, ?, ?)", ("", index_form("".join(parts)), "", ""))
        if expression is not None:
            query = "SELECT count(*) FROM article_words WHERE article_words MATCH ?"
            assert connection.execute(query, (expression,)).fetchone() == (1,)
