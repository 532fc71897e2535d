from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from threading import Event

import pytest

from ingest.pipeline.writer import Writer
from storage.archive import Archive
from storage.errors import ArchiveUnavailable
from storage.transaction import Transaction


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with Archive.open(f"sqlite:///{tmp_path / 'archive.db'}", write=True) as opened:
        yield opened


def add(t: Transaction, name: str, seen: list[Transaction] | None = None) -> int:
    """One that must fail does so after it has written. `seen`: the transactions that were used."""
    if seen is not None:
        seen.append(t)
    t.run("INSERT INTO outlet (name, title) VALUES (?, '')", (name,))
    if name == "bad":
        raise ValueError(name)
    if name == "unlucky":
        raise ArchiveUnavailable("the disk is full")
    return len(names(t))


def names(t: Transaction) -> list[str]:
    return [name for (name,) in t.run("SELECT name FROM outlet ORDER BY id")]


async def together(writer: Writer, *wanted: str, seen: list[Transaction] | None = None) -> list[int | BaseException]:
    """All of them wait when the first one's turn comes."""
    gate = Event()
    held = asyncio.create_task(writer.run(gate.wait))
    writes = [asyncio.create_task(writer.write(add, name, seen)) for name in wanted]
    await asyncio.sleep(0)
    gate.set()
    await held
    return await asyncio.gather(*writes, return_exceptions=True)


def test_what_waits_shares_a_transaction_and_keeps_its_order(archive: Archive) -> None:
    seen: list[Transaction] = []

    async def scenario() -> list[int | BaseException]:
        async with Writer(archive) as writer:
            return await together(writer, "a", "b", "c", seen=seen)

    assert asyncio.run(scenario()) == [1, 2, 3]
    assert len(seen) == 3
    assert all(t is seen[0] for t in seen)
    with archive.reading() as t:
        assert names(t) == ["a", "b", "c"]


def test_one_that_fails_costs_no_other_its_write(archive: Archive) -> None:
    async def scenario() -> list[int | BaseException]:
        async with Writer(archive) as writer:
            return await together(writer, "a", "bad", "c")

    first, failed, last = asyncio.run(scenario())
    assert (first, last) == (1, 2)
    assert isinstance(failed, ValueError)
    with archive.reading() as t:
        assert names(t) == ["a", "c"]


def test_an_archive_that_cannot_be_written_is_told_to_all(archive: Archive) -> None:
    async def scenario() -> list[int | BaseException]:
        async with Writer(archive) as writer:
            return await together(writer, "a", "unlucky", "c")

    assert [type(end) for end in asyncio.run(scenario())] == [ArchiveUnavailable] * 3
    with archive.reading() as t:
        assert names(t) == []


def test_a_read_sees_what_was_written_before_it_and_a_cancelled_write_ends_whole(archive: Archive) -> None:
    async def scenario() -> list[str]:
        async with Writer(archive) as writer:
            gate = Event()
            held = asyncio.create_task(writer.run(gate.wait))
            write = asyncio.create_task(writer.write(add, "a"))
            await asyncio.sleep(0)
            read = asyncio.create_task(writer.read(names))
            await asyncio.sleep(0)
            write.cancel()
            with suppress(asyncio.CancelledError):
                await write
            gate.set()
            await held
            return await read

    assert asyncio.run(scenario()) == ["a"]


def test_what_a_cancelled_caller_left_is_written_before_the_end(archive: Archive) -> None:
    async def scenario() -> None:
        async with Writer(archive) as writer:
            await writer.write(add, "a")
            write = asyncio.create_task(writer.write(add, "b"))  # keeps apart from the one before
            await asyncio.sleep(0)
            write.cancel()

    asyncio.run(scenario())
    with archive.reading() as t:
        assert names(t) == ["a", "b"]


def test_a_closed_writer_says_so(archive: Archive) -> None:
    async def scenario() -> None:
        async with Writer(archive) as writer:
            pass
        await writer.write(add, "a")

    with pytest.raises(RuntimeError, match="closed"):
        asyncio.run(scenario())
