"""Pages made to break parsers. Each ends within ten seconds of CPU in a killable process, with a kind; the others go on."""
# ruff: noqa: E501 - one case a line

from __future__ import annotations

import multiprocessing
import resource
import time
from collections.abc import Callable, Iterator

import pebble
import pytest

from ingest.pages import Extraction, extract_article
from storage.model import FailureKind

URL = "https://news.example/world/a-story"
SECONDS = 10.0  # of CPU
PATIENCE = 120.0  # seconds; what takes longer hangs
MEMORY = 1 << 30  # bytes
PARAGRAPH = (
    "<p>The council met on Monday evening and agreed, after a long debate, to repair the old bridge over the river.</p>"
)
ARTICLE = f"<html><head><title>Bridge to be repaired</title></head><body><article><h1>Bridge to be repaired</h1>{PARAGRAPH * 6}</article></body></html>"

Page = Callable[[], bytes]

HOSTILE: dict[str, tuple[Page, FailureKind | None]] = {
    "empty": (lambda: b"", FailureKind.NO_TEXT),
    "only_spaces": (lambda: b" \r\n\t" * 50_000, FailureKind.NO_TEXT),
    "json": (lambda: b'{"error": "no", "items": [1, 2, 3]}', FailureKind.WRONG_TYPE),
    "pdf": (lambda: b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n" + b"\x00\xff" * 5_000, FailureKind.WRONG_TYPE),
    "png": (lambda: b"\x89PNG\r\n\x1a\n" + b"\x00" * 5_000, FailureKind.WRONG_TYPE),
    "feed": (lambda: b'<?xml version="1.0"?><rss version="2.0"><channel><title>x</title></channel></rss>', FailureKind.WRONG_TYPE),
    "nuls": (lambda: ARTICLE.encode().replace(b"the ", b"th\x00e \x00"), None),
    "wrong_charset": (lambda: ARTICLE.replace("<head>", '<head><meta charset="utf-8">').replace("Monday", "lundi \u00e9t\u00e9").encode("latin-1"), None),
    "unknown_charset": (lambda: ARTICLE.replace("<head>", '<head><meta charset="x-klingon">').encode(), None),
    "utf16_without_bom": (lambda: ARTICLE.encode("utf-16-le"), None),
    "utf16_big_endian": (lambda: ARTICLE.encode("utf-16-be"), None),
    "ten_megabytes_of_paragraphs": (lambda: b"<html><body>" + PARAGRAPH.encode() * 90_000, FailureKind.TOO_LARGE),
    "four_megabytes_of_paragraphs": (lambda: b"<html><body>" + PARAGRAPH.encode() * 36_000, None),
    "sixty_thousand_tags": (lambda: b"<html><body>" + b"<b>x</b>" * 70_000, FailureKind.TOO_LARGE),
    "many_attributes": (lambda: b"<html><body><p " + b" ".join(b"a%d=1" % n for n in range(100_000)) + b">x</p>", FailureKind.TOO_LARGE),
    "many_quoted_attributes": (lambda: b"<p " + b" ".join(b'a%d="<>"' % n for n in range(100_000)) + b">x</p>", FailureKind.TOO_LARGE),
    "nested_50_000_deep": (lambda: b"<html><body>" + b"<div>" * 50_000 + PARAGRAPH.encode() + b"</div>" * 50_000, None),
    "nested_spans": (lambda: b"<html><body>" + b"<span>" * 50_000 + b"text", None),
    "nested_lists_and_tables": (lambda: b"<ul><li>" * 15_000 + b"<table><tr><td>" * 8_000 + b"x", None),
    "script_of_12_megabytes": (lambda: ARTICLE.replace("<h1>", f"<script>{'var a=1;' * 1_500_000}</script><h1>").encode(), None),
    "unclosed_scripts": (lambda: ARTICLE.encode() + b"<script " * 200_000, None),
    "unclosed_comments": (lambda: ARTICLE.encode() + b"<!-- " * 50_000, None),
    "data_uri_of_5_megabytes": (lambda: ARTICLE.replace("<h1>", f'<img src="data:image/png;base64,{"QUJD" * 1_300_000}"><h1>').encode(), None),
    "entity_flood": (lambda: b"<html><body><p>" + b"&amp;&#65;&#x110000;&nonsense;" * 100_000, None),
    "quadratic_whitespace": (lambda: ARTICLE.replace("<h1>", f"<p>{' ' * 1_000_000}</p><h1>").replace("</p>", " \n" * 20_000 + "</p>").encode(), None),
    "newlines_before_the_root": (lambda: b"\n" * 1_000_000 + ARTICLE.encode(), None),
    "one_long_word": (lambda: b"<html><body><p>" + b"a" * 3_000_000 + b"</p>", None),
    "one_long_line_of_labels": (lambda: b"<html><body><p>" + b"read more: sign up for our " * 60_000 + b"</p>", None),
    "long_style": (lambda: b'<html><body><p style="' + b"a:b;" * 200_000 + b'">text</p>', None),
    "long_class_names": (lambda: b'<html><body><div class="' + b"article-body-aA1_" * 200_000 + b'"><p>text</p></div>', None),
    "many_links": (lambda: b"<html><body>" + b'<a href="/x">a link</a> ' * 50_000, None),
    "deep_json": (lambda: ARTICLE.replace("<h1>", f'<script type="application/ld+json">{"[" * 200_000}</script><h1>').encode(), None),
    "wide_json": (lambda: ARTICLE.replace("<h1>", '<script type="application/ld+json">[' + '{"@type":"Article"},' * 100_000 + "1]</script><h1>").encode(), None),
    "json_of_one_author_a_million_times": (lambda: ARTICLE.replace("<h1>", '<script type="application/ld+json">{"@type":"NewsArticle","author":"' + "and by " * 150_000 + '"}</script><h1>').encode(), None),
    "many_dates": (lambda: ARTICLE.replace("<h1>", "<time>2020-01-01</time> 01/02/2020 " * 20_000 + "<h1>").encode(), None),
    "combining_marks": (lambda: ("<html><body><p>" + "e" + "\u0301" * 1_000_000 + "</p>").encode(), None),
    "a_frameset": (lambda: b"<html><frameset><frame src=x></frameset></html>", FailureKind.NO_TEXT),
    "random_bytes": (lambda: bytes((n * 7919 + n // 256 * 31) % 256 for n in range(300_000)), FailureKind.NO_TEXT),
}  # fmt: skip


def limit_memory() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def run(body: bytes) -> Extraction:
    return extract_article(body, url=URL)


def timed(body: bytes) -> tuple[Extraction, float]:
    started = time.process_time()
    return run(body), time.process_time() - started


@pytest.fixture(scope="module")
def pool() -> Iterator[pebble.ProcessPool]:
    context = multiprocessing.get_context("forkserver")  # warm, by tests/conftest.py
    with pebble.ProcessPool(max_workers=2, max_tasks=500, initializer=limit_memory, context=context) as workers:
        yield workers
        workers.stop()


def test_each_ends_in_time_with_a_kind_and_the_others_are_unaffected(pool: pebble.ProcessPool) -> None:
    futures = {name: pool.schedule(timed, args=(page(),), timeout=PATIENCE) for name, (page, _) in HOSTILE.items()}
    innocent = pool.schedule(run, args=(ARTICLE.encode(),), timeout=PATIENCE)
    wrong = {}
    for name, future in futures.items():
        expected = HOSTILE[name][1]
        result, taken = future.result()
        assert taken < SECONDS, name
        if expected is not None and (result.failure is None or result.failure.kind is not expected):
            wrong[name] = result.failure
    assert wrong == {}
    assert innocent.result().text.count("The council met") == 1


@pytest.mark.parametrize("name", ["nuls", "utf16_without_bom", "utf16_big_endian", "unknown_charset", "script_of_12_megabytes", "data_uri_of_5_megabytes", "unclosed_scripts", "unclosed_comments", "newlines_before_the_root"])  # fmt: skip
def test_the_article_survives(name: str) -> None:
    extraction = run(HOSTILE[name][0]())
    assert extraction.title == "Bridge to be repaired"
    assert "The council met on Monday evening and agreed" in extraction.text
    assert extraction.failure is None


def test_latin_letters_survive_a_wrong_declaration() -> None:
    assert "lundi été" in run(HOSTILE["wrong_charset"][0]()).text
