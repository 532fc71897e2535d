"""Lines that an outlet repeats are counted."""

from storage.migrations import execute

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    execute(SQL)


SQL = """
CREATE TABLE outlet_lines (
    outlet_id INTEGER NOT NULL,
    articles INTEGER NOT NULL,
    PRIMARY KEY (outlet_id),
    FOREIGN KEY(outlet_id) REFERENCES outlet (id)
) STRICT;

CREATE TABLE line (
    outlet_id INTEGER NOT NULL,
    hash INTEGER NOT NULL,
    text TEXT NOT NULL,
    stories TEXT NOT NULL,
    seen INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    PRIMARY KEY (outlet_id, hash),
    FOREIGN KEY(outlet_id) REFERENCES outlet (id)
) WITHOUT ROWID, STRICT;

CREATE TABLE line_word (
    outlet_id INTEGER NOT NULL,
    hash INTEGER NOT NULL,
    text TEXT NOT NULL,
    word TEXT NOT NULL,
    PRIMARY KEY (outlet_id, hash),
    CONSTRAINT line_word_known CHECK (word in ('boilerplate', 'text')),
    FOREIGN KEY(outlet_id) REFERENCES outlet (id)
) WITHOUT ROWID, STRICT;
"""
