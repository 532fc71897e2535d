"""The daemon's upkeep: old polls summed, the file tidied, copies made if the settings want them."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from pathlib import Path

from ingest.config import BackupSettings
from ingest.daemon.surroundings import Surroundings
from ingest.pipeline.context import Run
from ingest.pipeline.once import put_away
from storage import requests, upkeep
from storage.errors import ArchiveError
from storage.file import ArchiveFile

REQUESTS_KEPT = timedelta(days=1)


async def keep_up(run: Run, archive: ArchiveFile, around: Surroundings) -> None:
    """One round."""
    summed = await put_away(run)
    await run.writer.write(requests.forget, run.now() - REQUESTS_KEPT)
    await run.writer.run(lambda: upkeep.tidy(archive.path))
    around.log.debug("upkeep_done", polls_summed=summed)
    await _back_up(run.settings.backup, archive.path, run.now(), around)


async def _back_up(settings: BackupSettings, path: Path, now: datetime, around: Surroundings) -> None:
    if settings.folder is None:
        return
    copies = _copies(Path(settings.folder), path)
    if copies and now - settings.interval < copies[-1][0] <= now:
        return
    target = Path(settings.folder) / f"{path.stem}-{now:%Y%m%dT%H%M%SZ}.db"
    try:
        await asyncio.to_thread(upkeep.back_up, path, target, lambda: not around.stop.is_set())
        for _, old in _copies(Path(settings.folder), path)[: -settings.keep]:
            old.unlink(missing_ok=True)
    except (ArchiveError, OSError) as error:
        around.log.error("backup_failed", target=str(target), detail=str(error))
    else:
        around.log.info("backup_made", target=str(target), bytes=target.stat().st_size)


def _copies(folder: Path, path: Path) -> list[tuple[datetime, Path]]:
    """The copies made so far, the oldest first. Files of other names are nobody's copies and stay."""
    found: list[tuple[datetime, Path]] = []
    for copy in folder.glob(f"{path.stem}-*.db"):
        try:
            made = datetime.strptime(copy.stem.removeprefix(f"{path.stem}-"), "%Y%m%dT%H%M%S%z")
        except ValueError:
            continue
        found.append((made, copy))
    return sorted(found)
