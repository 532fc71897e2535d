"""Pages grown to real size keep their article, and grow the same way every time."""

from collections.abc import Callable
from typing import Any

import lxml.html
import pytest

from ingest.demo import Newsroom, grow


@pytest.mark.parametrize("kilobytes", [60, 130, 200])
def test_a_page_grows_to_the_size_asked_for(newsroom: Newsroom, get: Callable[..., Any], kilobytes: int) -> None:
    for article in newsroom.truth().stored(1)[::6]:
        answer = get(article.url)
        if answer.status != 200:
            continue
        html = lxml.html.tostring(lxml.html.fromstring(answer.body), encoding="unicode", doctype="<!doctype html>")
        grown = grow(html, kilobytes)
        assert kilobytes * 1000 * 0.98 < len(grown.encode()) < kilobytes * 1000 * 1.02
        assert grow(html, kilobytes) == grown
        page = lxml.html.fromstring(grown)
        lines = [p.text_content().strip() for p in page.iter("p")]
        assert [line for line in lines if line in set(article.paragraphs)] == list(article.paragraphs)
        assert len(page.findall(".//script")) > len(lxml.html.fromstring(html).findall(".//script"))


def test_a_page_that_is_large_enough_is_left_alone() -> None:
    assert grow("<p>" + "x" * 2000, 2) == "<p>" + "x" * 2000


def test_a_page_without_head_and_body_tags_grows_too() -> None:
    assert len(grow("<title>x</title><p>y", 60)) > 58_000
