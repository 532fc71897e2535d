"""Bytes of a page in, an article out: pure, explained, and safe to run on anything (in a process that may be killed)."""

from ingest.pages.boilerplate import LineCount, Word, count, is_learned, learned, line_hash, without_learned
from ingest.pages.extract import extract_article
from ingest.pages.feedtext import FeedText, article_from_entry, choose_text
from ingest.pages.model import Extraction, FeedHint, Method, PageKind, RemovedLine, count_words
from ingest.pages.outlet_rules import ExtractRules, problems_of

__all__ = [
    "ExtractRules",
    "Extraction",
    "FeedHint",
    "FeedText",
    "LineCount",
    "Method",
    "PageKind",
    "RemovedLine",
    "Word",
    "article_from_entry",
    "choose_text",
    "count",
    "count_words",
    "extract_article",
    "is_learned",
    "learned",
    "line_hash",
    "problems_of",
    "without_learned",
]
