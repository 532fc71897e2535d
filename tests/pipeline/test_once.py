"""`ingest once`, whole: real server, real database, and a process of its own where the process is the point."""

from __future__ import annotations

import signal
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ingest.demo.site import Resource
from tests.pipeline.conftest import PATIENCE, call, start_once
from tests.pipeline.papers import Papers, invent, serving

Once = Callable[..., dict[str, Any]]


def rows(folder: Path, query: str, *values: object) -> list[tuple[Any, ...]]:
    connection = sqlite3.connect(f"file:{folder / 'archive.db'}?mode=ro", uri=True)
    try:
        return connection.execute(query, values).fetchall()
    finally:
        connection.close()


def test_stores_all_then_nothing_then_the_revision(
    papers: Papers, once_apart: Once, once: Once, tmp_path: Path
) -> None:
    config = papers.write_config(tmp_path)

    first = once_apart(config)
    assert first["feeds"] == {"polled": 5, "changed": 5, "unchanged": 0, "failed": 0, "skipped": 0}
    assert first["entries"] == {"seen": 100, "new": 100}
    assert first["articles"]["stored"] == 100
    assert first["articles"]["pending"] == 0
    assert first["failures"] == []

    second = once(config)
    assert second["feeds"] == {"polled": 5, "changed": 0, "unchanged": 5, "failed": 0, "skipped": 0}
    assert second["entries"]["new"] == 0
    assert not any(second["articles"].values())
    assert papers.journal.count(status=304) == 5

    paper = papers.all[2]
    before = paper.stories[7]
    after = paper.revise(7, title="Corrected: " + before.title, paragraphs=before.paragraphs[:3] + invent("new", 4))
    third = once(config)
    assert third["articles"]["updated"] == 1
    assert third["articles"]["stored"] == 0
    revisions = rows(
        tmp_path,
        "select number, r.title, r.text, change from revisions r join articles a on a.id = r.article_id "
        "where url = ? order by number",
        paper.url(before),
    )
    assert [(number, title, change) for number, title, _, change in revisions] == [
        (1, before.title, None),
        (2, after.title, "edited"),
    ]
    assert before.paragraphs[-1] in revisions[0][2]
    assert after.paragraphs[-1] in revisions[1][2]
    assert before.paragraphs[-1] not in revisions[1][2]


def test_failures_are_counted_named_and_stop_nothing(papers: Papers, once: Once, tmp_path: Path) -> None:
    broken, page, empty, *_ = papers.all
    broken.broken = Resource(b"<h1>down</h1>", "text/html", status=500)
    page.broken = Resource(b"<!doctype html><html><body><p>Log in, please</p></body></html>", "text/html")
    empty.broken = Resource(b"", "application/rss+xml")
    papers.all[3].revise(0, status=404)
    papers.all[3].revise(1, status=403)
    papers.all[3].revise(2, status=500)
    for paper in papers.all[:3]:
        paper.publish()

    report = once(papers.write_config(tmp_path))
    kinds = {failure["url"]: failure["kind"] for failure in report["failures"]}
    assert kinds[broken.feed_url] == "http_5xx"
    assert kinds[page.feed_url] == "not_a_feed"
    assert kinds[empty.feed_url] == "not_a_feed"
    assert report["feeds"]["failed"] == 3
    assert report["articles"]["stored"] == 37
    assert report["articles"]["gone"] == 1
    assert report["articles"]["failed"] == 1
    assert report["articles"]["pending"] == 1
    assert dict(rows(tmp_path, "select status, count(*) from sightings group by 1")) == {
        "stored": 37,
        "gone": 1,
        "failed": 1,
        "pending": 1,
    }
    papers.all[3].revise(2, status=200)
    again = once(papers.write_config(tmp_path))
    assert again["articles"]["stored"] == 1
    assert again["articles"]["pending"] == 0


def test_exit_1_when_every_feed_failed(papers: Papers, once: Once, tmp_path: Path) -> None:
    for paper in papers.all:
        paper.broken = Resource(b"", "text/html", status=500)
        paper.publish()
    report = once(papers.write_config(tmp_path), code=1)
    assert report["feeds"]["failed"] == 5


def test_entries_that_are_refused_at_once_are_named_or_counted(papers: Papers, once: Once, tmp_path: Path) -> None:
    old = "<item><title>Old</title><link>https://a.example/old</link><pubDate>Fri, 01 Jan 1999 08:00:00 GMT</pubDate></item>"
    bare = "<item><title>Neither link nor text</title></item>"
    paper = papers.all[0]
    paper.broken = Resource(
        f"<rss><channel><title>x</title>{bare}{old}</channel></rss>".encode(), "application/rss+xml"
    )
    paper.publish()
    config = papers.write_config(tmp_path)
    report = once(config, "--outlet", paper.name)
    assert report["articles"]["failed"] == 2
    assert report["articles"]["too_old"] == 1
    assert [(f["feed"], f["kind"], f["url"]) for f in report["failures"]] == [
        (paper.feed_url, "no_link", "Neither link nor text")
    ]
    assert once(config, "--outlet", paper.name)["failures"] == []


def test_interrupted_keeps_what_was_finished(papers: Papers, once: Once, tmp_path: Path) -> None:
    config = papers.write_config(tmp_path, per_host={"concurrency": 1, "delay": "250ms"})
    process = start_once(config, "--json")
    while process.poll() is None and not _stored(tmp_path):
        time.sleep(0.02)  # the process has no other sign for its first stored article
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=PATIENCE)
    assert (process.returncode, err) == (130, "")
    kept = _stored(tmp_path)
    assert 0 < kept < 100
    report = once(papers.write_config(tmp_path))
    assert report["articles"]["stored"] == 100 - kept


def _stored(folder: Path) -> int:
    try:
        return int(rows(folder, "select count(*) from articles")[0][0])
    except sqlite3.OperationalError:
        return 0


def test_only_the_outlets_and_feeds_that_were_named(papers: Papers, once: Once, tmp_path: Path) -> None:
    config = papers.write_config(tmp_path)
    assert once(config, "--outlet", "paper-1")["articles"]["stored"] == 20
    assert once(config, "--feed", papers.all[3].feed_url)["articles"]["stored"] == 20
    refused = call("once", "--config", config, "--outlet", "paper-9")
    assert refused.exit_code == 2
    assert "paper-9" in refused.stderr


def test_due_polls_only_what_is_due(papers: Papers, once: Once, tmp_path: Path) -> None:
    config = papers.write_config(tmp_path)
    assert once(config, "--due")["feeds"]["polled"] == 5
    assert once(config, "--due")["feeds"]["polled"] == 0


def test_two_runs_at_once_take_turns(papers: Papers, once: Once, tmp_path: Path) -> None:
    config = papers.write_config(tmp_path)
    other = start_once(config, "--json")
    once(config)
    other.communicate(timeout=PATIENCE)
    assert other.returncode == 0
    assert rows(tmp_path, "select count(*), count(distinct url) from articles") == [(100, 100)]
    assert rows(tmp_path, "select count(*) from polls") == [(10,)]


def test_old_polls_become_daily_sums_without_a_daemon(once: Once, tmp_path: Path) -> None:
    with serving(1, 1) as papers:
        config = papers.write_config(tmp_path)
        once(config)
        connection = sqlite3.connect(tmp_path / "archive.db")
        with connection:
            connection.execute("update poll set at = '2020-01-01T08:00:00Z'")
        connection.close()
        once(config)
    assert rows(tmp_path, "select outcome from polls") == [("unchanged",)]
    assert rows(tmp_path, "select day, changed from poll_days") == [("2020-01-01", 1)]
