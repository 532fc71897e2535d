"""Making room: old articles go, with everything that belongs to them, and do not come back.

Their names stay as tombstones (`alias` of the kind `pruned`): a feed that lists one of them again, or an import that
brings it, finds it known.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from storage import search, stories
from storage.file import ArchiveFile
from storage.times import format_time
from storage.transaction import Transaction

BATCH = 200  # articles of one transaction: writers in between wait less than a second

_OLD = """
    SELECT a.id FROM article a JOIN story s ON s.id = a.story_id
    WHERE a.sort_at < :before AND NOT (:keep AND s.representative_id = a.id)
    ORDER BY a.sort_at, a.id LIMIT :most"""
_CHOSEN = "IN (SELECT value FROM json_each(:ids))"
_PART_WITH = (  # in an order that no foreign key minds
    f"""UPDATE outlet SET articles = articles -
        (SELECT count(*) FROM article WHERE outlet_id = outlet.id AND id {_CHOSEN})
        WHERE id IN (SELECT outlet_id FROM article WHERE id {_CHOSEN})""",
    f"""UPDATE feed SET articles = articles -
        (SELECT count(*) FROM sighting WHERE feed_id = feed.id AND article_id {_CHOSEN})
        WHERE id IN (SELECT feed_id FROM sighting WHERE article_id {_CHOSEN})""",
    f"UPDATE sighting SET article_id = NULL WHERE article_id {_CHOSEN}",
    f"UPDATE alias SET article_id = NULL, kind = 'pruned' WHERE article_id {_CHOSEN}",
    f"DELETE FROM event WHERE article_id {_CHOSEN} OR other_id {_CHOSEN}",
    f"DELETE FROM duplicate WHERE article_id {_CHOSEN} OR original_id {_CHOSEN}",
    f"DELETE FROM revision WHERE article_id {_CHOSEN}",
    f"DELETE FROM unindexed WHERE article_id {_CHOSEN}",
    f"DELETE FROM recheck WHERE article_id {_CHOSEN}",
    f"DELETE FROM article_text WHERE article_id {_CHOSEN}",
    f"DELETE FROM article WHERE id {_CHOSEN}",
)
_UNLISTED = """
    DELETE FROM sighting WHERE id IN (
        SELECT id FROM sighting WHERE article_id IS NULL AND last_seen_at < :before AND status <> 'pending'
        LIMIT :most)"""


@dataclass(frozen=True, slots=True)
class Pruned:
    """How much went."""

    articles: int
    sightings: int


def count_prunable(archive: ArchiveFile, before: datetime, *, keep_representatives: bool) -> int:
    """How many articles `prune` would remove."""
    values = {"before": format_time(before), "keep": keep_representatives, "most": -1}
    with archive.reading() as c:
        return int(c.value(f"SELECT count(*) FROM ({_OLD})", values))


def prune(
    archive: ArchiveFile,
    before: datetime,
    now: datetime,
    *,
    keep_representatives: bool,
    forget_fingerprint: Callable[[Transaction, int], None],
    progress: Callable[[int], None] = lambda count: None,
) -> Pruned:
    """Remove articles published before a time, and what feeds listed last before it, in short transactions.

    With `keep_representatives` one article of each story stays. `forget_fingerprint` takes an article out of the index
    of duplicates, whose keys only `ingest` knows.
    """
    values: dict[str, Any] = {"before": format_time(before), "keep": keep_representatives, "most": BATCH}
    articles = sightings = 0
    while True:
        with archive.transaction() as t:
            ids = [article_id for (article_id,) in t.run(_OLD, values)]
            for article_id in ids:
                search.forget(t, article_id)
                forget_fingerprint(t, article_id)
            _remove(t, ids, now)
        articles += len(ids)
        progress(articles)
        if len(ids) < BATCH:
            break
    while True:
        with archive.transaction() as t:
            gone = t.run(_UNLISTED, {"before": values["before"], "most": 5 * BATCH}).rowcount
            if gone:
                t.run("DELETE FROM listing")  # it may name what is gone, whose number may be given again
        sightings += gone
        if gone < 5 * BATCH:
            return Pruned(articles, sightings)


def _remove(t: Transaction, ids: list[int], now: datetime) -> None:
    chosen = {"ids": json.dumps(ids)}
    left = t.run(f"SELECT DISTINCT story_id FROM article WHERE id {_CHOSEN}", chosen).fetchall()
    for statement in _PART_WITH:
        t.run(statement, chosen)
    for (story_id,) in left:
        stories.refresh(t, story_id, now)
