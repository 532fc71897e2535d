"""Compare `parse_feed` with what other projects' suites expect of the same files, field by field.

    python -m benchmarks.feeds_truth [--misses] [SUITE …]

Truth: the `Expect:` lines of feedparser's tests, and the JSON beside the files of gofeed, fastfeedparser, rss-parser.
Texts are compared as words, what a reader sees rather than the markup, for ours is cleaned by other rules.
`docs/feeds.md` has the table, and explains every miss.
"""

from __future__ import annotations

import argparse
import ast
import calendar
import json
import os
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from ingest.dates import parse_date
from ingest.feeds import ParsedFeed, parse_feed
from ingest.text import plain_text
from storage.model import Entry

SHARED = Path(os.environ.get("INGEST_SHARED", "../shared")) / "corpus/feeds"


class Case(NamedTuple):
    """One expectation about one field, and what we have for it (any of `found` will do)."""

    suite: str
    file: str
    field: str
    expected: object
    found: tuple[object, ...]

    @property
    def passed(self) -> bool:
        compare = COMPARE.get(self.field, words)
        return compare(self.expected) in {compare(one) for one in self.found}


def words(text: object) -> object:
    """What a reader sees of a text or of markup, resolved until nothing is left to resolve."""
    seen = str(text or "")
    for _ in range(3):
        seen = plain_text(seen)
    return re.sub(r"\s+", "", seen)


def address(url: object) -> object:
    return str(url or "").strip().rstrip("/").replace("&amp;", "&")


COMPARE: dict[str, Callable[[object], object]] = {
    "entries": lambda number: number,
    "date": lambda date: date,
    "link": address,
}


# --- what we found --------------------------------------------------------------------------------------------------


def of_entry(entry: Entry, field: str) -> tuple[object, ...]:
    return {
        "title": (entry.title,),
        "link": (entry.url,),
        "guid": (entry.guid, entry.key),
        "content": (entry.summary, entry.content_html),
        "date": (entry.published_at, entry.updated_at),
        "author": (", ".join(entry.authors), *entry.authors),
        "category": entry.categories,
    }[field]


# --- feedparser -----------------------------------------------------------------------------------------------------

FEEDPARSER_FIELDS = {
    "title": "title",
    "link": "link",
    "id": "guid",
    "guid": "guid",
    "description": "content",
    "summary": "content",
    "content": "content",
    "author": "author",
    "published_parsed": "date",
    "created_parsed": "date",
    "issued_parsed": "date",
    "updated_parsed": "date",
    "modified_parsed": "date",
    "date_parsed": "date",
}


def feedparser_cases(folder: Path) -> Iterator[Case]:
    for file in sorted(folder.rglob("*.xml")):
        body = file.read_bytes()
        header = _header(body)
        expectation = re.search(r"Expect:\s*(.*?)\s*$", header, re.MULTILINE)
        if expectation is None:
            continue
        checks = list(_checks(expectation[1]))
        if not checks:
            continue
        kind = re.search(r"^Header:\s*Content-type:\s*(.*?)\s*$", header, re.MULTILINE | re.IGNORECASE)
        feed = parse_feed(body, url=_location(header), content_type=kind[1] if kind else None)
        for path, expected in checks:
            yield from _feedparser_case(feed, path, expected, str(file.relative_to(folder)))


def _header(body: bytes) -> str:
    """The comment on top of a test file, whatever the file's encoding."""
    for encoding in ("utf-8", "utf-16", "utf-32", "cp037"):
        text = body[:4000].decode(encoding, "ignore")
        if "Expect:" in text:
            return text
    return body[:8000].replace(b"\0", b"").decode("latin-1")


def _location(header: str) -> str:
    location = re.search(r"^Header:\s*Content-Location:\s*(.*?)\s*$", header, re.MULTILINE | re.IGNORECASE)
    return location[1] if location and location[1].startswith("http") else "http://127.0.0.1:8097/tests/feed.xml"


