"""Pauses of a host in a row are counted across runs."""

from storage.migrations import execute

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    execute("ALTER TABLE host ADD COLUMN pauses INTEGER DEFAULT '0' NOT NULL")
