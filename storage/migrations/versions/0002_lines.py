"""Lines that an outlet repeats are counted."""

from alembic import op

from storage import schema

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    for table in (schema.outlet_lines, schema.line, schema.line_word):  # a new archive has them from the first step
        table.create(op.get_bind(), checkfirst=True)
