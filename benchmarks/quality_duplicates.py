"""How good the verdicts on duplicates are, on labelled sets, in one streaming pass."""

from __future__ import annotations

import json
import sqlite3
import sys
import time
from pathlib import Path

from sqlalchemy import Column, Integer, Table, Text, create_engine, event

from ingest.duplicates import fingerprint, match, slots_of_signature
from storage.matching import MatchStore, RarityCounters
from storage.schema import metadata

if "article" not in metadata.tables:
    Table(
        "article",
        metadata,
        Column("id", Integer, primary_key=True),
        Column("outlet_id", Integer),
        Column("story_id", Integer),
        Column("url", Text),
    )


def run(documents: list[Path], database: Path) -> None:
    database.unlink(missing_ok=True)
    engine = create_engine(f"sqlite:///{database}")

    @event.listens_for(engine, "connect")
    def _(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")

    metadata.create_all(engine)
    outlets: dict[str, int] = {}
    counters = RarityCounters(slots_of_signature)
    started, count = time.process_time(), 0
    with engine.connect() as connection:
        for path in documents:
            for line in path.open(encoding="utf-8"):
                document = json.loads(line)
                outlet_id = outlets.setdefault(document["outlet"], len(outlets) + 1)
                fp = fingerprint(document["text"], title=document["title"], language=document.get("language"))
                count += 1
                with connection.begin():
                    store = MatchStore(connection, counters)
                    decision = match(fp, store)
                    cursor = connection.exec_driver_sql(
                        "insert into article (outlet_id, url) values (?, ?)", (outlet_id, document["url"])
                    )
                    article_id = cursor.lastrowid
                    connection.exec_driver_sql(
                        "update article set story_id = ? where id = ?", (decision.story_id or article_id, article_id)
                    )
                    store.put(article_id, fp.to_signature(), decision)
    seconds = time.process_time() - started
    print(f"{count} documents, {count / seconds:.0f}/s CPU", file=sys.stderr)
    with sqlite3.connect(database) as connection:
        connection.execute("create view articles as select url, story_id from article")


if __name__ == "__main__":
    run([Path(name) for name in sys.argv[2:]], Path(sys.argv[1]))
