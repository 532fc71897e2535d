"""The full-text index: what writers do with it. Reading it is `storage.query`.

A contentless FTS5 table holds the folded words (`storage.words`) of each article's newest title and text, under the
article's number. Filling it costs most of an insert, so writers only queue an article (`unindexed`), and `flush`
follows in batches, within the same file and its transactions: nothing is ever lost.
"""

from __future__ import annotations

from sqlalchemy import Connection, delete, func, insert, select, text

from storage.schema import article, unindexed
from storage.words import fold

CREATE = "CREATE VIRTUAL TABLE article_words USING fts5(title, text, content='', tokenize='ascii')"
BATCH = 500

_ADD = text("INSERT INTO article_words(rowid, title, text) VALUES (:id, :title, :text)")
_REMOVE = text("INSERT INTO article_words(article_words, rowid, title, text) VALUES ('delete', :id, :title, :text)")
_INDEXED = text("SELECT 1 FROM article_words_docsize WHERE id = :id")
_OUT_OF_STEP = text("""
    SELECT (SELECT count(*) FROM (SELECT id FROM article
                                  EXCEPT SELECT id FROM article_words_docsize EXCEPT SELECT article_id FROM unindexed))
         + (SELECT count(*) FROM (SELECT id FROM article_words_docsize EXCEPT SELECT id FROM article))
""")
_EMPTY = text("INSERT INTO article_words(article_words) VALUES ('delete-all')")


def flush(t: Connection, limit: int = BATCH) -> int:
    """Index up to `limit` waiting articles, the oldest first; returns how many it were. 0: everything is searchable."""
    waiting = select(unindexed.c.article_id).order_by(unindexed.c.article_id).limit(limit)
    columns = (article.c.id, article.c.title, article.c.text)
    rows = t.execute(select(*columns).where(article.c.id.in_(waiting)).order_by(article.c.id)).all()
    if not rows:
        return 0
    t.execute(_ADD, [{"id": row.id, "title": fold(row.title), "text": fold(row.text)} for row in rows])
    t.execute(delete(unindexed).where(unindexed.c.article_id <= rows[-1].id))
    return len(rows)


def forget(t: Connection, article_id: int, title: str, text: str) -> None:
    """Take an article out of the index, before its title or text changes or it goes: these are what was indexed.

    Does nothing to an article that is not indexed. Queue it again (`unindexed`) when it has a new text.
    """
    if t.execute(_INDEXED, {"id": article_id}).first() is not None:
        t.execute(_REMOVE, {"id": article_id, "title": fold(title), "text": fold(text)})


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
