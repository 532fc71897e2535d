"""Fingerprints are kept in pieces, of which four fill a page; what a text is known to be a part of is found at once."""

from storage.migrations import execute

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    execute(SQL)


SQL = """
CREATE TABLE fingerprint_rest (
    article_id INTEGER NOT NULL,
    piece INTEGER NOT NULL,
    tokens BLOB NOT NULL,
    PRIMARY KEY (article_id, piece),
    FOREIGN KEY(article_id) REFERENCES article (id) ON DELETE CASCADE
) WITHOUT ROWID, STRICT;

INSERT INTO fingerprint_rest (article_id, piece, tokens)
WITH RECURSIVE cut (article_id, piece, size) AS (
    SELECT article_id, 1, length(tokens) FROM fingerprint WHERE length(tokens) > 984
    UNION ALL
    SELECT article_id, piece + 1, size FROM cut WHERE 984 * (piece + 1) < size
)
SELECT cut.article_id, cut.piece, substr(fingerprint.tokens, 984 * cut.piece + 1, 984)
FROM cut JOIN fingerprint ON fingerprint.article_id = cut.article_id ORDER BY cut.article_id, cut.piece;

UPDATE fingerprint SET tokens = substr(tokens, 1, 984) WHERE length(tokens) > 984;

CREATE INDEX duplicate_in_whole ON duplicate (original_id) WHERE kind = 'contained';
"""
