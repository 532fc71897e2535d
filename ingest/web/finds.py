"""The page of a search."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice

from ingest.web.passages import Paragraph, of_snippet
from storage import Archive
from storage.filters import Conditions
from storage.records import Article

PAGE = 20
MOST = 200  # what one page shows at most


@dataclass(frozen=True, slots=True)
class Find:
    article: Article
    snippet: Paragraph


@dataclass(frozen=True, slots=True)
class Finds:
    words: str
    found: list[Find]
    shown: int
    more: bool
    problem: str  # why nothing could be looked for, such as a date that is none


def search(archive: Archive, words: str, conditions: Conditions, *, shown: int = PAGE) -> Finds:
    """What fits best; without words nothing. A mistake in a date is a sentence, not an error."""
    shown = max(PAGE, min(shown, MOST))
    try:
        found = list(islice(archive.search(words, limit=shown + 1, **conditions), shown + 1)) if words else []
    except ValueError as error:
        return Finds(words, [], shown, more=False, problem=str(error))
    finds = [Find(article, of_snippet(article.snippet)) for article in found[:shown]]
    return Finds(words, finds, shown, more=len(found) > shown and shown < MOST, problem="")
