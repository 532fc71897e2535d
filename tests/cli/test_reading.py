"""The reading commands: what they print, to which stream, and how they end."""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
import pty
import shlex
import shutil
import subprocess
import sys
import webbrowser
from datetime import timedelta
from pathlib import Path

import pytest

from ingest.cli import reading
from storage import Archive, articles, feeds, query, search
from storage.records import Article, Duplicate
from tests.storage import sample

TABLES = [  # command, words that must stand in its output
    (
        "list",
        ["id", "published (PKT)", "Steel mill to reopen", "2025-05-30 17:00", "~2025-05-30 17:00", "北京发布天气预警"],
    ),
    ("list --outlet dawn --unique", ["Budget presented"]),
    ("search steel", ["Steel mill to reopen", "The steel mill in Port Qasim", "tribune"]),
    ("show 1", ["Web Desk, A. Khan", "2025-05-30 17:00 PKT", "https://tribune.example/feed/home", "article 13"]),
    ("show 2", ["article 1: ingest story 1"]),
    ("show 4", ["2 versions: ingest revisions 4"]),
    ("story 1", ["original", "near", "0.96", "dawn"]),
    ("story 3", ["original"]),
    ("revisions 4", ["the outlet edited it", "[-5-]{+7+}", "2025-05-30 20:00 PKT"]),
    ("revisions 1", ["It has not changed since."]),
    ("revisions --since 2025-05-01", ["4  2025-05-30 20:00", "dawn", "+20 −20", "Budget presented (was:"]),
    ("duplicates list", ["dawn ← tribune", "tribune ⊂ tribune", "contained"]),
    ("duplicates list --kind near", ["0.95"]),
]


@pytest.mark.parametrize(("command", "words"), TABLES, ids=lambda value: value if isinstance(value, str) else "")
def test_what_a_person_sees(read, command, words):
    shown = read(*command.split())
    assert shown.exit_code == 0
    assert shown.stderr == ""
    for word in words:
        assert word in shown.stdout
    assert "\x1b" not in shown.stdout
    assert all(len(line) <= 80 and line == line.rstrip() for line in shown.stdout.splitlines())


NUMBERS = [
    ("list", [3, 2, 13, 12, 4, 1, 5, 6, 7, 8, 9, 10, 11]),
    ("list --limit 2", [3, 2]),
    ("list --limit 2 --after 2", [13, 12]),
    ("list --after 10", [11]),
    ("list --after 11", []),
    ("list --after 3 --language ru", [11]),
    ("list --outlet dawn --outlet tribune --unique", [13, 12, 4, 1]),
    ("list --since 2025-05-30T17:30", [3, 2]),  # in Karachi: 12:30 UTC
    ("list --since 2025-05-29 --until 2025-05-29", [5]),
    ("list --title reopen* --language en", [3, 2, 1]),
    ("list --author khan", [1]),
    ("list --category steel", [1]),
    ("list --feed https://dawn.example/rss", [2]),
    ("list --revised", [4]),
    ("list --across --unique", [1]),
    ("list --since 7d", []),
    ("search budget", [4]),
    ("search 天气", [5]),
    ("search steel --unique --limit 1", [1]),
    ("search steel", [1, 3, 2, 13]),
    ("search steel --limit 2 --after 1", [3, 2]),
    ("search steel --after 13", []),
    ("search steel --after 4", []),
    ("search x(", []),
]


@pytest.mark.parametrize(("command", "numbers"), NUMBERS, ids=str)
def test_json_lines_of_articles(read, command, numbers):
    shown = read(*command.split(), "--json")
    assert shown.exit_code == 0
    lines = [json.loads(line) for line in shown.stdout.splitlines()]
    assert [line["id"] for line in lines] == numbers
    keys = {*query.columns(Article), *(query.SEARCH_FIELDS if command.startswith("search") else ())}
    assert all(line.keys() == keys for line in lines)


def test_json_values(read):
    (line,) = read("search", "title:steel", "--json").stdout.splitlines()
    found = json.loads(line)
    assert found["published_at"] == "2025-05-30T12:00:00Z"
    assert found["authors"] == ["Web Desk", "A. Khan"]
    assert found["duplicate_of"] is None
    first, last = found["snippet"]["marks"][0]
    assert found["snippet"]["text"][first:last] == "steel"


