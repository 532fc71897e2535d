"""Bringing an archive file to the present schema: Alembic's steps, in one transaction, views made anew at the end."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text

from storage.schema import APPLICATION_ID, VERSION

FOLDER = Path(__file__).parent
VIEWS = FOLDER.parent / "views.sql"


def upgrade(connection: Connection) -> None:
    """Migrate the file behind `connection`, inside its open transaction: all of it, or nothing."""
    for name in connection.execute(text("SELECT name FROM sqlite_schema WHERE type = 'view'")).scalars().all():
        connection.exec_driver_sql(f'DROP VIEW "{name}"')
    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    for statement in VIEWS.read_text(encoding="utf-8").split(";\n"):
        if statement.strip():
            connection.exec_driver_sql(statement)
    connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.exec_driver_sql(f"PRAGMA user_version = {VERSION}")
