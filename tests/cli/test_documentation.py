"""`docs/commands.md` says what the reading commands take and print."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest

TEXT = (Path(__file__).parents[2] / "docs" / "commands.md").read_text(encoding="utf-8")
SECTIONS = {part.splitlines()[0]: part for part in TEXT.split("\n## ")}
READING = SECTIONS["Reading: list, search, show, story, revisions, stats"]
EXPORT = SECTIONS["ingest export and import"]
UPKEEP = SECTIONS["ingest db"]

JSON = [  # section, command, where else its keys may be described
    (READING, "search steel --limit 1", "articles"),
    (READING, "show 1", "articles"),
    (READING, "story 1", "stories"),
    (READING, "revisions 4", None),
    (READING, "revisions --since 2025-05-01", None),
    (READING, "stats", None),
    (UPKEEP, "db stats", None),
    (UPKEEP, "db check", None),
    (UPKEEP, "db backup copy.db", None),
]


@pytest.mark.parametrize(("section", "command", "view"), JSON, ids=[command for _, command, _ in JSON])
def test_every_key_is_documented(read, newsroom_url, section, command, view):
    from storage import Archive

    printed = json.loads(read(*command.split(), "--json").stdout)
    known = set(re.findall(r"[`\"](\w+)[`\"]", section))
    if view is not None:
        with Archive.open(newsroom_url) as archive:
            known |= set(archive.sql(f"SELECT * FROM {view}").columns)
    assert set(printed) - known == set()


@pytest.mark.parametrize("command", ["list", "search", "show", "story", "revisions", "stats", "export", "db check"])
def test_every_option_is_documented_or_shared(ingest, command):
    shared = {"--config", "--database", "--help", "--json", "--csv", "--open", "--repair"}
    taken = set(re.findall(r"--[a-z-]+", ingest(*command.split(), "--help").stdout))
    assert taken - shared <= set(re.findall(r"--[a-z-]+", READING + EXPORT + UPKEEP))


def test_every_documented_option_exists(ingest):
    commands = ["list", "search", "show", "story", "revisions", "stats", "export"]
    taken = {option for name in commands for option in re.findall(r"--[a-z-]+", ingest(name, "--help").stdout)}
    assert set(re.findall(r"`(--[a-z-]+)", READING + EXPORT)) <= taken


QUERIES = re.findall(r"`(.+?)`", "\n".join(re.findall(r"^\| (`.*?) \|", READING.split("What a search finds")[1], re.M)))


@pytest.mark.parametrize("query", QUERIES)
def test_every_query_can_be_asked(read, query):
    assert read(*shlex.split(f"search {shlex.quote(query)}"), "--limit", "1").exit_code == 0


def test_the_queries_find_what_they_say(read):
    assert len(QUERIES) >= 8
    assert "Steel mill" in read("search", QUERIES[0]).stdout
    assert "Steel mill" in read("search", QUERIES[1]).stdout
