"""Datasette over the archive: every view as a table with facets and search, canned queries, any SQL that only reads."""

from __future__ import annotations

import logging
import re
import sqlite3
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml
from datasette.app import Datasette
from datasette.database import Database
from datasette.plugins import pm
from datasette.utils.asgi import Base400, Response
from datasette.views.base import DatasetteError
from jinja2 import Environment
from jinja2.ext import Extension
from jinja2.filters import do_striptags as striptags
from markupsafe import Markup
from pluggy import HookimplMarker

from storage import Archive
from storage.connect import reader
from storage.filters import NOTHING
from storage.searchquery import parse

log = logging.getLogger("uvicorn.error")
hookimpl = HookimplMarker("datasette")

NAME = "archive"  # of the database in addresses: /archive/articles
HERE = files("ingest.web")
SETTINGS = {
    "allow_download": False,  # of the file: `ingest db backup` makes a whole one
    "default_page_size": 50,
    "facet_time_limit_ms": 500,
    "max_returned_rows": 1000,
    "sql_time_limit_ms": 3000,
    "suggest_facets": False,  # counting every column of every table for a suggestion takes seconds
    "truncate_cells_html": 160,
}
ARTICLES = frozenset({"article_id", "duplicate_of", "original_id", "representative_id"})
_OWN_IDS = frozenset({"articles", "unique_articles"})
_TAG = re.compile(r"<(script|style)\b")
_STYLE = re.compile(r"""\sstyle="(?:[^"{]|\{\{.*?\}\})*\"""")


class ReadOnly(Database):  # type: ignore[misc]
    """Datasette's database with the archive's own connection: checked functions, nothing to be written."""

    def connect(self, write: bool = False) -> sqlite3.Connection:
        if write:
            raise PermissionError("the archive is only read here")
        connection = reader(Path(self.path))
        self._all_file_connections.append(connection)
        return connection


class StrictMarkup(Extension):
    """Fits Datasette's templates to our policy: scripts and styles that stand in a template get the nonce of the
    answer, `style` attributes go. Templates are changed before any value is put in, so no value can gain a nonce."""

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        return _TAG.sub(r'<\1 nonce="{{ nonce }}"', _STYLE.sub("", source))


class Hooks:
    """What Datasette asks us for."""

    __name__ = "ingest_pages"

    @hookimpl
    def prepare_jinja2_environment(self, env: Environment) -> None:
        env.add_extension(StrictMarkup)

    @hookimpl
    def extra_template_vars(self, request: Any) -> dict[str, str]:
        return {"nonce": request.scope.get("nonce", "") if request else ""}

    @hookimpl(trylast=True)  # after Datasette's own function of this name, which knows nothing of our index
    def prepare_connection(self, conn: sqlite3.Connection) -> None:
        conn.create_function("escape_fts", 1, _expression, deterministic=True)

    @hookimpl
    def render_cell(self, value: object, column: str, table: str | None) -> Markup | None:
        if isinstance(value, int) and (column in ARTICLES or (column == "id" and table in _OWN_IDS)):
            return Markup('<a href="/article/{0}">{0}</a>').format(value)
        if isinstance(value, int) and (column == "story_id" or (column == "id" and table == "stories")):
            return Markup('<a href="/story/{0}">{0}</a>').format(value)
        return None

    @hookimpl
    def handle_exception(self, datasette: Datasette, request: Any, exception: Exception) -> Callable[[], Any]:
        """A page of one sentence. Datasette's own handler prints every variable around a mere 404 to the terminal."""

        async def answer() -> Response:
            status, reason = _reason(exception)
            if request.path.endswith(".json"):
                return Response.json({"ok": False, "error": reason, "status": status}, status=status)
            title = "Not found" if status == 404 else "This did not work"
            page = await datasette.render_template("lost.html", {"here": "data", "title": title, "why": reason})
            return Response.html(page, status=status)

        return answer


HOOKS = Hooks()


def datasette(archive: Archive) -> Datasette:
    """Datasette with our metadata and templates over one archive."""
    if not pm.is_registered(HOOKS):
        pm.unregister(name="datasette.handle_exception")
        pm.register(HOOKS)
    served = Datasette(
        [],
        metadata=_metadata(archive),
        settings=SETTINGS,
        template_dir=str(HERE / "templates"),
        static_mounts=[("assets", str(HERE / "assets"))],
    )
    served.add_database(ReadOnly(served, path=str(archive.path)), name=NAME)
    return served


def queries() -> dict[str, dict[str, str]]:
    """The canned queries by name."""
    described: dict[str, dict[str, str]] = _described()["queries"]
    return described


def _reason(exception: Exception) -> tuple[int, str]:
    if isinstance(exception, DatasetteError):
        text = str(exception.message)
        return exception.status, striptags(text) if exception.message_is_html else text
    if isinstance(exception, Base400):
        return exception.status, str(exception)
    log.error("a page of data failed", exc_info=exception)
    return 500, "The reason stands where `ingest serve` was started."


def _expression(words: str) -> str:
    return parse(words).expression or NOTHING


def _metadata(archive: Archive) -> dict[str, Any]:
    described = _described()
    inner = archive.sql("SELECT name FROM sqlite_schema WHERE type = 'table'")
    tables = {**{str(name): {"hidden": True} for (name,) in inner}, **described.pop("tables")}
    return {
        "title": described["title"],
        "databases": {NAME: {"title": described["title"], "tables": tables, "queries": described["queries"]}},
    }


def _described() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((HERE / "data.yaml").read_text(encoding="utf-8"))
    return loaded
