"""The full-text index: what writers do with it. Reading it is `storage.query`.

A contentless FTS5 table holds the folded words (`storage.words`) of each article's newest title and text, its authors
and categories, under the article's number. Filling it costs most of an insert, so writers only queue an article
(`unindexed`), and `flush` follows in batches, within the same file and its transactions: nothing is ever lost.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, delete, func, insert, select, text

from storage.schema import article, article_text, unindexed
from storage.words import index_form

CREATE = "CREATE VIRTUAL TABLE article_words USING fts5(title, text, authors, categories, content='', tokenize='ascii')"
BATCH = 500

_COLUMNS = "(article_words, rowid, title, text, authors, categories)"
_ADD = text(f"INSERT INTO article_words{_COLUMNS} VALUES (NULL, :id, :title, :text, :authors, :categories)")
_REMOVE = text(f"INSERT INTO article_words{_COLUMNS} VALUES ('delete', :id, :title, :text, :authors, :categories)")
_INDEXED = text("SELECT 1 FROM article_words_docsize WHERE id = :id")
_OUT_OF_STEP = text("""
    SELECT (SELECT count(*) FROM (SELECT id FROM article
                                  EXCEPT SELECT id FROM article_words_docsize EXCEPT SELECT article_id FROM unindexed))
         + (SELECT count(*) FROM (SELECT id FROM article_words_docsize EXCEPT SELECT id FROM article))
""")
_EMPTY = text("INSERT INTO article_words(article_words) VALUES ('delete-all')")


def flush(t: Connection, limit: int = BATCH) -> int:
    """Index up to `limit` waiting articles, the oldest first; returns how many it were. 0: everything is searchable."""
    waiting = t.execute(select(unindexed.c.article_id).order_by(unindexed.c.article_id).limit(limit)).scalars().all()
    if waiting:
        t.execute(_ADD, _words_of(t, waiting))
        t.execute(delete(unindexed).where(unindexed.c.article_id <= waiting[-1]))
    return len(waiting)


def forget(t: Connection, article_id: int) -> None:
    """Take an article out of the index: before its row changes or goes, for the row says what was indexed.

    Does nothing to an article that is not indexed. Queue it (`unindexed`) when it has its new text.
    """
    if t.execute(_INDEXED, {"id": article_id}).first() is not None:
        t.execute(_REMOVE, _words_of(t, [article_id]))


def _words_of(t: Connection, article_ids: Sequence[int]) -> list[dict[str, int | str]]:
    columns = [article.c[name] for name in ("id", "title", "authors", "extra")]
    query = select(*columns, article_text.c.text).join(article_text)
    rows = t.execute(query.where(article.c.id.in_(article_ids)).order_by(article.c.id))
    return [
        {
            "id": row.id,
            "title": index_form(row.title),
            "text": index_form(row.text),
            "authors": index_form(", ".join(json.loads(row.authors))),
            "categories": index_form(", ".join(categories(json.loads(row.extra) if row.extra else None))),
        }
        for row in rows
    ]


def categories(extra: object) -> list[str]:
    """Section and tags out of an article's `extra`."""
    if not isinstance(extra, Mapping):
        return []
    tags = extra.get("tags")
    named = [extra.get("section"), *(tags if isinstance(tags, list) else [tags])]
    return [name for name in named if isinstance(name, str)]


def waiting(t: Connection) -> int:
    """How many articles full-text search does not know yet."""
    return int(t.execute(select(func.count()).select_from(unindexed)).scalar_one())


def rebuild(t: Connection) -> None:
    """Empty the index and queue every article: after the folding has changed, or when the index is not in step."""
    t.execute(_EMPTY)
    t.execute(delete(unindexed))
    t.execute(insert(unindexed).from_select(["article_id"], select(article.c.id)))


def out_of_step(t: Connection) -> int:
    """How many articles are neither indexed nor queued, or are indexed and gone."""
    return int(t.execute(_OUT_OF_STEP).scalar_one())
