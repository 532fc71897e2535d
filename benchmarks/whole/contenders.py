"""The programs that are measured: how each is set up in a folder, started, and asked what it holds."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

import yaml


@dataclass(frozen=True, slots=True)
class Setting:
    """Where a program works and what it is to poll. `pages`: with the articles' pages."""

    folder: Path
    feeds: Sequence[str]
    ports: Sequence[int]
    pages: bool = False
    keep_texts: bool = False  # without pages: make articles of the feeds' own texts


@dataclass(frozen=True, slots=True)
class Contender:
    """`command`: what one run of it is; `held`: what it holds afterwards, to see that it did its work."""

    name: str
    prepare: Callable[[Setting], None]
    command: Callable[[Setting], list[str]]
    held: Callable[[Setting], int]
    missing: str | None = None  # why it cannot run here
    environment: Callable[[Setting], dict[str, str]] = field(default=lambda setting: _as_installed())


def _as_installed() -> dict[str, str]:
    """An installed program has its byte code; a working copy may be told to keep none, and compiles at each start."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def _write_config(setting: Setting) -> None:
    outlets = [
        setting.feeds[n :: len(setting.ports)] for n in range(min(len(setting.ports), len(setting.feeds)))
    ]  # one a port
    document = {
        "database": f"sqlite:///{setting.folder / 'archive.db'}",
        "polling": {"max_age": "30d" if setting.pages or setting.keep_texts else "1s"},
        "fetching": {
            "per_host": {"concurrency": 8, "delay": "0s"},
            "allow_networks": ["127.0.0.0/8"],
            "ports": list(setting.ports),
        },
        "outlets": [
            {"name": f"outlet-{n}", "language": "en", "pages": setting.pages, "feeds": list(feeds)}
            for n, feeds in enumerate(outlets)
        ],
    }
    (setting.folder / "feeds.yaml").write_text(yaml.safe_dump(document))


def _ingest_command(setting: Setting) -> list[str]:
    return [sys.executable, "-m", "ingest", "once", "--json", "--config", str(setting.folder / "feeds.yaml")]


def _write_urls(setting: Setting) -> None:
    (setting.folder / "urls").write_text("\n".join(setting.feeds) + "\n")


def _script(name: str) -> Callable[[Setting], list[str]]:
    def command(setting: Setting) -> list[str]:
        return [sys.executable, "-m", f"benchmarks.whole.{name}", str(setting.folder), str(int(setting.pages))]

    return command


def _add_to_reader(setting: Setting) -> None:
    from reader import make_reader  # a development dependency, installed on demand

    with make_reader(str(setting.folder / "reader.db")) as reader:
        for url in setting.feeds:
            reader.add_feed(url)


def _reader_command(setting: Setting) -> list[str]:
    update = "import sys; from reader import make_reader; make_reader(sys.argv[1]).update_feeds(scheduled=False)"
    return [sys.executable, "-c", update, str(setting.folder / "reader.db")]


def _prepare_newsboat(setting: Setting) -> None:
    _write_urls(setting)
    (setting.folder / "config").write_text("reload-threads 1\n")


def _newsboat_command(setting: Setting) -> list[str]:
    files = {"-u": "urls", "-c": "newsboat.db", "-C": "config"}
    named = [word for option, name in files.items() for word in (option, str(setting.folder / name))]
    return ["newsboat", "-q", *named, "-x", "reload"]


def _home_in_folder(setting: Setting) -> dict[str, str]:
    return _as_installed() | {"HOME": str(setting.folder), "LC_ALL": "C.UTF-8", "TERM": "dumb"}


def _count(database: str, query: str) -> Callable[[Setting], int]:
    def held(setting: Setting) -> int:
        path = setting.folder / database
        if not path.exists():
            return 0
        connection = sqlite3.connect(path)
        try:
            return int(connection.execute(query).fetchone()[0])
        finally:
            connection.close()

    return held


def _ingest_held(setting: Setting) -> int:
    table = "articles" if setting.pages or setting.keep_texts else "sightings"
    return _count("archive.db", f"SELECT count(*) FROM {table}")(setting)


def _missing_reader() -> str | None:
    gone = [name for name in ("reader", "sgmllib") if find_spec(name) is None]
    return f"not installed: {', '.join(gone)}" if gone else None


INGEST = Contender("ingest", _write_config, _ingest_command, _ingest_held)
FLOOR = Contender("floor", _write_urls, _script("floor"), _count("floor.db", "SELECT count(*) FROM kept"))
NAIVE = Contender("naive script", _write_urls, _script("naive"), _count("naive.db", "SELECT count(*) FROM entry"))
READER = Contender(
    "reader", _add_to_reader, _reader_command, _count("reader.db", "SELECT count(*) FROM entries"), _missing_reader()
)
NEWSBOAT = Contender(
    "newsboat",
    _prepare_newsboat,
    _newsboat_command,
    _count("newsboat.db", "SELECT count(*) FROM rss_item"),
    None if shutil.which("newsboat") else "not installed",
    _home_in_folder,
)


def archive_size(setting: Setting) -> int:
    """Bytes of the archive once its log is written back."""
    path = setting.folder / "archive.db"
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    return path.stat().st_size


def versions() -> str:
    """Of what stands beside `ingest`, as JSON for the record."""
    from importlib.metadata import PackageNotFoundError, version

    found: dict[str, str | None] = {}
    for name in ("feedparser", "trafilatura", "httpx", "reader"):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = None
    return json.dumps(found)
