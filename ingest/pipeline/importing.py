"""Articles that a user already has, on the same way as all others: cleaned, fingerprinted, matched, stored."""

from __future__ import annotations

import asyncio
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice, takewhile
from typing import TYPE_CHECKING

from ingest.imports import Rejected
from ingest.jobs import IMPORT_SECONDS, PAGE_MODULES, draft_lines
from ingest.keeping import Kept, keep, new_counters
from ingest.pipeline.context import utc_now
from ingest.pipeline.once import WORKERS
from ingest.pipeline.writer import Writer
from ingest.workers import Workers
from storage import feeds, search
from storage.file import ArchiveFile
from storage.matching import RarityCounters
from storage.model import ArticleDraft, EntryStatus, Failure

if TYPE_CHECKING:
    from storage.transaction import Transaction

BATCH = 50  # lines a job
BATCH_BYTES = 2_000_000
AHEAD = 5 * WORKERS  # batches drafted while others are being stored; those that are ready are stored together
TURN = 2.0  # seconds after which a transaction ends
LONG = 0.5  # seconds of writing, after which others are given time to have theirs
PAUSE = 0.11  # seconds of it: who waits for an archive looks every tenth (`sqlite3_busy_timeout`)

Line = tuple[int, bytes]
Drafts = list[ArticleDraft | Rejected]  # one for each line


@dataclass(slots=True)
class ImportReport:
    """What became of the lines of a file."""

    read: int = 0
    articles: Counter[str] = field(default_factory=Counter)
    rejected: list[Rejected] = field(default_factory=list)
    seconds: float = 0.0

    def document(self) -> dict[str, object]:
        """The report as the contract's JSON document."""
        names = ("stored", "updated", "unchanged", "duplicates", "kept_from_feed", "gone", "failed", "pending")
        return {
            "articles": {name: self.articles[name] for name in names},
            "read": self.read,
            "rejected": [{"line": r.line, "reason": r.reason} for r in self.rejected],
            "seconds": round(self.seconds, 3),
        }


class _Turns:
    """Others write, too: now and then an import leaves them the archive for long enough. `seconds`: of a transaction."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._since = time.monotonic()

    async def over(self) -> None:
        """After a transaction."""
        if time.monotonic() - self._since >= LONG:
            await asyncio.sleep(PAUSE)
            self._since = time.monotonic()


async def import_lines(
    archive: ArchiveFile,
    lines: Iterable[bytes],
    *,
    progress: Callable[[int], None] = lambda _: None,
    turn: float = TURN,
) -> ImportReport:
    """Store a file's lines in their order. What was stored before comes out as unchanged, so a cut-off import goes on
    where it stopped when it is simply run again. Others can write after `turn` seconds."""
    started = time.monotonic()
    report, counters, turns = ImportReport(), new_counters(), _Turns(turn)
    async with Writer(archive) as writer, Workers(WORKERS, preload=PAGE_MODULES) as workers:
        batches = _batches(lines)
        ahead = deque(_begun(workers, islice(batches, AHEAD)))
        try:
            while ahead:
                await ahead[0]
                ready = [ahead.popleft().result() for _ in takewhile(asyncio.Future.done, tuple(ahead))]
                ahead += _begun(workers, islice(batches, AHEAD - len(ahead)))
                drafts = [draft for batch in ready for draft in batch]
                await _store(writer, counters, report, drafts, turns)
                progress(report.read)
        finally:
            for job in ahead:
                job.cancel()
        while await writer.write(search.flush):
            await turns.over()
    report.seconds = time.monotonic() - started
    return report


def _batches(lines: Iterable[bytes]) -> Iterator[Sequence[Line]]:
    batch: list[Line] = []
    size = 0
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        batch.append((number, line))
        size += len(line)
        if len(batch) == BATCH or size > BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _begun(workers: Workers, batches: Iterable[Sequence[Line]]) -> list[asyncio.Future[Drafts]]:
    return [asyncio.ensure_future(_drafted(workers, batch)) for batch in batches]


async def _drafted(workers: Workers, batch: Sequence[Line]) -> Drafts:
    """A batch as drafts. Where a line kills its worker, the batch is gone through line by line, and only it is lost."""
    result = await workers.run(IMPORT_SECONDS, draft_lines, batch, utc_now())
    if not isinstance(result, Failure):
        return result
    if len(batch) == 1:
        return [Rejected(batch[0][0], result.detail)]
    return [draft for line in batch for draft in await _drafted(workers, [line])]


async def _store(writer: Writer, counters: RarityCounters, report: ImportReport, drafts: Drafts, turns: _Turns) -> None:
    report.rejected += [draft for draft in drafts if isinstance(draft, Rejected)]
    usable = [draft for draft in drafts if isinstance(draft, ArticleDraft)]
    done = 0
    while done < len(usable):
        kept = await writer.write(_keep_some, counters, usable[done:], turns.seconds)
        done += len(kept)
        for one in kept:
            report.articles[one.status] += 1
            report.articles["duplicates"] += one.duplicate and one.status is EntryStatus.STORED
        await turns.over()
    report.read += len(drafts)


def _keep_some(t: Transaction, counters: RarityCounters, drafts: Sequence[ArticleDraft], turn: float) -> list[Kept]:
    """The first of the drafts, one at least, for so many seconds."""
    ending = time.monotonic() + turn
    for name in {draft.outlet for draft in drafts}:
        feeds.ensure_outlet(t, name)
    kept = []
    for draft in drafts:
        kept.append(keep(t, draft, counters, utc_now()))
        if time.monotonic() >= ending:
            break
    return kept
