"""The script one would write in an afternoon: httpx, feedparser, trafilatura and sqlite3, one thing after the other.

It sends validators and knows an entry by its address; it commits feed by feed.
"""

from __future__ import annotations

import sqlite3
import sys
from pathlib import Path

import feedparser
import httpx

SCHEMA = """
CREATE TABLE IF NOT EXISTS feed (url TEXT PRIMARY KEY, etag TEXT, modified TEXT);
CREATE TABLE IF NOT EXISTS entry (url TEXT PRIMARY KEY, feed TEXT, title TEXT, published TEXT, summary TEXT, text TEXT);
"""


def main(folder: Path, *, pages: bool) -> None:
    database = sqlite3.connect(folder / "naive.db")
    database.executescript(SCHEMA)
    with httpx.Client(timeout=30, follow_redirects=True) as client:
        for url in (folder / "urls").read_text().split():
            with database:
                poll(client, database, url, pages=pages)
    database.close()


def poll(client: httpx.Client, database: sqlite3.Connection, url: str, *, pages: bool) -> None:
    known = database.execute("SELECT etag, modified FROM feed WHERE url = ?", (url,)).fetchone() or (None, None)
    headers = {"If-None-Match": known[0], "If-Modified-Since": known[1]}
    answer = client.get(url, headers={name: value for name, value in headers.items() if value})
    if answer.status_code != httpx.codes.OK:
        return
    for entry in feedparser.parse(answer.content).entries:
        link = entry.get("link") or entry.get("id")
        if link and not database.execute("SELECT 1 FROM entry WHERE url = ?", (link,)).fetchone():
            text = article(client, link) if pages else None
            row = (link, url, entry.get("title"), entry.get("published"), entry.get("summary"), text)
            database.execute("INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?)", row)
    validators = (url, answer.headers.get("ETag"), answer.headers.get("Last-Modified"))
    database.execute("INSERT OR REPLACE INTO feed VALUES (?, ?, ?)", validators)


def article(client: httpx.Client, url: str) -> str | None:
    from trafilatura import extract

    answer = client.get(url)
    return extract(answer.content, url=url) if answer.status_code == httpx.codes.OK else None


if __name__ == "__main__":
    main(Path(sys.argv[1]), pages=sys.argv[2] == "1")