def test_documents(read):
    shown = json.loads(read("show", 1, "--json").stdout)
    assert shown["title"] == "Steel mill to reopen"
    assert [sighting["entry_key"] for sighting in shown["sightings"]] == ["https://tribune.example/1"]
    assert len(shown["duplicates"]) == 3
    story = json.loads(read("story", 2, "--json").stdout)
    assert (story["id"], story["article_count"]) == (1, 3)
    assert [article["id"] for article in story["articles"]] == [1, 2, 3]
    revisions = json.loads(read("revisions", 4, "--json").stdout)
    assert [revision["title"] for revision in revisions["revisions"]] == ["Budget to be presented", "Budget presented"]
    (edit,) = [json.loads(line) for line in read("revisions", "--since", "2025-05-30", "--json").stdout.splitlines()]
    assert (edit["article_id"], edit["number"], edit["words_added"]) == (4, 2, 20)
    edges = [json.loads(line) for line in read("duplicates", "list", "--json").stdout.splitlines()]
    assert [edge["article_id"] for edge in edges] == [3, 2, 1]
    assert all(edge.keys() == set(query.columns(Duplicate)) for edge in edges)


def test_csv(read):
    rows = list(csv.DictReader(io.StringIO(read("list", "--csv", "--outlet", "dawn").stdout)))
    assert [row["id"] for row in rows] == ["2", "4"]
    assert rows[0]["published_at"] == "2025-05-30T13:00:00Z"
    assert rows[1]["text"] == "Taxes will rise by 7%. " * 20
    assert len(list(csv.DictReader(io.StringIO(read("duplicates", "list", "--csv").stdout)))) == 3


@pytest.mark.parametrize(
    ("command", "first_column", "rows"),
    [
        ("show 1", "id", ["1"]),
        ("story 2", "id", ["1", "2", "3"]),
        ("revisions 4", "number", ["1", "2"]),
        ("revisions --since 2025-05-30T20:00", "article_id", ["4"]),
        ("revisions --since 2025-05-30T20:01", "article_id", []),
        ("stats --since 2025-05-30", "name", ["2025-05-30", "tribune", "dawn", "xinwen", "en"]),
    ],
)
def test_csv_of_the_others(read, command, first_column, rows):
    shown = read(*command.split(), "--csv")
    assert shown.exit_code == 0
    assert [row[first_column] for row in csv.DictReader(io.StringIO(shown.stdout))] == rows


def test_a_cut_table_says_so(read, monkeypatch):
    shown = read("list", "--limit", 2)
    assert shown.stderr == "Only 2 are shown; --after 2 goes on, --limit 0 shows all.\n"
    assert "Only 1 is shown;" in read("list", "--limit", 1).stderr
    monkeypatch.setattr(reading, "SHOWN", 5)
    assert "Only 5" in read("list").stderr
    assert read("list", "--limit", 0).stderr == ""
    cut = read("duplicates", "list", "--limit", 2)
    assert (len(cut.stdout.splitlines()), cut.stderr) == (4, "Only 2 are shown; --limit 0 shows all.\n")
    assert read("duplicates", "list", "--limit", 3).stderr == ""


def test_nothing_found_is_said_aside(read):
    for command in ("list --language xx", "search nothing", "duplicates list --status undone", "revisions --since 1d"):
        shown = read(*command.split())
        assert (shown.exit_code, shown.stdout) == (0, "")
        assert shown.stderr in ("No articles.\n", "Nothing found.\n", "No duplicates.\n", "No edits.\n")


