"""Bringing an archive file to the present schema: Alembic's steps, in one transaction, views made anew at the end.

A step holds its SQL literally and imports nothing of the program: what it makes of a file is the same for ever, whatever
becomes of `storage.schema`.
"""

from __future__ import annotations

from pathlib import Path

from alembic import command, op
from alembic.config import Config
from sqlalchemy import Connection, text

from storage.schema import APPLICATION_ID, VERSION
from storage.transaction import Transaction

FOLDER = Path(__file__).parent
VIEWS = FOLDER.parent / "views.sql"


def upgrade(t: Transaction) -> None:
    """Migrate the file, inside an open transaction: all of it, or nothing."""
    with t.core() as connection:
        _upgrade(connection)


def _upgrade(connection: Connection) -> None:
    for name in connection.execute(text("SELECT name FROM sqlite_schema WHERE type = 'view'")).scalars().all():
        connection.exec_driver_sql(f'DROP VIEW "{name}"')
    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    _run(connection, VIEWS.read_text(encoding="utf-8"))
    connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.exec_driver_sql(f"PRAGMA user_version = {VERSION}")


def execute(script: str) -> None:
    """Run the statements of a step, each of which ends with a semicolon at the end of a line."""
    _run(op.get_bind(), script)


def _run(connection: Connection, script: str) -> None:
    """One statement after the other: the driver's `executescript` would commit first."""
    for statement in script.split(";\n"):
        if statement.strip():
            connection.exec_driver_sql(statement)
