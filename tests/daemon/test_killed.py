"""kill -9 at random moments, while outlets go on publishing: nothing lost, nothing twice, the file whole.

The short form; `make soak` does it for three minutes beside a reading process.
"""

from __future__ import annotations

import random
import sqlite3
import time
from pathlib import Path

from tests.daemon.conftest import Start, poll_every
from tests.pipeline.papers import Papers, story

KILLS = 2


def test_killed_again_and_again_under_load(papers: Papers, start: Start, tmp_path: Path) -> None:
    config = papers.write_config(tmp_path)
    poll_every(config, "1s")
    moments = random.Random(7)
    for round_number in range(KILLS):
        daemon = start(config)
        daemon.wait_for("ready")
        for paper in papers.all:
            paper.stories = [story(paper.name, 100 * (round_number + 1) + n) for n in range(4)] + paper.stories
            paper.publish()
        time.sleep(moments.uniform(0.05, 1.5))  # the random moment
        daemon.close()
    last = start(config)
    wanted = sum(len(paper.stories) for paper in papers.all)
    while _count(tmp_path, "select count(*) from articles") < wanted:
        last.wait_for("entry_stored")
    assert last.stop() == 0
    assert _count(tmp_path, "select count(*) from articles") == wanted
    assert _count(tmp_path, "select count(distinct canonical_url) from articles") == wanted
    assert _count(tmp_path, "select count(*) from sightings where status = 'pending'") == 0
    assert _count(tmp_path, "select count(*) from pragma_integrity_check where integrity_check <> 'ok'") == 0


def _count(folder: Path, query: str) -> int:
    connection = sqlite3.connect(f"file:{folder / 'archive.db'}?mode=ro", uri=True)
    try:
        return int(connection.execute(query).fetchone()[0])
    finally:
        connection.close()