WRONG = [  # command, exit code, complaint
    ("list --outlet dawm", 2, "the archive has no outlet 'dawm'; did you mean 'dawn'?"),
    ("list --since soon", 2, "'soon' is no date, time or age such as 2025-05-30"),
    ("list --until 2025-02-30", 2, "Invalid value for --until"),
    ("list --limit -1", 2, "--limit"),
    ("duplicates list --kind x", 2, "--kind"),
    ("show x", 2, "ID"),
    ("show 99999999999999999999", 1, "the archive has no article 99999999999999999999"),
    ("story 99999999999999999999", 2, "ID"),
    ("list --limit 99999999999999999999", 2, "--limit"),
    ("list --after 99999999999999999999", 1, "the archive has no article 99999999999999999999"),
    ("export --after 99999999999999999999", 2, "--after"),
    ("list --after 99", 1, "ingest: the archive has no article 99"),
    ("search steel --after 99", 1, "ingest: the archive has no article 99"),
    ("search nothing --open", 1, "ingest: there is no such article"),
    ("show", 2, "ID"),
    ("show 99", 1, "ingest: the archive has no article 99"),
    ("story 99", 1, "ingest: the archive has no article 99"),
    ("revisions 99", 1, "ingest: the archive has no article 99"),
    ("revisions", 2, "give the number of an article, or --since TIME"),
    ("revisions 4 --since 1d", 2, "give the number of an article, or --since TIME"),
    ("revisions --since soon", 2, "'soon' is no date, time or age such as 2025-05-30"),
]


@pytest.mark.parametrize(("command", "code", "complaint"), WRONG, ids=str)
def test_mistakes(read, command, code, complaint):
    refused = read(*command.split())
    assert refused.exit_code == code
    assert complaint in " ".join(refused.stderr.split())
    assert refused.stdout == ""


ADDRESSES = [
    ([], 1, "there is no archive at data/archive.db: `ingest once` makes one"),
    (["--database", "sqlite:///lost.db"], 1, "there is no archive at lost.db"),
    (["--database", "postgresql://x/y"], 2, "only SQLite files are supported"),
    (["--database", "nonsense"], 2, "is not a database URL"),
    (["--database", "sqlite:///readme.txt"], 1, "is not an SQLite file"),
    (["--config", "lost.yaml"], 2, "lost.yaml: there is no such file"),
]


@pytest.mark.parametrize(("options", "code", "complaint"), ADDRESSES, ids=str)
def test_an_archive_that_cannot_be_read(ingest, tmp_path, options, code, complaint):
    (tmp_path / "readme.txt").write_text("no database, only a text that is long enough to be looked at\n" * 20)
    refused = ingest("list", *options)
    assert refused.exit_code == code
    assert complaint in refused.stderr
    assert len(refused.stderr.splitlines()) == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["readme.txt"]


READING = (
    "list", "list --json", "search steel", "show 1", "story 1", "revisions 4", "revisions --since 2025-05-01", "stats",
    "duplicates list", "duplicates explain 1 2", "feeds list", "feeds show dawn --why", "feeds boilerplate dawn", "export",
    "export --format atom", "db check", "db stats", "db backup copy.db",
)  # fmt: skip


def test_reading_never_changes_the_file(ingest, newsroom_url, tmp_path):
    path = tmp_path / "a.db"
    shutil.copy(newsroom_url.removeprefix("sqlite:///"), path)
    before = path.read_bytes()
    for command in READING:
        assert ingest(*command.split(), "--database", f"sqlite:///{path}").exit_code == 0, command
        assert path.read_bytes() == before, command


def test_an_older_archive_names_the_command_that_upgrades_it(ingest, tmp_path):
    older = Path(__file__).parents[1] / "storage" / "archives" / "schema-1.db.gz"
    folder = tmp_path / "my archives"
    folder.mkdir()
    (folder / "a.db").write_bytes(gzip.decompress(older.read_bytes()))
    for command in READING:
        refused = ingest(*command.split(), "--database", "sqlite:///my archives/a.db")
        assert (refused.exit_code, refused.stdout) == (1, ""), command
    remedy = shlex.split(refused.stderr.split("`")[1])
    assert remedy == ["ingest", "db", "upgrade", "--database", "sqlite:///my archives/a.db"]
    assert ingest(*remedy[1:]).exit_code == 0
    assert "Steel mill" in ingest("list", "--database", "sqlite:///my archives/a.db").stdout


