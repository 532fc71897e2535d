"""Pauses of a host in a row are counted across runs."""

from alembic import op
from sqlalchemy import Column, Integer, inspect

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    if "pauses" not in {column["name"] for column in inspect(op.get_bind()).get_columns("host")}:
        op.add_column("host", Column("pauses", Integer, nullable=False, server_default="0"))
