"""The first schema."""

from alembic import op

from storage import matching

revision = "0001"
down_revision = None


def upgrade() -> None:
    matching.metadata.create_all(op.get_bind())