def test_where_the_archive_is_found(ingest, newsroom_url, tmp_path, monkeypatch):
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "feeds.yaml").write_text(f"database: {newsroom_url}\noutlets: []\n")
    assert ingest("list").exit_code == 0
    monkeypatch.setenv("INGEST_DATABASE", "sqlite:///elsewhere.db")
    assert "elsewhere.db" in ingest("list").stderr
    assert ingest("list", "--database", newsroom_url).exit_code == 0


@pytest.mark.parametrize(("url", "opened"), [("https://dawn.example/1", True), ("file:///etc/passwd", False)])
def test_only_web_pages_are_opened(ingest, tmp_path, monkeypatch, url, opened):
    pages = []
    monkeypatch.setattr(webbrowser, "open", pages.append)
    database = one_article(tmp_path, url=url)
    assert ingest("show", 1, "--open", "--database", database).exit_code == (0 if opened else 1)
    assert pages == ([url] if opened else [])


@pytest.mark.parametrize(
    ("command", "page"),
    [
        ("list --outlet dawn", "2"),
        ("list --outlet dawn --after 2", "4"),
        ("search steel", "1"),
        ("story 2", "1"),
        ("revisions 1", "1"),
        ("revisions --since 2025-05-01", "4"),
    ],
)
def test_the_first_page_is_opened(read, newsroom_url, monkeypatch, command, page):
    pages = []
    monkeypatch.setattr(webbrowser, "open", pages.append)
    assert read(*command.split(), "--open").exit_code == 0
    with Archive.open(newsroom_url) as archive:
        assert pages == [archive.article(int(page)).url]


HOSTILE = "\x1b]0;owned\x07\x1b[2J=HYPERLINK(1)\u202egnp.exe\x9b31m"


def one_article(folder, title: str = "Title", **values: object) -> str:
    url = f"sqlite:///{folder}/one.db"
    with Archive.open(url, write=True) as archive, archive.transaction() as t:
        feeds.sync(t, sample.OUTLETS)
        number = articles.add(t, sample.draft("dawn", title, f"Text {title}", **values), sample.START)
        sample.edit(t, number, sample.draft("dawn", title, f"More text {title}"), sample.START + timedelta(hours=1))
        search.flush(t)
    return url


@pytest.mark.parametrize(
    "command", ["list", "search text", "show 1", "story 1", "revisions 1", "list --json", "list --csv"]
)
def test_nothing_from_outside_reaches_the_terminal_raw(ingest, tmp_path, command):
    shown = ingest(*command.split(), "--database", one_article(tmp_path, title=HOSTILE))
    assert shown.exit_code == 0
    assert "HYPERLINK" in shown.stdout
    for raw in "\x1b\x07\x9b\u202e":
        assert raw not in shown.stdout


def test_an_address_is_shown_in_one_line_to_be_copied(ingest, tmp_path):
    address = f"https://dawn.example/{'a-long-headline-' * 8}?utm_source=rss"
    shown = ingest("show", 1, "--database", one_article(tmp_path, url=address)).stdout
    assert f"address     {address}" in shown.splitlines()


def test_formulas_are_escaped_in_csv(ingest, tmp_path):
    shown = ingest("list", "--csv", "--database", one_article(tmp_path, title="=HYPERLINK(1)"))
    (row,) = csv.DictReader(io.StringIO(shown.stdout))
    assert row["title"] == "'=HYPERLINK(1)"


@pytest.mark.parametrize(("extra", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False)])
def test_colours_on_a_terminal_unless_refused(newsroom_url, extra, coloured):
    ours, theirs = pty.openpty()
    environment = {**os.environ, "TERM": "xterm-256color", **extra}
    command = [sys.executable, "-m", "ingest", "search", "steel", "--limit", "1", "--database", newsroom_url]
    with subprocess.Popen(
        command, stdout=theirs, stderr=subprocess.PIPE, env=environment, cwd=Path(__file__).parents[2]
    ) as process:
        os.close(theirs)
        shown = b""
        try:
            while part := os.read(ours, 65536):
                shown += part
        except OSError:  # how a terminal says that nobody writes any more
            pass
    os.close(ours)
    assert process.returncode == 0
    assert (b"\x1b[1;33msteel" in shown) is coloured
    assert (b"\x1b[3" in shown) is coloured
