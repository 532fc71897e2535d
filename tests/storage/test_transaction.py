"""One transaction, two ways to speak to it: SQL as it stands and SQLAlchemy's statements are kept together or not at all."""

from __future__ import annotations

import sqlite3

import pytest
from sqlalchemy import func, insert, select

from storage import Archive, schema

PLAIN = "INSERT INTO outlet (name, title) VALUES (?, '')"
ORDERS = {"plain first": "ps", "SQLAlchemy first": "sp", "plain alone": "pp", "SQLAlchemy alone": "ss"}


@pytest.fixture
def archive(tmp_path):
    with Archive.open(f"sqlite:///{tmp_path}/a.db", write=True):
        pass  # made, so that the next one opens it as it is
    with Archive.open(f"sqlite:///{tmp_path}/a.db", write=True) as opened:
        yield opened


def write(t, order: str) -> None:
    for number, way in enumerate(order):
        if way == "!":
            raise RuntimeError
        if way == "p":
            t.run(PLAIN, (f"{number}",))
        else:
            t.execute(insert(schema.outlet).values(name=f"{number}", title=""))


def count(archive) -> tuple[int, int]:
    with archive.reading() as c:
        return c.value("SELECT count(*) FROM outlet"), c.execute(
            select(func.count()).select_from(schema.outlet)
        ).scalar()


@pytest.mark.parametrize("order", ORDERS.values(), ids=ORDERS)
def test_all_of_it_is_kept(archive, order):
    with archive.transaction() as t:
        write(t, order)
    assert count(archive) == (2, 2)


@pytest.mark.parametrize("order", ORDERS.values(), ids=ORDERS)
def test_or_none_of_it_and_the_next_one_is_as_good(archive, order):
    with pytest.raises(RuntimeError), archive.transaction() as t:
        write(t, f"{order}!")
    assert count(archive) == (0, 0)
    with archive.transaction() as t:
        write(t, order)
    assert count(archive) == (2, 2)


@pytest.mark.parametrize("order", ["pp", "ss", "ps", "sp"])
def test_errors_are_the_drivers_own(archive, order):
    with archive.transaction() as t:
        write(t, "p")
    with pytest.raises(sqlite3.IntegrityError), archive.transaction() as t:
        write(t, order)
    assert count(archive) == (1, 1)


def test_a_look_sees_one_state_by_both(archive):
    with archive.reading() as c:
        assert c.value("SELECT count(*) FROM outlet") == 0
        with archive.transaction() as t:
            write(t, "ps")
        assert c.execute(select(func.count()).select_from(schema.outlet)).scalar() == 0
    assert count(archive) == (2, 2)
