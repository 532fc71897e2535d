"""Pages of our own, one a file: `cases/NAME.html` opens with what is expected; what stands in ⟦ ⟧ is the article.

The marks are taken out before the page is read. Texts and templates are invented, in the manner of real ones.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from ingest.pages import Extraction, extract_article

CASES = sorted((Path(__file__).parent / "cases").glob("*.html"))
EXPECT = re.compile(r"\A<!-- expect\n(.*?)\n-->\n", re.DOTALL)
KEPT = re.compile("⟦(.*?)⟧", re.DOTALL)
TAG = re.compile("<[^>]+>")


@dataclass(frozen=True, slots=True)
class Case:
    expected: dict[str, Any]
    page: bytes
    lines: list[str]

    @classmethod
    def read(cls, path: Path) -> Case:
        text = path.read_text(encoding="utf-8")
        head = EXPECT.match(text)
        assert head is not None, path.name
        marked = text[head.end() :]
        lines = [html.unescape(TAG.sub("", found)) for found in KEPT.findall(marked)]
        return cls(yaml.safe_load(head[1]), re.sub("[⟦⟧]", "", marked).encode(), lines)

    def extract(self) -> Extraction:
        return extract_article(self.page, url=self.expected.get("url", "https://news.example/harbour/2025-story"))


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_the_page_is_read_as_expected(path: Path) -> None:
    case = Case.read(path)
    expected = case.expected
    found = case.extract()
    assert found.page_kind == expected["kind"]
    assert (found.failure.kind if found.failure else None) == expected.get("failure")
    if case.lines:
        assert found.text.split("\n") == case.lines
    assert all(phrase in found.text for phrase in expected.get("holds", ()))
    if expected["title"]:
        assert found.title == expected["title"]
        assert list(found.authors) == expected["authors"]
        assert (found.language or "").partition("-")[0] == expected["language"]
        published = found.published_at.date() if found.published_at else None
        assert published == expected["published"]
    if "updated" in expected:
        assert found.updated_at is not None
        assert found.updated_at.date() == expected["updated"]
    for name, attribute in (("method", found.method), ("canonical", found.canonical_url)):
        assert name not in expected or attribute == expected[name]
    assert "count" not in expected or len(case.lines) == expected["count"]


def test_there_are_enough_of_each_class() -> None:
    kinds = [Case.read(path).expected["kind"] for path in CASES]
    assert len(CASES) >= 30
    assert set(kinds) >= {"article", "live", "gallery", "paywall", "consent", "challenge", "error", "video", "listing"}
