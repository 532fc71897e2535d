"""Every way of reading, on the sample newsroom."""

from __future__ import annotations

import doctest
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from storage import Archive, articles, errors, query, search
from storage import archive as archive_module
from storage.errors import BadStatement
from tests.storage import sample

STEEL, COPIES, EDITED, DOUBTFUL, ROUNDUP = 1, [2, 3], 4, 12, 13

FILTERS = [  # conditions, expected numbers, newest first
    ({}, [13, 12, 3, 2, 4, 1, 5, 6, 7, 8, 9, 10, 11]),
    ({"outlet": "dawn"}, [2, 4]),
    ({"outlet": ["dawn", "tribune"]}, [13, 12, 2, 4, 1]),
    ({"outlet": "lost"}, []),
    ({"outlet": "dawn' OR 1=1 --"}, []),
    ({"feed": "https://tribune.example/feed/home"}, [1]),
    ({"feed": "https://lost.example/"}, []),
    ({"language": "zh"}, [5]),
    ({"language": ("ur", "hi")}, [8, 10]),
    ({"since": "2025-05-30T12:30:00Z"}, [3, 2]),
    ({"since": "2025-05-29", "until": "2025-05-29"}, [5]),
    ({"until": datetime(2025, 5, 25, tzinfo=UTC)}, [10, 11]),
    ({"seen_since": "2025-05-30T13:30:00Z"}, [3]),
    ({"title": "steel"}, [1]),
    ({"title": "reopen* -steel"}, [3, 2]),
    ({"title": "reopens port"}, [3, 2]),
    ({"title": "***"}, []),
    ({"author": "khan"}, [1]),
    ({"author": "web desk", "outlet": "dawn"}, []),
    ({"category": "business"}, [1]),
    ({"unique": True}, [13, 12, 4, 1, 5, 6, 7, 8, 9, 10, 11]),
    ({"unique": True, "outlet": "dawn"}, [4]),
    ({"revised": True}, [4]),
    ({"across": True}, [3, 2, 1]),
    ({"across": True, "unique": True}, [1]),
    ({"story": 1}, [3, 2, 1]),
    ({"id": 4}, [4]),
    ({"id": [4, 1, 999]}, [4, 1]),
    ({"id": []}, []),
]


def ids(articles) -> list[int]:
    return [article.id for article in articles]


@pytest.mark.parametrize("few", [0, 20_000], ids=["tried one by one", "listed first"])
@pytest.mark.parametrize(("conditions", "expected"), FILTERS, ids=str)
def test_filters(newsroom, conditions, expected, few, monkeypatch):
    monkeypatch.setattr(query, "FEW", few)
    found = ids(newsroom.articles(**conditions))
    assert set(found) == set(expected)
    times = {article.id: (article.sort_at, article.id) for article in newsroom.articles()}
    assert found == sorted(expected, key=times.get, reverse=True)


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("zh", [14, 15, 5]),
        ("ZH", [14, 15, 5]),
        ("zh-CN", [14]),
        ("zh-Hant", [15]),
        ("z", []),
        (["zh-CN", "zh"], [14, 15, 5]),
    ],
)
def test_a_language_stands_for_its_regions(newsroom_copy, asked, expected):
    with Archive.open(newsroom_copy, write=True) as archive:
        with archive.transaction() as t:
            for language, minutes in (("zh-CN", 3), ("zh-Hant-TW", 2), ("zhx", 1)):
                at = sample.START - timedelta(minutes=10 - minutes)
                draft = sample.draft("xinwen", f"天气 {language}", "天气", language=language, published_at=at)
                articles.add(t, draft, sample.START)
            while search.flush(t):
                pass
        assert ids(archive.articles(language=asked)) == expected
        assert sorted(ids(archive.search("天气", language=asked))) == sorted(expected)


def test_an_unreadable_time_is_refused_at_once(newsroom):
    with pytest.raises(ValueError, match="'soon' is no date"):
        newsroom.articles(since="soon")


def test_pages_join_without_gap_or_repetition(newsroom, monkeypatch):
    everything = ids(newsroom.articles())
    for size in (1, 2, 5, 13, 14):
        monkeypatch.setattr(archive_module, "PAGE", size)
        assert ids(newsroom.articles()) == everything
        assert [(d.article_id, d.original_id) for d in newsroom.duplicates()] == [(3, 1), (2, 1), (1, 13)]
        assert len(list(newsroom.stories())) == 11


