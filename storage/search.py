"""The full-text index: what writers do with it. Reading it is `storage.query`.

A contentless FTS5 table holds the folded words (`storage.words`) of each article's newest title and text, its authors
and categories, under the article's number. Filling it costs most of an insert, so writers only queue an article
(`unindexed`), and `flush` follows in batches, within the same file and its transactions: nothing is ever lost.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from storage.transaction import Transaction
from storage.words import index_form

CREATE = "CREATE VIRTUAL TABLE article_words USING fts5(title, text, authors, categories, content='', tokenize='ascii')"
BATCH = 500

_COLUMNS = "(article_words, rowid, title, text, authors, categories)"
_ADD = f"INSERT INTO article_words{_COLUMNS} VALUES (NULL, :id, :title, :text, :authors, :categories)"
_REMOVE = f"INSERT INTO article_words{_COLUMNS} VALUES ('delete', :id, :title, :text, :authors, :categories)"
_INDEXED = "SELECT 1 FROM article_words_docsize WHERE id = ?"
_NEWEST = """
    SELECT article.id, title, authors, extra, text FROM article JOIN article_text ON article_text.article_id = article.id
    WHERE article.id IN (SELECT value FROM json_each(?)) ORDER BY article.id
"""
_OUT_OF_STEP = """
    SELECT (SELECT count(*) FROM (SELECT id FROM article
                                  EXCEPT SELECT id FROM article_words_docsize EXCEPT SELECT article_id FROM unindexed))
         + (SELECT count(*) FROM (SELECT id FROM article_words_docsize EXCEPT SELECT id FROM article))
"""
_EMPTY = "INSERT INTO article_words(article_words) VALUES ('delete-all')"


def flush(t: Transaction, limit: int = BATCH) -> int:
    """Index up to `limit` waiting articles, the oldest first; returns how many it were. 0: everything is searchable."""
    waiting = [number for (number,) in t.run("SELECT article_id FROM unindexed ORDER BY article_id LIMIT ?", (limit,))]
    if waiting:
        t.run_many(_ADD, _words_of(t, waiting))
        t.run("DELETE FROM unindexed WHERE article_id <= ?", (waiting[-1],))
    return len(waiting)


def forget(t: Transaction, article_id: int) -> None:
    """Take an article out of the index: before its row changes or goes, for the row says what was indexed.

    Does nothing to an article that is not indexed. Queue it (`unindexed`) when it has its new text.
    """
    if t.value(_INDEXED, (article_id,)) is not None:
        t.run_many(_REMOVE, _words_of(t, [article_id]))


def _words_of(t: Transaction, article_ids: Sequence[int]) -> list[dict[str, int | str]]:
    return [
        {
            "id": number,
            "title": index_form(title),
            "text": index_form(text),
            "authors": index_form(", ".join(json.loads(authors))),
            "categories": index_form(", ".join(categories(json.loads(extra) if extra else None))),
        }
        for number, title, authors, extra, text in t.run(_NEWEST, (json.dumps(article_ids),))
    ]


def categories(extra: object) -> list[str]:
    """Section and tags out of an article's `extra`."""
    if not isinstance(extra, Mapping):
        return []
    tags = extra.get("tags")
    named = [extra.get("section"), *(tags if isinstance(tags, list) else [tags])]
    return [name for name in named if isinstance(name, str)]


def waiting(t: Transaction) -> int:
    """How many articles full-text search does not know yet."""
    return int(t.value("SELECT count(*) FROM unindexed"))


def rebuild(t: Transaction) -> None:
    """Empty the index and queue every article: after the folding has changed, or when the index is not in step."""
    t.run(_EMPTY)
    t.run("DELETE FROM unindexed")
    t.run("INSERT INTO unindexed (article_id) SELECT id FROM article")


def out_of_step(t: Transaction) -> int:
    """How many articles are neither indexed nor queued, or are indexed and gone."""
    return int(t.value(_OUT_OF_STEP))
