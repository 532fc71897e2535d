"""The pages over HTTP: what they say, what they refuse, and that nothing gets out of its place."""

from __future__ import annotations

import json
import re
import time
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path

import pytest

pytest.importorskip("datasette", reason="the extra `web` is not installed")

from ingest.web.data import queries
from ingest.web.finds import search
from ingest.web.guard import policy, refused
from storage import Archive
from tests.web.conftest import Served

OURS = ("/?day=2025-05-30", "/article/1", "/article/4", "/search?q=steel", "/feeds", "/figures?days=0")
DATA = (
    "/archive",
    "/archive/articles",
    "/archive/feeds?_facet=outlet",
    "/archive/feed-health",
    "/archive?sql=select+1",
)
EVERY = (*OURS, *DATA, "/", "/nothing", "/article/999", "/search?q=%3Cscript%3E", "/archive/nothing")


class Elements(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


SAYS = [
    ("a day: its stories and copies", "/?day=2025-05-30", ["Friday, 30 May 2025", "Steel mill to reopen", "near copy 0.96"]),
    ("a day without an article", "/?day=2001-01-01", ["Nothing in the archive was published on this day"]),
    ("an article: its text, its copies", "/article/1", ["By <bdi>Web Desk</bdi>", "3 related", "100% <mark>in common</mark>"]),
    ("an article: what changed", "/article/4", ["What changed", "<del>5</del>", "<ins>7</ins>", "edited by the outlet"]),
    ("beside another copy", "/article/1?beside=2", ['<a class="outlet" href="/article/2">dawn</a>']),
    ("inside another article", "/article/1", ["holds this one 0.9"]),
    ("a search", "/search?q=steel+mill", ["<mark>steel</mark>", "Steel mill to reopen"]),
    ("a search in Chinese", "/search?q=北京".encode().decode("latin-1"), ["北京发布天气预警"]),
    ("a search with stray marks", "/search?q=%29steel+%22", ["Steel mill to reopen"]),
    ("a search, a wrong date", "/search?q=steel&since=soon", ["is no date, time or age"]),
    ("feeds: what is wrong", "/feeds", ["failures in a row: http_5xx: 503", "tribune.example/feed/latest"]),
    ("figures", "/figures?days=0", ["Articles by hour of the day", "highest ", "All times are "]),
    ("tables", "/archive", ["unique_articles", "Who repeats whom", "All times are UTC."]),
    ("numbers lead to articles", "/archive/duplicates", ['<a href="/article/2">2</a>']),
    ("right to left", "/search?q=کراچی".encode().decode("latin-1"), ['dir="auto" lang="ur"']),
]  # fmt: skip


@pytest.mark.parametrize(("path", "said"), [case[1:] for case in SAYS], ids=[case[0] for case in SAYS])
def test_what_pages_say(site: Served, path: str, said: list[str]) -> None:
    answer = site.get(re.sub(r"[^\x00-\x7f]", lambda m: f"%{ord(m[0]):02X}", path))
    assert answer.status == 200
    assert [words for words in said if words not in answer.text] == []


def test_a_story_leads_to_its_first_article(site: Served) -> None:
    answer = site.get("/story/1")
    assert (answer.status, answer.headers["location"]) == (303, "/article/1")


@pytest.mark.parametrize(
    ("since", "found"), [("2025-05-30T17:30", [2, 3]), ("2025-05-30T17:30Z", []), ("2025-05-30T18:30", [3])]
)
def test_times_of_a_search_are_those_of_the_pages(site: Served, monkeypatch, since: str, found: list[int]) -> None:
    monkeypatch.setenv("TZ", "Asia/Karachi")  # 12:30 UTC
    time.tzset()
    with Archive.open(f"sqlite:///{site.path}") as archive:
        page = search(archive, "reopens", {"since": since})
    monkeypatch.undo()
    time.tzset()
    assert sorted(find.article.id for find in page.found) == found


NOWHERE = [
    "/article/999",
    "/article/0",
    "/story/77",
    "/nothing",
    "/archive/nothing",
    "/?day=never",
    "/article/" + "9" * 19,
]


@pytest.mark.parametrize("path", NOWHERE)
def test_what_is_not_there_is_said_on_a_page(site: Served, path: str) -> None:
    answer = site.get(path)
    assert answer.status == 404
    assert "<h1>Not found</h1>" in answer.text


@pytest.mark.parametrize("name", sorted(queries()))
def test_every_question_has_an_answer(site: Served, name: str) -> None:
    answer = json.loads(site.get(f"/archive/{name}.json?_shape=objects").text)
    assert answer["ok"], answer
    assert isinstance(answer["rows"], list)


SEARCHED = [("steel", 3), ("STEEL mill", 3), ('"steel', 3), ("steel OR (", 3), ("北京", 1), ("بارش", 1), ("zzz", 0)]


@pytest.mark.parametrize(("words", "found"), SEARCHED)
def test_the_search_of_tables_is_that_of_the_archive(site: Served, words: str, found: int) -> None:
    from urllib.parse import urlencode

    asked = urlencode({"_search": words, "_size": "max", "_shape": "array", "outlet__not": ""})
    rows = json.loads(site.get(f"/archive/articles.json?{asked}").text)
    with Archive.open(f"sqlite:///{site.path}") as archive:
        assert {row["id"] for row in rows} == {article.id for article in archive.search(words)}
    assert len(rows) >= found


@pytest.mark.parametrize("path", EVERY)
def test_every_answer_has_a_strict_policy(site: Served, path: str) -> None:
    answer = site.get(path)
    given = answer.headers["content-security-policy"]
    assert "default-src 'none'" in given
    assert "unsafe" not in given
    assert answer.headers["x-content-type-options"] == "nosniff"
    nonces = {attributes.get("nonce") for tag, attributes in Elements(answer.text).found if tag in ("script", "style")}
    if nonces:  # a page of Datasette
        (nonce,) = nonces
        assert f"'nonce-{nonce}'" in given
        assert nonce not in site.get(path).headers["content-security-policy"]
    assert ("script-src" in given) == (
        path not in OURS and not path.startswith(("/?", "/article", "/search")) and path != "/"
    )


@pytest.mark.parametrize("path", EVERY)
def test_no_page_has_handlers_inline_styles_or_scripts_from_elsewhere(site: Served, path: str) -> None:
    for tag, attributes in Elements(site.get(path).text).found:
        assert not [name for name in attributes if name.startswith("on") or name == "style"], (tag, attributes)
        source = attributes.get("src") or (attributes.get("href") if tag == "link" else None) or ""
        assert source.startswith("/") or not source, (tag, attributes)
        assert not source.startswith("//")


def hostile(site: Served) -> list[str]:
    with Archive.open(f"sqlite:///{site.path}") as archive:
        numbers = [article.id for article in archive.articles(outlet="tribune") if "hacked" in article.text]
    assert len(numbers) == 5
    articles = [f"/article/{number}" for number in numbers]
    return [*articles, "/?day=2025-05-30", "/search?q=hacked", "/archive/articles?_search=hacked", "/archive/revisions"]


def test_hostile_articles_stay_text(site: Served) -> None:
    for path in hostile(site):
        for tag, attributes in Elements(site.get(path).text).found:
            assert tag not in ("img", "b", "textarea", "iframe", "object", "base"), path
            assert tag != "script" or "nonce" in attributes, path
            assert not (attributes.get("href") or "").strip().lower().startswith(("javascript:", "data:")), path
            assert "onmouseover" not in attributes, path


REFUSED = [
    ("GET", "127.0.0.1:8001", True, None),
    ("HEAD", "localhost", True, None),
    ("GET", "[::1]:80", True, None),
    ("GET", "evil.example:8001", True, 400),
    ("GET", "127.0.0.1.evil.example", True, 400),
    ("GET", "", True, 400),
    ("GET", "[", True, 400),
    ("GET", "archive.example", False, None),
    ("POST", "localhost", True, 405),
    ("DELETE", "archive.example", False, 405),
]  # fmt: skip


@pytest.mark.parametrize(("method", "host", "local", "status"), REFUSED)
def test_who_is_answered(method: str, host: str, local: bool, status: int | None) -> None:
    refusal = refused(method, host, local=local)
    assert (refusal[0] if refusal else None) == status


def test_a_refusal_over_http(site: Served) -> None:
    assert site.get("/", host="evil.example").status == 400
    assert site.get("/archive", method="POST").status == 405
    assert site.get("/article/1", method="HEAD").text == ""


def test_the_policy_without_scripts() -> None:
    assert "script-src" not in policy(None)


WRITES = [
    "insert into feed values (1)",
    "delete from articles",
    "attach 'x' as y",
    "pragma journal_mode=delete",
    "vacuum",
]


@pytest.mark.parametrize("statement", WRITES)
def test_sql_that_writes_is_refused(site: Served, statement: str) -> None:
    from urllib.parse import urlencode

    answer = site.get("/archive.json?" + urlencode({"sql": statement}))
    assert answer.status == 400
    assert not json.loads(answer.text)["ok"]


def test_reading_every_page_changes_no_file(site: Served) -> None:
    def files() -> dict[str, str]:
        return {path.name: sha256(path.read_bytes()).hexdigest() for path in site.path.parent.iterdir()}

    site.get("/archive")
    before = files()
    for path in EVERY:
        site.get(path)
    assert {name: digest for name, digest in files().items() if not name.endswith("-shm")} == {
        name: digest for name, digest in before.items() if not name.endswith("-shm")
    }


def test_an_archive_without_articles(tmp_path: Path) -> None:
    from tests.web.conftest import serving

    Archive.open(f"sqlite:///{tmp_path}/empty.db", write=True).close()
    with serving(tmp_path / "empty.db") as site:
        assert "There are no articles" in site.get("/").text
        assert [path for path in (*OURS[:1], *OURS[3:], *DATA) if site.get(path).status != 200] == []