def _checks(expression: str) -> Iterator[tuple[list[object], object]]:
    """The equalities of an expectation as (path into the result, value)."""
    try:
        tree = ast.parse(expression, mode="eval").body
    except SyntaxError:
        return
    for part in tree.values if isinstance(tree, ast.BoolOp) and isinstance(tree.op, ast.And) else [tree]:
        if isinstance(part, ast.Compare) and len(part.ops) == 1 and isinstance(part.ops[0], ast.Eq):
            try:
                yield list(_path(part.left)), ast.literal_eval(part.comparators[0])
            except ValueError:
                continue


def _path(node: ast.expr) -> Iterator[object]:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "len":
        yield "len"
        yield from _path(node.args[0])
    elif isinstance(node, ast.Subscript):
        yield from _path(node.value)
        yield ast.literal_eval(node.slice)
    elif isinstance(node, ast.Attribute):
        yield from _path(node.value)
        yield node.attr
    elif isinstance(node, ast.Name):
        yield node.id
    else:
        raise ValueError("not a path")


def _feedparser_case(feed: ParsedFeed, path: list[object], expected: object, file: str) -> Iterator[Case]:
    if path == ["len", "entries"]:
        yield Case("feedparser", file, "entries", expected, (len(feed.entries),))
        return
    if path in (["feed", "title"], ["feed", "link"]):
        found = feed.title if path[1] == "title" else feed.site_url
        yield Case("feedparser", file, str(path[1]), expected, (found,))
        return
    if path[0] != "entries" or len(path) < 3 or not isinstance(path[1], int):
        return
    field = _entry_field(path[2:])
    if field is None:
        return
    if isinstance(expected, tuple):
        expected = datetime.fromtimestamp(calendar.timegm(expected), UTC)
    if field == "date" and not isinstance(expected, datetime):
        return
    entry = feed.entries[path[1]] if path[1] < len(feed.entries) else None
    yield Case("feedparser", file, field, expected, of_entry(entry, field) if entry else ())


def _entry_field(path: list[object]) -> str | None:
    match path:
        case [str(name)]:
            return FEEDPARSER_FIELDS.get(name)
        case ["title_detail" | "summary_detail" as name, "value"]:
            return FEEDPARSER_FIELDS[str(name).removesuffix("_detail")]
        case ["content", int(), "value"]:
            return "content"
        case ["author_detail", "name"] | ["authors", int(), "name"]:
            return "author"
        case ["tags", int(), "term"]:
            return "category"
    return None


# --- the others: JSON beside the file -------------------------------------------------------------------------------


def _items(expected: dict[str, Any]) -> list[dict[str, Any]]:
    return expected.get("items") or expected.get("entries") or []


def _when(text: object) -> datetime | None:
    return parse_date(text).value if isinstance(text, str) else None


def _compare(
    suite: str, file: str, feed: ParsedFeed, expected: dict[str, Any], fields: dict[str, str]
) -> Iterator[Case]:
    """Every field of `fields` (their name: ours) that an expected item has. Items are matched by their place."""
    items = _items(expected)
    yield Case(suite, file, "entries", len(items), (len(feed.entries),))
    if isinstance(expected.get("title"), str):
        yield Case(suite, file, "title", expected["title"], (feed.title,))
    for item, entry in zip(items, feed.entries, strict=False):
        for theirs, ours in fields.items():
            value = _value(item.get(theirs))
            if value and (ours != "date" or _when(value)):
                yield Case(suite, file, ours, _when(value) if ours == "date" else value, of_entry(entry, ours))


def _value(value: Any) -> Any:
    """The text of a construct: gofeed's atom parser has `{"value": …}`, its links are objects."""
    if isinstance(value, dict):
        return value.get("value") or value.get("content")
    if isinstance(value, list):
        return None
    return value