def test_going_on_after_an_article(newsroom):
    everything, found = ids(newsroom.articles()), ids(newsroom.search("steel"))
    for place, number in enumerate(everything, start=1):
        assert ids(newsroom.articles(after=number)) == everything[place:]
        assert ids(newsroom.articles(after=number, limit=1)) == everything[place : place + 1]
    for place, number in enumerate(found, start=1):
        assert ids(newsroom.search("steel", after=number)) == found[place:]
    assert ids(newsroom.search("steel", after=4)) == []
    with pytest.raises(ValueError, match="no article 99"):
        list(newsroom.articles(after=99))


def test_limits_and_iterating_again(newsroom):
    articles = newsroom.articles(limit=3)
    assert len(list(articles)) == 3
    assert ids(articles) == ids(articles)
    assert list(newsroom.articles(limit=0)) == []
    assert articles.first().id == ids(articles)[0]
    assert newsroom.articles(language="xx").first() is None


def test_an_article_as_stored(newsroom):
    article = newsroom.article(STEEL)
    assert article.title == "Steel mill to reopen"
    assert article.authors == ("Web Desk", "A. Khan")
    assert article.published_at == sample.START
    assert article.first_seen_at.tzinfo is not None
    assert (article.outlet, article.language, article.method) == ("tribune", "en", "trafilatura")
    assert (article.story_id, article.duplicate_of, article.revision_count) == (1, None, 1)
    assert article.text == sample.STEEL
    assert newsroom.article(2).duplicate_of == STEEL
    assert newsroom.article(999) is None


def test_a_doubtful_date_does_not_sort_the_archive(newsroom):
    article = newsroom.article(DOUBTFUL)
    assert article.published_at.year == 2031
    assert article.sort_at == article.first_seen_at
    assert article.published_flags == "future"


def test_stories(newsroom):
    story = newsroom.story(1)
    assert (story.representative_id, story.article_count, story.outlet_count) == (1, 3, 3)
    assert story.first_published_at == sample.START
    assert story.last_published_at == sample.START + timedelta(hours=2)
    assert [story.id for story in newsroom.stories(across=True)] == [1]
    assert [story.id for story in newsroom.stories(since="2025-05-30T13:00:00Z")] == [1]
    assert newsroom.story(999) is None


def test_revisions_hold_both_texts(newsroom):
    first, second = newsroom.revisions(EDITED)
    assert (first.number, first.change, first.title) == (1, None, "Budget to be presented")
    assert (second.number, second.change, second.title) == (2, "edited", "Budget presented")
    assert "5%" in first.text
    assert "7%" in second.text
    assert [revision.number for revision in newsroom.revisions(STEEL)] == [1]
    assert newsroom.revisions(999) == []


def test_duplicates(newsroom):
    assert [(d.article_id, d.original_id, d.kind) for d in newsroom.duplicates(STEEL)] == [
        (3, 1, "near"),
        (2, 1, "near"),
        (1, 13, "contained"),
    ]
    assert [d.score for d in newsroom.duplicates(kind="near")] == [0.95, 0.96]
    assert list(newsroom.duplicates(status="undone")) == []


def test_sightings_feeds_outlets_polls(newsroom):
    (sighting,) = newsroom.sightings(STEEL)
    assert (sighting.feed_url, sighting.status, sighting.attempts) == ("https://tribune.example/feed/home", "stored", 1)
    failing = newsroom.feeds("tribune")[1]
    assert (failing.status, failing.failures, failing.last_error) == ("failing", 2, "http_5xx: 503")
    assert [feed.outlet for feed in newsroom.feeds()] == ["dawn", "tribune", "tribune", "xinwen"]
    assert [(outlet.name, outlet.feeds, outlet.articles) for outlet in newsroom.outlets()] == [
        ("dawn", 1, 2),
        ("tribune", 2, 3),
        ("xinwen", 1, 8),
    ]
    (poll,) = newsroom.polls(failing.id)
    assert (poll.outcome, poll.http_status, poll.new) == ("failed", 503, 0)


@pytest.mark.parametrize("kind", query.VIEWS, ids=lambda kind: kind.__name__)
def test_records_are_the_views_columns(newsroom, kind):
    assert query.columns(kind) == newsroom.sql(f"SELECT * FROM {query.VIEWS[kind]}").columns


def test_every_view_has_its_record(newsroom):
    views = {name for (name,) in newsroom.sql("SELECT name FROM sqlite_schema WHERE type = 'view'")}
    assert views == {*query.VIEWS.values(), "unique_articles"}


# --- SQL --------------------------------------------------------------------------------------------------------------


