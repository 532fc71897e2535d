"""The feed's own text of an article: cleaned by the same line rules, for when the page is not to be had or worse."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lxml.html import HtmlElement

from ingest.pages.blocks import Block, cut_blocks
from ingest.pages.gate import Admitted, strip_bulk
from ingest.pages.letters import letters
from ingest.pages.model import Method, RemovedLine
from ingest.pages.select import Verdict
from ingest.pages.tree import parse_html
from ingest.pages.trim import trim
from ingest.text import clean_line, count_words, plain_text

MAX_FEED_HTML = 1_000_000  # characters


@dataclass(frozen=True, slots=True)
class FeedText:
    """The text of an entry and where in it it was found: `feed` (its content) or `summary`."""

    text: str = ""
    method: str = Method.NONE
    removed: tuple[RemovedLine, ...] = ()

    @property
    def word_count(self) -> int:
        return count_words(self.text)


def article_from_entry(
    *, content_html: str | None, summary: str = "", title: str = "", language: str | None = None
) -> FeedText:
    """The text that an entry carries itself; its content if that says at least as much as its summary."""
    content = _clean(content_html or "", title, language)
    short = clean_line(plain_text(summary))
    if len(letters(content.text)) >= max(1, len(letters(short))):
        return content
    trimmed = _clean(f"<p>{summary}</p>" if "<" in summary else "", title, language).text if "<" in summary else short
    return FeedText(trimmed or short, Method.SUMMARY) if short else FeedText()


def choose_text(page: str, entry: FeedText, *, page_is_whole: bool) -> str:
    """Which text to keep, by method name: `page`, `feed`, `summary` or `none`.

    The page's, unless it is none, or a beginning of what the feed has in full.
    """
    if page and page_is_whole:
        return "page"
    if entry.text and len(letters(entry.text)) > 1.1 * len(letters(page)):
        return entry.method
    return "page" if page else Method.NONE


def _clean(markup: str, title: str, language: str | None) -> FeedText:
    blocks = cut_blocks(_parse(markup)).blocks if markup.strip() else ()
    verdicts = [Verdict(block, _is_text(block), "link", 1.0) for block in blocks]
    trimmed = trim(verdicts, language=language, titles=(title,), captions=_captions(blocks))
    text = "\n".join(verdict.block.text for verdict in trimmed if verdict.kept)
    removed = tuple(RemovedLine(verdict.block.text, verdict.reason) for verdict in trimmed if not verdict.kept)
    return FeedText(text, Method.FEED if text else Method.NONE, removed)


def _parse(markup: str) -> HtmlElement:
    page = Admitted(f"<html><body>{strip_bulk(markup[:MAX_FEED_HTML])}</body></html>", "utf-8")
    root = parse_html(page)
    if not isinstance(root, HtmlElement):
        raise AssertionError("a document with html and body elements has a tree")
    return root


def _is_text(block: Block) -> bool:
    """Captions, and paragraphs that are one link ("The post X appeared first on Y"), are none."""
    if block.tag == "figcaption" or any(place.tag in ("figcaption", "nav", "button") for place in block.place.chain()):
        return False
    return not (block.link_share > 0.9 and len(block.text) < 200 and block.tag != "li")


def _captions(blocks: Sequence[Block]) -> list[str]:
    return [block.text for block in blocks if block.tag == "figcaption"]
