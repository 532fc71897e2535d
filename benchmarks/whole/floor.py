"""The floor: one process, one request after the other, the necessary work and nothing else. Not a usable program.

Get, `feedparser.parse`, `trafilatura.extract` with its defaults, a hash, one insert.
"""

from __future__ import annotations

import hashlib
import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path

import feedparser
import httpx

INSERT = "INSERT INTO kept VALUES (?, ?, ?, ?)"


def main(folder: Path, *, pages: bool) -> None:
    with httpx.Client(timeout=30) as client, sqlite3.connect(folder / "floor.db") as database:
        database.execute("CREATE TABLE IF NOT EXISTS kept (url, title, hash, text)")
        for url in (folder / "urls").read_text().split():
            for entry in feedparser.parse(client.get(url).content).entries:
                for text in texts(client, entry, pages=pages):
                    digest = hashlib.sha256(text.encode()).hexdigest()
                    database.execute(INSERT, (entry.get("link"), entry.get("title"), digest, text))


def texts(client: httpx.Client, entry: feedparser.FeedParserDict, *, pages: bool) -> Iterator[str]:
    """The article's text: of its page, or what the feed says."""
    if not pages:
        yield entry.get("summary", "")
    elif "link" in entry:
        from trafilatura import extract

        yield extract(client.get(entry.link).content) or ""


if __name__ == "__main__":
    main(Path(sys.argv[1]), pages=sys.argv[2] == "1")
