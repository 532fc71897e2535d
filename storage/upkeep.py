"""Keeping the archive in good order: old polls summed by day, statistics for the planner, the WAL, copies."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from pathlib import Path

from storage.connect import bare_reader, bare_writer, unavailable
from storage.errors import ArchiveUnavailable
from storage.times import format_time
from storage.transaction import Transaction

BATCH = 5_000  # polls summed in one transaction
STEP = 2_000  # pages copied between two questions whether to go on

_OLD = "SELECT id FROM poll WHERE at < :before ORDER BY at, id LIMIT :most"
_SUM = f"""
    INSERT INTO poll_day (feed_id, day, changed, unchanged, failed, skipped, bytes, seconds, entries, new)
    SELECT feed_id, substr(at, 1, 10), sum(outcome = 'changed'), sum(outcome = 'unchanged'), sum(outcome = 'failed'),
           sum(outcome = 'skipped'), sum(bytes), sum(seconds), sum(entries), sum(new)
    FROM poll WHERE id IN ({_OLD}) GROUP BY 1, 2
    ON CONFLICT (feed_id, day) DO UPDATE SET
        changed = changed + excluded.changed, unchanged = unchanged + excluded.unchanged,
        failed = failed + excluded.failed, skipped = skipped + excluded.skipped, bytes = bytes + excluded.bytes,
        seconds = seconds + excluded.seconds, entries = entries + excluded.entries, new = new + excluded.new
"""
_DROP = f"DELETE FROM poll WHERE id IN ({_OLD})"


def sum_polls(t: Transaction, before: datetime, most: int = BATCH) -> int:
    """Replace up to `most` polls older than `before` by their daily sums; returns how many it were."""
    values = {"before": format_time(before), "most": most}
    t.run(_SUM, values)
    return t.run(_DROP, values).rowcount


def tidy(path: Path) -> None:
    """Refresh the planner's statistics where they are stale, and empty the WAL into the file.

    What somebody else's reading or writing stands in the way of, is left for the next time: waiting would hold up the
    writer.
    """
    with _driver(path), closing(bare_writer(path, patience=0.1)) as connection:
        try:
            connection.execute("PRAGMA optimize")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF not in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                raise


def size(path: Path) -> int:
    """Bytes of the archive with its side files."""
    names = (path, path.with_name(path.name + "-wal"), path.with_name(path.name + "-shm"))
    return sum(name.stat().st_size for name in names if name.exists())


def back_up(path: Path, target: Path, go_on: Callable[[], bool] = lambda: True) -> None:
    """A consistent, checked copy of the archive while it is in use. `target` is there only once it is whole.

    Gives up with an ArchiveError soon after `go_on` says no.
    """
    unfinished = target.with_name(target.name + ".unfinished")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        unfinished.unlink(missing_ok=True)
        with _driver(unfinished), closing(bare_reader(path)) as source, closing(sqlite3.connect(unfinished)) as copy:
            _copy(source, copy, go_on)
        with unfinished.open("rb") as file:
            os.fsync(file.fileno())
        unfinished.rename(target)
    except OSError as error:
        raise ArchiveUnavailable(f"cannot write the copy {target}: {error.strerror}") from None
    finally:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)


def _copy(source: sqlite3.Connection, copy: sqlite3.Connection, go_on: Callable[[], bool]) -> None:
    def proceed(*_: int) -> None:
        if not go_on():
            raise ArchiveUnavailable("the copy was given up")

    source.execute("BEGIN")
    source.execute("SELECT count(*) FROM sqlite_schema").fetchone()  # one state of the archive for all the steps
    source.backup(copy, pages=STEP, progress=proceed)
    copy.execute("PRAGMA trusted_schema=OFF")
    copy.execute("PRAGMA journal_mode=DELETE")
    copy.set_progress_handler(lambda: not go_on(), 100_000)
    found = copy.execute("PRAGMA quick_check(1)").fetchone()
    proceed()
    if found != ("ok",):
        raise ArchiveUnavailable(f"the archive is damaged, and so is its copy: {found[0]}")


@contextmanager
def _driver(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise unavailable(error, path) from error