def test_sql_with_parameters(newsroom):
    assert list(newsroom.sql("SELECT id FROM articles WHERE outlet = ? ORDER BY id", ("dawn",))) == [(2,), (4,)]
    by_name = newsroom.sql("SELECT count(*) AS n FROM articles WHERE language = :l", {"l": "en"})
    assert by_name.columns == ("n",)
    assert by_name.first() == (6,)


@pytest.mark.parametrize(
    ("statement", "complaint"),
    [
        ("SELEC 1", "near"),
        ("SELECT x FROM articles", "no such column: x"),
        ("DELETE FROM article", "readonly database"),
        ("CREATE TABLE x(y)", "readonly database"),
        ("PRAGMA user_version = 9", "readonly database"),
        ("", "returns no rows"),
        ("SELECT 1; SELECT 2", "one statement at a time"),
        ("SELECT json(title) FROM articles", "malformed JSON"),
        ("SELECT ?", "[Ii]ncorrect number of bindings"),
    ],
)
def test_sql_only_reads(newsroom, statement, complaint):
    with pytest.raises(BadStatement, match=complaint):
        list(newsroom.sql(statement))


def test_sql_streams(newsroom):
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n"
    numbers = iter(newsroom.sql(endless))
    assert [next(numbers) for _ in range(1_000)][-1] == (1_000,)
    numbers.close()


@pytest.mark.parametrize("library", ["polars", "pandas"])
def test_frames(newsroom, library):
    pytest.importorskip(library)
    frame = getattr(newsroom.articles(), f"to_{library}")()
    assert frame.shape == (13, len(newsroom.articles().columns))
    assert sorted(frame["id"]) == list(range(1, 14))
    counts = getattr(newsroom.sql("SELECT outlet, count(*) AS n FROM articles GROUP BY 1"), f"to_{library}")()
    assert list(counts["n"]) == [2, 3, 8]
    assert getattr(newsroom.articles(language="xx"), f"to_{library}")().shape[0] == 0


# --- the file ---------------------------------------------------------------------------------------------------------


def test_threads_read_beside_each_other(newsroom):
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda _: ids(newsroom.search("steel")), range(40)))
    assert found == [[1, 3, 2, 13]] * 40


def test_an_archive_can_be_closed_while_somebody_iterates(newsroom_url):
    with Archive.open(newsroom_url) as archive:
        rows = iter(archive.sql("SELECT id FROM articles ORDER BY id"))
        assert next(rows) == (1,)
    assert [number for (number,) in rows] == [*range(2, 14)]


def test_reading_while_a_transaction_is_open(tmp_path):
    with Archive.open(sample.newsroom(tmp_path / "a.db"), write=True) as archive, archive.transaction() as t:
        t.run("UPDATE article SET title = 'changed' WHERE id = 1")
        assert archive.article(1).title == "Steel mill to reopen"


def test_importing_storage_loads_no_library():
    code = "import storage, storage.model, sys; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=True)
    assert "storage" in loaded.stdout
    assert not {"sqlalchemy", "httpx", "feedparser", "trafilatura", "apscheduler"} & set(loaded.stdout.split())
    code = "from storage import Archive; import sys; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=True)
    names = {name.split(".")[0] for name in loaded.stdout.split()}
    assert not {"httpx", "feedparser", "trafilatura", "apscheduler", "alembic", "ingest", "numpy"} & names


def test_reading_loads_no_sqlalchemy(newsroom_url):
    """It takes longer to load than most questions to answer."""
    code = f"""
from storage import Archive
with Archive.open("{newsroom_url}") as archive:
    list(archive.articles(language="en")), list(archive.search("steel")), archive.article(1), archive.story(1)
    archive.revisions(4), list(archive.duplicates()), archive.feeds(), archive.outlets(), archive.polls(1)
    list(archive.stories()), archive.sightings(1), archive.edited("2025-05-01"), archive.statistics(since="2025-05-01")
    print(archive.sql("SELECT count(*) FROM articles").first())
import sys
print(*sys.modules)"""
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert loaded.stdout.startswith("(13,)")
    assert "sqlalchemy" not in {name.split(".")[0] for name in loaded.stdout.split()}


def test_the_tree_of_errors_is_complete():
    drawn = {line.split()[1] for line in (errors.__doc__ or "").splitlines() if line.startswith(("├", "└"))}
    assert drawn == {kind.__name__ for kind in errors.ArchiveError.__subclasses__()}


def test_doctests(newsroom_url):
    tried = doctest.testmod(archive_module, extraglobs={"url": newsroom_url})
    assert tried.attempted >= 3
    assert tried.failed == 0
