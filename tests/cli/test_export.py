"""`ingest export`: where the articles go, where the cursor goes, and how it ends."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from datetime import timedelta

import pytest

from storage import Archive
from tests.storage import sample


@pytest.mark.parametrize(
    ("options", "lines"),
    [
        ([], 13),
        (["--format", "csv"], 14),
        (["--outlet", "dawn", "--unique"], 1),
        (["--since", "2025-05-30T17:30"], 2),
        (["--after", "0", "--language", "zh"], 1),
        (["--across", "--category", "steel"], 1),
        (["--revised", "--seen-since", "2025-05-30"], 1),
        (["--feed", "https://dawn.example/rss", "--author", "khan"], 0),
    ],
)
def test_articles_to_one_stream_and_the_cursor_to_the_other(read, options, lines):
    shown = read("export", *options)
    assert shown.exit_code == 0
    assert len(shown.stdout.splitlines()) == lines
    assert shown.stderr == "cursor: 16\n"


def test_following_an_archive(ingest, tmp_path):
    database = sample.newsroom(tmp_path / "a.db")
    cursor = ingest("export", "--database", database).stderr.split()[-1]
    assert ingest("export", "--after", cursor, "--database", database).stdout == ""
    with Archive.open(database, write=True) as archive, archive.transaction() as t:
        sample.edit(t, 4, sample.draft("dawn", "Budget passed", "It passed."), sample.START + timedelta(days=1))
    changed = ingest("export", "--after", cursor, "--database", database)
    (line,) = changed.stdout.splitlines()
    assert json.loads(line)["title"] == "Budget passed"
    assert int(changed.stderr.split()[-1]) > int(cursor)


def test_feeds(read):
    atom = read("export", "--format", "atom", "--limit", "2", "--title", "Mine")
    assert atom.stderr == ""
    assert len(ET.fromstring(atom.stdout).findall("{http://www.w3.org/2005/Atom}entry")) == 2
    assert len(json.loads(read("export", "--format", "jsonfeed").stdout)["items"]) == 11


def test_a_file_is_there_only_once_it_is_whole(read, tmp_path):
    done = read("export", "--output", "out.jsonl")
    assert (done.exit_code, done.stdout) == (0, "")
    assert len((tmp_path / "out.jsonl").read_text().splitlines()) == 13
    failed = read("export", "--output", "lost/out.jsonl")
    assert failed.exit_code == 1
    assert failed.stderr == "ingest: cannot write lost/out.jsonl: No such file or directory\n"
    assert [path.name for path in tmp_path.iterdir()] == ["out.jsonl"]


def test_parquet_to_a_file(read, tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet")
    assert read("export", "--format", "parquet", "--output", "out.parquet").exit_code == 0
    assert parquet.read_table(tmp_path / "out.parquet").num_rows == 13


@pytest.mark.parametrize("options", ["--format atom --after 3", "--limit 3", "--format xml", "--after -1", "--after x"])
def test_wrong_usage(read, options):
    refused = read("export", *options.split())
    assert (refused.exit_code, refused.stdout) == (2, "")
