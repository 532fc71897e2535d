"""What an article costs in an archive that is large already, against an empty one: the whole path, 40 feeds.

    python -m benchmarks.whole.large ARCHIVE [ROUNDS]

Each round is a first poll into an empty archive and one into a copy of ARCHIVE, such as `benchmarks/matching.py --keep`
leaves behind. CPU seconds of all processes; printed is the rate in the large archive to that in the empty one.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from benchmarks.whole.contenders import INGEST, Setting
from benchmarks.whole.measure import measured
from benchmarks.whole.origin import Behaviour, Origin
from benchmarks.whole.scenarios import ARTICLE_FEEDS


def main(archive: str, rounds: str = "2") -> None:
    with Origin(ARTICLE_FEEDS, pages=True) as origin:
        for _ in range(int(rounds)):
            empty, large = _cost(origin, None), _cost(origin, Path(archive))
            print(
                f"CPU an article: {1000 * empty:.1f} ms in an empty archive, {1000 * large:.1f} ms in the large one;"
                f" rate {empty / large:.2f} of that in the empty one",
                flush=True,
            )


def _cost(origin: Origin, archive: Path | None) -> float:
    """CPU seconds of an article, the start and the end of the run included."""
    with tempfile.TemporaryDirectory(prefix="bench-large-") as folder:
        setting = Setting(Path(folder), origin.feeds, origin.ports, pages=True)
        before = 0
        if archive is not None:
            shutil.copy(archive, setting.folder / "archive.db")
            before = INGEST.held(setting)
        INGEST.prepare(setting)
        origin.behave(Behaviour())
        cost = measured(INGEST.command(setting), setting.folder / "log", environment=INGEST.environment(setting))
        added = INGEST.held(setting) - before
        if cost.code or not added:
            raise RuntimeError(f"ingest failed ({cost.code}): {(setting.folder / 'log').read_text()[-400:]}")
        return cost.cpu / added


if __name__ == "__main__":
    main(*sys.argv[1:])
