"""`ingest db` and `ingest stats`."""

from __future__ import annotations

import json
import shutil
import sqlite3
import time
from contextlib import closing

import pytest

from storage import Archive
from storage.version import VERSION


@pytest.fixture
def database(newsroom_url, tmp_path) -> str:
    shutil.copy(newsroom_url.removeprefix("sqlite:///"), tmp_path / "a.db")
    return f"sqlite:///{tmp_path}/a.db"


def test_check(ingest, database, tmp_path):
    sound = ingest("db", "check", "--database", database)
    assert sound.exit_code == 0
    assert sound.stdout.splitlines()[0] == "file        ok"
    with closing(sqlite3.connect(tmp_path / "a.db")) as connection, connection:
        connection.execute("UPDATE outlet SET articles = 99")
    unsound = ingest("db", "check", "--database", database)
    assert unsound.exit_code == 1
    assert "  * 3 outlets do not count their articles rightly" in unsound.stdout
    assert "--repair" in unsound.stdout
    report = json.loads(ingest("db", "check", "--json", "--database", database).stdout)
    assert report["ok"] is False
    assert "Mended" in ingest("db", "check", "--repair", "--database", database).stdout
    assert json.loads(ingest("db", "check", "--json", "--database", database).stdout)["ok"] is True


def test_check_tells_what_another_version_judged(ingest, database, tmp_path):
    with closing(sqlite3.connect(tmp_path / "a.db")) as connection, connection:
        connection.execute("UPDATE fingerprint SET scheme = 1 WHERE article_id < 4")
    checked = ingest("db", "check", "--database", database)
    assert checked.exit_code == 1
    assert "  - 3 articles were judged by another version" in checked.stdout


def test_backup(ingest, database, tmp_path):
    copied = ingest("db", "backup", "copy.db", "--database", database)
    assert copied.exit_code == 0
    assert "verified" in copied.stdout
    with Archive.open(f"sqlite:///{tmp_path}/copy.db") as copy:
        assert len(list(copy.articles())) == 13
    again = ingest("db", "backup", "copy.db", "--database", database)
    assert again.exit_code == 2
    assert "never replaces a file" in " ".join(again.stderr.split())
    nowhere = ingest("db", "backup", "/proc/lost/copy.db", "--database", database)
    assert nowhere.exit_code == 1
    assert len(nowhere.stderr.splitlines()) == 1
    assert sorted(path.name for path in tmp_path.glob("*copy*")) == ["copy.db"]


def test_prune(ingest, database):
    asked = ingest("db", "prune", "--older-than", "2025-05-30", "--database", database)
    assert asked.exit_code == 2
    assert "--yes" in asked.stderr
    pruned = ingest("db", "prune", "--older-than", "2025-05-30", "--yes", "--json", "--database", database)
    assert json.loads(pruned.stdout) == {"articles": 7, "sightings": 0}
    assert ingest("db", "check", "--database", database).exit_code == 0
    again = ingest("db", "prune", "--older-than", "2025-05-30", "--database", database)
    assert again.exit_code == 0
    assert "0 articles" in again.stdout


def test_upgrade_makes_an_archive(ingest, tmp_path):
    made = ingest("db", "upgrade", "--database", "sqlite:///data/new.db")
    assert made.exit_code == 0
    assert made.stdout == f"data/new.db has schema {VERSION}\n"
    assert (
        json.loads(ingest("db", "upgrade", "--json", "--database", "sqlite:///data/new.db").stdout)["schema"] == VERSION
    )


def test_sizes(ingest, database):
    shown = ingest("db", "stats", "--database", database)
    assert "article_text" in shown.stdout
    sizes = json.loads(ingest("db", "stats", "--json", "--database", database).stdout)
    assert {part["name"]: part["rows"] for part in sizes["parts"]}["article"] == 13


@pytest.mark.parametrize("command", ["check", "backup x.db", "prune --older-than 7d --yes", "stats"])
def test_only_upgrade_makes_an_archive(ingest, tmp_path, command):
    refused = ingest("db", *command.split(), "--database", "sqlite:///lost.db")
    assert refused.exit_code == 1
    assert "there is no archive at lost.db" in refused.stderr
    assert list(tmp_path.iterdir()) == []


def test_stats(read):
    shown = read("stats", "--since", "2025-05-01", "--until", "2025-05-30")
    assert shown.exit_code == 0
    for words in ("13 articles, 2 of them copies", "2025-05-30  ", "█", "▒", "xinwen", "repeats"):
        assert words in shown.stdout
    counted = json.loads(read("stats", "--since", "2025-05-01", "--json").stdout)
    assert counted["total"] == {"name": "total", "articles": 13, "copies": 2, "revised": 1}
    assert {day["name"]: day["articles"] for day in counted["days"]}["2025-05-30"] == 6
    assert [(pair["outlet"], pair["of"]) for pair in counted["repeats"]] == [("dawn", "tribune"), ("xinwen", "tribune")]
    assert (counted["shared_stories"], counted["entries_pending"], counted["entries_failed"]) == (1, 1, 1)


def test_days_are_those_of_the_reader_and_in_json_those_of_utc(read, monkeypatch):
    monkeypatch.setenv("TZ", "Pacific/Auckland")
    time.tzset()
    shown = read("stats", "--since", "2025-05-31", "--until", "2025-05-31")  # 12:00 UTC of the 30th is midnight there
    assert "6 articles" in shown.stdout
    assert "2025-05-31  █" in shown.stdout
    counted = json.loads(read("stats", "--since", "2025-05-31", "--until", "2025-05-31", "--json").stdout)
    assert [day["name"] for day in counted["days"]] == ["2025-05-30"]


def test_stats_of_a_long_period_go_by_months(read, newsroom_url):
    shown = read("stats", "--since", "2020-01-01")
    assert "2025-05-23  " in shown.stdout
    with Archive.open(newsroom_url) as archive:
        assert len(archive.statistics(since="2020-01-01").days) == 8


def test_stats_of_an_empty_period(read):
    shown = read("stats", "--since", "2019-01-01", "--until", "2019-12-31")
    assert shown.exit_code == 0
    assert "0 articles" in shown.stdout
