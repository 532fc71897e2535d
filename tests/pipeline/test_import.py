"""`ingest import`, whole."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections import Counter
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from ingest.pipeline.importing import import_lines
from storage.archive import Archive
from storage.transaction import Transaction
from tests.pipeline.conftest import export, invoke, kept_by_export
from tests.pipeline.papers import invent

BODY = "\n".join(invent("one"))


def run(folder: Path, lines: list[object], *, code: int = 0) -> dict[str, Any]:
    file = folder / "articles.jsonl"
    text = "\n".join(line if isinstance(line, str) else json.dumps(line, ensure_ascii=False) for line in lines)
    file.write_text(text, encoding="utf-8")
    database = f"sqlite:///{folder}/archive.db"
    return invoke("import", file, "--json", "--database", database, code=code)


def rows(folder: Path, query: str) -> list[tuple[Any, ...]]:
    connection = sqlite3.connect(f"file:{folder / 'archive.db'}?mode=ro", uri=True)
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()


def article(number: int, **more: object) -> dict[str, object]:
    return {
        "url": f"https://one.example/{number}",
        "title": f"Number {number}",
        "text": "\n".join(invent(f"import {number}")),
        "outlet": "one",
        "published_at": "2026-11-20T10:00:00+05:00",
        "language": "en",
        **more,
    }


def test_takes_all_in_and_nothing_twice(tmp_path: Path) -> None:
    lines: list[object] = [article(number) for number in range(120)]
    first = run(tmp_path, lines)
    assert first["read"] == 120
    assert first["articles"]["stored"] == 120
    assert first["rejected"] == []
    again = run(tmp_path, lines)
    assert again["articles"]["stored"] == 0
    assert again["articles"]["unchanged"] == 120
    assert rows(tmp_path, "select count(*), min(published_at), min(outlet) from articles") == [
        (120, "2026-11-20T05:00:00Z", "one")
    ]


def test_an_import_whose_turn_is_over_goes_on_in_another_transaction(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [json.dumps(article(number)).encode() for number in (1, 2, 3, 2)]
    with Archive.open(f"sqlite:///{tmp_path}/archive.db", write=True) as archive:
        begin, begun = archive.transaction, Counter[str]()

        def counted() -> AbstractContextManager[Transaction]:
            begun["transactions"] += 1
            return begin()

        monkeypatch.setattr(archive, "transaction", counted)
        report = asyncio.run(import_lines(archive, [*lines, b"no JSON"], turn=0.0))
    assert begun["transactions"] > 4
    assert report.articles == {"stored": 3, "unchanged": 1, "duplicates": 0}
    assert (report.read, len(report.rejected)) == (5, 1)
    assert rows(tmp_path, "select count(*) from articles") == [(3,)]


def test_a_changed_line_is_a_revision_and_a_copy_joins_its_story(tmp_path: Path) -> None:
    run(tmp_path, [article(1)])
    changed = article(1, text="\n".join((*invent("import 1")[:4], "Something else was added at the end.")))
    copy = article(1, url="https://two.example/1", outlet="two", title="Another headline")
    report = run(tmp_path, [changed, copy])
    assert report["articles"]["updated"] == 1
    assert report["articles"]["stored"] == 1
    assert report["articles"]["duplicates"] == 1
    assert rows(tmp_path, "select article_count, outlet_count from stories") == [(2, 2)]


def test_bad_lines_are_named_and_stop_nothing(tmp_path: Path) -> None:
    lines: list[object] = [
        article(1),
        "{not json",
        "[1, 2]",
        {"title": "no address", "text": BODY},
        {"url": "ftp://one.example/x", "text": BODY},
        {"url": "https://one.example/y"},
        {"url": "https://one.example/z", "text": BODY, "published_at": "tomorrow-ish"},
        {"url": "https://one.example/z", "text": BODY, "outlet": "Not A Name"},
        {"url": "https://one.example/z", "text": 5},
        "",
        article(2),
    ]
    report = run(tmp_path, lines)
    assert report["articles"]["stored"] == 2
    assert {r["line"]: r["reason"] for r in report["rejected"]} == {
        2: "not JSON",
        3: "not a JSON object",
        4: "url is missing",
        5: "url is not an http or https address",
        6: "neither text nor html",
        7: "published_at is not a date such as 2026-11-23T10:00:00Z",
        8: "outlet is not a name of letters a-z, digits and hyphens",
        9: "text is not a text",
    }


def test_unknown_keys_are_kept_and_html_is_extracted(tmp_path: Path) -> None:
    paragraphs = "".join(f"<p>{paragraph}</p>" for paragraph in invent("html"))
    article_tag = f"<article><h1>From a page</h1>{paragraphs}</article>"
    page = f"<html><head><title>From a page</title></head><body>{article_tag}</body></html>"
    run(tmp_path, [{"url": "https://one.example/page", "html": page, "desk": "night", "rank": 3}])
    ((title, text, outlet, extra),) = rows(tmp_path, "select title, text, outlet, extra from articles")
    assert title == "From a page"
    assert text == "\n".join(invent("html"))
    assert outlet == "imported"
    assert json.loads(extra) == {"desk": "night", "rank": 3}


def test_importing_an_export_gives_the_same_articles_and_stories(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    first.mkdir()
    second.mkdir()
    copied = invent("copied", paragraphs=12)
    lines: list[object] = [article(number, section="Sport", authors=["A. Khan"]) for number in range(10)]
    lines += [
        article(20 + number, outlet=outlet, title=f"Copy {number}", text="\n".join(copied[number:]))
        for number, outlet in enumerate(("one", "two", "three"))
    ]
    lines.append(article(30, published_at="2026-11-19"))
    assert run(first, lines)["articles"]["duplicates"] == 2
    exported = export(first / "archive.db")
    again = run(second, exported)
    assert (again["articles"]["stored"], again["articles"]["duplicates"]) == (14, 2)
    assert kept_by_export(second / "archive.db") == kept_by_export(first / "archive.db")
    assert run(first, exported)["articles"]["unchanged"] == 14
