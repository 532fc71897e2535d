"""Bringing an archive file to the present schema: Alembic's steps, in one transaction, views made anew at the end.

A step holds its SQL literally and imports nothing of the program: what it makes of a file is the same for ever, whatever
becomes of `storage.schema`.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

from alembic import command, op
from alembic.config import Config
from sqlalchemy import Connection, NullPool, create_engine, text
from sqlalchemy.exc import DBAPIError

from storage.transaction import Transaction
from storage.version import APPLICATION_ID, VERSION

FOLDER = Path(__file__).parent
VIEWS = FOLDER.parent / "views.sql"


def upgrade(t: Transaction) -> None:
    """Migrate the file, inside an open transaction: all of it, or nothing. Errors of SQLite come out as its driver's."""
    engine = create_engine("sqlite://", creator=lambda: _Lent(t.driver), poolclass=NullPool)
    try:
        with engine.begin() as connection:  # begun before Alembic looks: it leaves a transaction to whoever began it
            _upgrade(connection)
    except DBAPIError as error:
        if isinstance(error.orig, sqlite3.Error):
            raise error.orig from error
        raise


class _Lent:
    """The driver's connection for SQLAlchemy and Alembic, which they can neither commit, roll back nor close.

    SQLAlchemy rolls back after it has asked a first connection what it is capable of, and when it gives one back.
    """

    def __init__(self, driver: sqlite3.Connection) -> None:
        self._driver = driver

    def __getattr__(self, name: str) -> Any:
        return getattr(self._driver, name)

    def commit(self) -> None:
        pass

    def rollback(self) -> None:
        pass

    def close(self) -> None:
        pass


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
