"""Bytes of a page in, an article out: pure, explained, and safe to run on anything (in a process that may be killed).

Each name is imported when it is first asked for: the process that fetches never loads a parser. See `docs/pages.md`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ingest.pages.boilerplate import count, edge_lines, is_learned, learned, line_hash, without_learned
    from ingest.pages.extract import extract_article
    from ingest.pages.feedtext import FeedText, article_from_entry, choose_text
    from ingest.pages.model import Extraction, FeedHint, Method, PageKind, RemovedLine
    from ingest.pages.outlet_rules import ExtractRules, problems_of

_HOMES = {
    "ExtractRules": "outlet_rules",
    "Extraction": "model",
    "FeedHint": "model",
    "FeedText": "feedtext",
    "Method": "model",
    "PageKind": "model",
    "RemovedLine": "model",
    "article_from_entry": "feedtext",
    "choose_text": "feedtext",
    "count": "boilerplate",
    "edge_lines": "boilerplate",
    "extract_article": "extract",
    "is_learned": "boilerplate",
    "learned": "boilerplate",
    "line_hash": "boilerplate",
    "problems_of": "outlet_rules",
    "without_learned": "boilerplate",
}

__all__ = [
    "ExtractRules",
    "Extraction",
    "FeedHint",
    "FeedText",
    "Method",
    "PageKind",
    "RemovedLine",
    "article_from_entry",
    "choose_text",
    "count",
    "edge_lines",
    "extract_article",
    "is_learned",
    "learned",
    "line_hash",
    "problems_of",
    "without_learned",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"ingest.pages.{_HOMES[name]}"), name)
