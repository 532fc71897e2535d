"""The whole way of a fingerprint through a real database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Column, Connection, Integer, Table, create_engine

from ingest.duplicates import Fingerprint, compare, every_key, fingerprint, match, slots_of_signature
from storage.matching import MatchStore, RarityCounters
from storage.model import EdgeKind
from storage.schema import metadata

if "article" not in metadata.tables:
    Table(
        "article",
        metadata,
        Column("id", Integer, primary_key=True),
        Column("outlet_id", Integer),
        Column("story_id", Integer),
    )

TEXT = " ".join(
    f"The {n} council of town {n * 7} voted on plan number {n * 13} after a long debate." for n in range(40)
)


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    engine = create_engine(f"sqlite:///{tmp_path}/archive.db")
    metadata.create_all(engine)
    with engine.begin() as connection:
        yield connection


def test_copy_is_found_and_removed_copy_is_not(connection: Connection) -> None:
    counters = RarityCounters(slots_of_signature)
    store = MatchStore(connection, counters)
    first = fingerprint(TEXT)
    founded = match(first, store)
    assert (founded.story_id, founded.edges) == (None, ())
    connection.exec_driver_sql("insert into article values (1, 1, 1)")
    store.put(1, first.to_signature(), founded)
    joined = match(fingerprint(TEXT + " One more sentence stands here."), store)
    assert joined.story_id == 1
    assert [(e.original_id, e.kind) for e in joined.edges] == [(1, EdgeKind.NEAR)]
    assert match(first, store).edges[0].kind == EdgeKind.EXACT
    assert match(first, store, article_id=1).story_id is None
    store.remove(1, every_key(first))
    assert connection.exec_driver_sql("select count(*) from posting").scalar() == 0


def test_signature_round_trip() -> None:
    one = fingerprint(TEXT, title="A title")
    other = Fingerprint.from_signature(one.to_signature())
    assert other.to_signature() == one.to_signature()
    assert compare(one, other).kind == EdgeKind.EXACT