def gofeed_cases(folder: Path) -> Iterator[Case]:
    fields = {"title": "title", "link": "link", "guid": "guid", "id": "guid", "description": "content"}
    fields |= {"summary": "content", "content": "content", "content_html": "content", "content_text": "content"}
    fields |= {"url": "link", "pubDateParsed": "date", "publishedParsed": "date", "updatedParsed": "date"}
    fields |= {"date_published": "date", "date_modified": "date"}
    for file in sorted([*folder.rglob("*.xml"), *folder.glob("parser/json/version_*[!d].json")]):
        truth = file.with_suffix(".json") if file.suffix == ".xml" else file.with_name(file.stem + "_expected.json")
        if truth.is_file() and "extensions" not in file.parts:
            expected = json.loads(truth.read_text())
            feed = parse_feed(file.read_bytes(), url="http://example.org/feed")
            yield from _compare("gofeed", str(file.relative_to(folder)), feed, expected, fields)


def fastfeedparser_cases(folder: Path) -> Iterator[Case]:
    fields = {"title": "title", "link": "link", "id": "guid", "description": "content", "content": "content"}
    fields |= {"published": "date", "updated": "date", "author": "author"}
    files = [(file, file.with_suffix(".json")) for file in sorted(folder.glob("*.xml"))]
    files.append((folder / "json_feed_sample.json", folder / "json_feed_sample.expected.json"))
    for file, truth in files:
        expected = json.loads(truth.read_text())
        feed = parse_feed(file.read_bytes(), url="http://example.org/feed")
        expected = {"entries": expected["entries"], "title": expected["feed"].get("title")}
        yield from _compare("fastfeedparser", file.name, feed, expected, fields)


def _read(truth: Path) -> str:
    """Expectations are written in the encoding of the feed they are about."""
    try:
        return truth.read_text("utf-8")
    except UnicodeDecodeError:
        return truth.read_text("cp1252")


def rss_parser_cases(folder: Path) -> Iterator[Case]:
    fields = {"title": "title", "link": "link", "guid": "guid", "id": "guid", "content": "content", "isoDate": "date"}
    fields |= {"content:encoded": "content", "creator": "author"}
    for truth in sorted((folder / "output").glob("*.json")):
        found = [file for suffix in ("rss", "atom") if (file := folder / "input" / f"{truth.stem}.{suffix}").is_file()]
        if found:
            expected = json.loads(_read(truth))["feed"]
            feed = parse_feed(found[0].read_bytes(), url="http://example.org/feed")
            yield from _compare("rss-parser", found[0].name, feed, expected, fields)


SUITES: dict[str, tuple[str, Callable[[Path], Iterator[Case]]]] = {
    "feedparser": ("kurtmckee+feedparser/tests", feedparser_cases),
    "gofeed": ("mmcdole+gofeed/testdata", gofeed_cases),
    "fastfeedparser": ("kagisearch+fastfeedparser/tests/integration", fastfeedparser_cases),
    "rss-parser": ("rbren+rss-parser/test", rss_parser_cases),
}
FIELDS = ("entries", "title", "link", "guid", "date", "content", "author", "category")


def cases(suite: str) -> Iterator[Case]:
    folder, read = SUITES[suite]
    return read(SHARED / folder)


def table(found: list[Case]) -> str:
    lines = ["| suite | " + " | ".join(FIELDS) + " | all |", "|---|" + "---:|" * (len(FIELDS) + 1)]
    for suite in SUITES:
        cells = []
        for field in (*FIELDS, None):
            of_field = [case for case in found if case.suite == suite and field in (case.field, None)]
            cells.append(f"{sum(case.passed for case in of_field)} of {len(of_field)}" if of_field else "")
        lines.append(f"| {suite} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--misses", action="store_true", help="list every miss")
    options.add_argument("suites", nargs="*", help=f"of {', '.join(SUITES)}")
    chosen = options.parse_args()
    found = [case for suite in chosen.suites or SUITES for case in cases(suite)]
    if chosen.misses:
        for case in found:
            if not case.passed:
                print(
                    case.suite,
                    case.file,
                    case.field,
                    f"expected {str(case.expected)[:200]!r}",
                    f"found {str(case.found)[:200]}",
                )
    print(table(found))


if __name__ == "__main__":
    main()
