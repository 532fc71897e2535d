"""The first schema."""

from alembic import op

from storage import matching, schema, search

revision = "0001"
down_revision = None


def upgrade() -> None:
    assert matching.fingerprint.metadata is schema.metadata
    schema.metadata.create_all(op.get_bind())
    op.execute(search.CREATE)
