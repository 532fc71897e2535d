"""What each feed's last document listed is kept, so that the entries it still lists need no reading again."""

from storage.migrations import execute

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    execute(SQL)


SQL = """
CREATE TABLE listing (
    feed_id INTEGER NOT NULL,
    entries BLOB NOT NULL,
    PRIMARY KEY (feed_id),
    FOREIGN KEY(feed_id) REFERENCES feed (id) ON DELETE CASCADE
) STRICT;
"""
