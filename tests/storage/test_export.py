"""Exports: everything once, then exactly what has changed; formats that other programs read."""

from __future__ import annotations

import csv
import doctest
import io
import json
import xml.etree.ElementTree as ET
from datetime import timedelta

import pytest

from storage import Archive, articles, cells, export, query, stories, syndication
from storage.filters import ArticleFilter
from storage.records import Article
from tests.storage import sample

ALL = ArticleFilter()


@pytest.fixture
def archive(newsroom_copy):
    with Archive.open(newsroom_copy, write=True) as archive:
        yield archive


def numbers(archive: Archive, after: int | None = None, wanted: ArticleFilter = ALL) -> list[int]:
    return [row["id"] for row in export.changes(archive, wanted, after)]


@pytest.mark.parametrize("page", [1, 2, 13, 500])
def test_everything_once_by_number_then_by_change(newsroom, monkeypatch, page):
    monkeypatch.setattr(export, "PAGE", page)
    assert numbers(newsroom) == [*range(1, 14)]
    assert sorted(numbers(newsroom, after=0)) == [*range(1, 14)]
    assert numbers(newsroom, after=export.cursor(newsroom)) == []
    assert numbers(newsroom, wanted=ArticleFilter(outlets=("dawn",))) == [2, 4]
    assert numbers(newsroom, wanted=ArticleFilter(outlets=("dawn", "tribune"), unique=True)) == [1, 4, 12, 13]
    assert numbers(newsroom, wanted=ArticleFilter(title="steel")) == [1]


def new(t) -> list[int]:
    return [articles.add(t, sample.draft("dawn", "Fresh", "Fresh text"), sample.START)]


def revised(t) -> list[int]:
    sample.edit(t, 5, sample.draft("xinwen", "改", "改"), sample.START - timedelta(days=99))  # the clock went back
    return [5]


def judged(t) -> list[int]:
    sample.repeat(t, 7, 6, 0.9)
    return [7]


def taken_back(t) -> list[int]:
    stories.undo(t, 3, sample.START)
    return [3]


def another_represents(t) -> list[int]:
    stories.undo(t, 1, sample.START)
    return [1, 2, 3]


def nothing(t) -> list[int]:
    t.run("UPDATE feed SET failures = failures + 1")
    return []


@pytest.mark.parametrize("change", [new, revised, judged, taken_back, another_represents, nothing])
def test_exactly_what_has_changed_comes_after_the_cursor(archive, change):
    cursor = export.cursor(archive)
    with archive.transaction() as t:
        expected = change(t)
    assert sorted(numbers(archive, after=cursor)) == expected
    assert numbers(archive, after=export.cursor(archive)) == []


def test_changes_in_turn_are_never_lost(archive):
    """A follower that asks after each of many changes sees every one of them, also within one second."""
    cursor = export.cursor(archive)
    for number in (4, 9, 4, 2, 13):
        with archive.transaction() as t:
            sample.edit(t, number, sample.draft("dawn", f"Version {cursor}", f"Text {cursor}"), sample.START)
        following = export.cursor(archive)
        assert numbers(archive, after=cursor) == [number]
        cursor = following


def written(archive: Archive, form: str) -> bytes:
    sink = io.BytesIO()
    export.STREAMS[form](export.changes(archive, ALL, None), sink)
    return sink.getvalue()


def test_jsonl_holds_every_column(newsroom):
    lines = [json.loads(line) for line in written(newsroom, "jsonl").splitlines()]
    assert len(lines) == 13
    assert all(tuple(line) == query.columns(Article) for line in lines)
    assert lines[0]["authors"] == ["Web Desk", "A. Khan"]
    assert lines[0]["extra"] == {"tags": ["Business", "Steel"]}
    assert lines[0]["published_at"] == "2025-05-30T12:00:00Z"
    assert lines[4]["title"] == "北京发布天气预警"


def test_csv_reads_back(newsroom):
    rows = list(csv.DictReader(io.StringIO(written(newsroom, "csv").decode(), newline="")))
    assert [row["id"] for row in rows] == [str(number) for number in range(1, 14)]
    assert rows[0]["text"] == sample.STEEL
    assert json.loads(rows[0]["authors"]) == ["Web Desk", "A. Khan"]


def test_csv_holds_no_formulas(archive):
    with archive.transaction() as t:
        articles.add(t, sample.draft("dawn", "=HYPERLINK(1)", "@SUM(1)", summary="＋1", authors=("-x",)), sample.START)
    row = list(csv.DictReader(io.StringIO(written(archive, "csv").decode(), newline="")))[-1]
    assert (row["title"], row["text"], row["summary"]) == ("'=HYPERLINK(1)", "'@SUM(1)", "'＋1")
    assert row["authors"] == '["-x"]'
    assert doctest.testmod(cells).failed == 0


def test_parquet_reads_back(newsroom):
    parquet = pytest.importorskip("pyarrow.parquet")
    rows = parquet.read_table(io.BytesIO(written(newsroom, "parquet"))).to_pylist()
    assert [row["id"] for row in rows] == [*range(1, 14)]
    assert rows[0]["published_at"] == sample.START
    assert rows[0]["authors"] == ["Web Desk", "A. Khan"]
    assert json.loads(rows[0]["extra"]) == {"tags": ["Business", "Steel"]}


HEAD = syndication.Head("My archive", sample.START, "https://me.example/feed")
NS = {"a": syndication.ATOM}


def test_atom(newsroom):
    sink = io.BytesIO()
    syndication.write_atom(HEAD, newsroom.articles(unique=True), sink)
    feed = ET.fromstring(sink.getvalue())
    assert feed.findtext("a:title", namespaces=NS) == "My archive"
    entries = feed.findall("a:entry", NS)
    assert len(entries) == 11
    steel = next(entry for entry in entries if entry.findtext("a:title", namespaces=NS) == "Steel mill to reopen")
    assert steel.findtext("a:published", namespaces=NS) == "2025-05-30T12:00:00Z"
    assert [name.text for name in steel.findall("a:author/a:name", NS)] == ["Web Desk", "A. Khan"]
    assert [category.get("term") for category in steel.findall("a:category", NS)] == ["Business", "Steel"]
    assert steel.findtext("a:content", namespaces=NS).startswith("<p>The steel mill")
    identities = [entry.findtext("a:id", namespaces=NS) for entry in entries]
    assert len(set(identities)) == 11
    future = next(entry for entry in entries if "round-up" in entry.findtext("a:title", namespaces=NS))
    assert future.findtext("a:updated", namespaces=NS) == "2025-05-30T12:00:00Z"


def test_json_feed(newsroom):
    sink = io.BytesIO()
    syndication.write_jsonfeed(HEAD, newsroom.articles(unique=True), sink)
    feed = json.loads(sink.getvalue())
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert feed["feed_url"] == "https://me.example/feed"
    assert len(feed["items"]) == 11
    assert {"id", "url", "content_text", "date_modified", "authors", "language"} <= feed["items"][0].keys()


def test_feeds_of_nothing_and_of_hostile_texts(archive):
    with archive.transaction() as t:
        articles.add(t, sample.draft("dawn", "]]> & <b>\x0b\ufffe", "<script>x</script>\n\x00&amp;"), sample.START)
    for write, read in ((syndication.write_atom, ET.fromstring), (syndication.write_jsonfeed, json.loads)):
        for found in (archive.articles(language="xx"), archive.articles(id=14)):
            sink = io.BytesIO()
            write(HEAD, found, sink)
            read(sink.getvalue())
        assert b"<script>" not in sink.getvalue() or write is syndication.write_jsonfeed
