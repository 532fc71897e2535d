"""`ingest preview page`: the article on a page; with --why what decided, with --outlet by that outlet's own rules."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

PARAGRAPHS = (
    "The council of Halewick voted on Tuesday to keep the lantern bridge open through the winter, nine votes to four.",
    "Engineers had asked for the closure after a crack was found in one of the steel rods that carry the eastern span.",
    "“We will look at every rod twice before the first frost,” the mayor said. “Nobody has to walk round by the mill.”",
)
STANDING = "Our reporters live in Halewick. Ask them anything on the last Friday of a month, at the Ferry House."
PAGE = f"""<!doctype html><html lang="en"><head><title>Lantern bridge stays open | The Courier</title>
<meta property="og:title" content="Lantern bridge stays open"><meta property="og:site_name" content="The Courier">
<meta property="article:published_time" content="2026-11-20T08:30:00+05:00">
<link rel="canonical" href="https://courier.example/news/lantern-bridge"></head><body>
<nav><a href="/">Home</a><a href="/news">News</a></nav>
<article><h1>Lantern bridge stays open</h1><p class="by">By Ada Marsh</p>
<div class="text"><p>{PARAGRAPHS[0]}</p><p>Read also: <a href="/x">Ferry fares rise again</a></p><p>{PARAGRAPHS[1]}</p>
<p>{PARAGRAPHS[2]}</p><p class="standing">{STANDING}</p><p>Subscribe to our newsletter</p></div></article>
<footer><p>© 2026 The Courier. All rights reserved.</p></footer></body></html>"""
URL = "https://courier.example/news/lantern-bridge?ref=home"
SETTINGS = """\
outlets:
  - name: courier
    feeds: [https://courier.example/feed]
    timezone: Asia/Karachi
    extract:
      body: article .text
      remove: [.standing]
      authors: .by
      strip: ['^Read also: ']
  - name: plain
    feeds: [https://plain.example/feed]
"""


@pytest.fixture
def page(tmp_path: Path) -> Path:
    path = tmp_path / "page.html"
    path.write_text(PAGE)
    return path


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    path = tmp_path / "feeds.yaml"
    path.write_text(SETTINGS)
    return path


def document(result: Any) -> dict[str, Any]:
    assert result.exit_code == 0, result.stderr
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def test_the_article_and_nothing_of_the_reasons(ingest, page):
    found = document(ingest("preview", "page", page, "--url", URL, "--json"))
    assert found["text"].split("\n") == [*PARAGRAPHS, STANDING]
    assert (found["title"], found["authors"]) == ("Lantern bridge stays open", ["Ada Marsh"])
    assert (found["published_at"], found["language"]) == ("2026-11-20T03:30:00Z", "en")
    assert (found["source"], found["url"]) == (str(page), URL)
    assert (found["canonical_url"], found["method"]) == ("https://courier.example/news/lantern-bridge", "engine")
    assert not {"removed", "sources"} & found.keys()


def test_a_file_of_unknown_address_is_no_home_page(ingest, tmp_path):
    short = tmp_path / "short.html"
    short.write_text(f"<html lang=en><title>Bridge</title><body><article><p>{PARAGRAPHS[0]}</p><p>{PARAGRAPHS[1]}</p>")
    assert document(ingest("preview", "page", short, "--json"))["problems"] == []


def test_a_reason_is_told_once(ingest, tmp_path):
    empty = tmp_path / "empty.html"
    empty.write_text("<html><title>Nothing</title><body></body></html>")
    found = json.loads(ingest("preview", "page", empty, "--json").stdout)
    assert len(found["problems"]) == 1


def test_why_names_what_was_chosen_and_what_removed_the_rest(ingest, page):
    found = document(ingest("preview", "page", page, "--url", URL, "--why", "--json"))
    sources = found["sources"]
    assert sources["text"] == found["method"] == "engine"
    assert sources["published_at"] == "article:published_time"
    assert {"title", "authors", "language", "canonical_url", "site_name"} <= sources.keys()
    assert (found["page_kind"], 0 <= found["score"] <= 1) == ("article", True)
    removed = {row["line"]: row["rule"] for row in found["removed"]}
    assert removed["Read also: Ferry fares rise again"] == "related"
    assert "newsletter" in removed["Subscribe to our newsletter"]
    assert not removed.keys() & {*PARAGRAPHS, STANDING}


def test_why_for_people(ingest, page):
    shown = ingest("preview", "page", page, "--url", URL, "--why").stdout
    assert "(from article:published_time)" in shown
    assert "kind of page   article" in shown
    assert "removed line" in shown
    assert "Ferry fares rise again" in shown
    without = ingest("preview", "page", page, "--url", URL).stdout
    assert PARAGRAPHS[1] in without
    assert "Ferry fares" not in without
    assert "(from" not in without


def test_outlet_tries_its_own_rules(ingest, page, settings):
    found = document(
        ingest("preview", "page", page, "--url", URL, "--outlet", "courier", "--why", "--json", "--config", settings)
    )
    assert found["text"].split("\n") == [*PARAGRAPHS]
    assert (found["method"], found["score"]) == ("selectors", 1.0)
    assert found["sources"]["authors"] == "outlet_rule"
    removed = {row["line"]: row["rule"] for row in found["removed"]}
    assert removed["Read also: Ferry fares rise again"] in ("outlet_rule", "related")
    assert STANDING not in removed  # `remove` takes it off the page before anything is read


def test_an_outlet_without_rules_changes_nothing(ingest, page, settings):
    command = ("preview", "page", page, "--url", URL, "--json", "--config", settings)
    assert document(ingest(*command, "--outlet", "plain")) == document(ingest(*command))


def test_outlets_that_are_not_there(ingest, page, settings):
    unknown = ingest("preview", "page", page, "--outlet", "nobody", "--config", settings)
    assert (unknown.exit_code, unknown.stdout) == (2, "")
    assert "no outlet is named 'nobody'" in unknown.stderr
    assert ingest("preview", "page", page, "--outlet", "courier").exit_code == 2  # no settings at all


def test_a_page_that_is_none_says_why(ingest, tmp_path, page):
    picture = tmp_path / "picture.png"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n" + b"\0" * 100)
    alone = ingest("preview", "page", picture, "--why", "--json")
    assert alone.exit_code == 1
    assert json.loads(alone.stdout)["problems"]
    assert json.loads(alone.stdout)["removed"] == []
    both = ingest("preview", "page", tmp_path / "missing.html", page, "--why", "--json")
    assert both.exit_code == 0
    lost, good = map(json.loads, both.stdout.splitlines())
    assert (lost["text"], lost["sources"], lost["removed"]) == ("", {}, [])
    assert "cannot be read" in lost["problems"][0]
    assert good["text"]
