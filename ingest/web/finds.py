"""The page of a search."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from ingest.web.passages import Paragraph, of_snippet
from storage import Archive
from storage.filters import Conditions
from storage.records import Article
from storage.times import moment

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
    """What fits best; without words nothing. Times are in the zone of the pages; a mistake in one is a sentence."""
    shown = max(PAGE, min(shown, MOST))
    try:
        wanted = _in_this_zone(conditions)
        found = list(islice(archive.search(words, limit=shown + 1, **wanted), shown + 1)) if words else []
    except ValueError as error:
        return Finds(words, [], shown, more=False, problem=str(error))
    finds = [Find(article, of_snippet(article.snippet)) for article in found[:shown]]
    return Finds(words, finds, shown, more=len(found) > shown and shown < MOST, problem="")


def _in_this_zone(conditions: Conditions) -> Conditions:
    now, wanted = datetime.now().astimezone(), conditions.copy()
    if "since" in wanted:
        wanted["since"] = moment(wanted["since"], now=now, zone=None)
    if "until" in wanted:
        wanted["until"] = moment(wanted["until"], now=now, zone=None, end=True)
    return wanted
