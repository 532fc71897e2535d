"""kill -9 in the middle of its work, while outlets go on publishing: nothing lost, nothing twice, the file whole.

The short form, with one kill; `make soak` kills at random moments for three minutes beside a reading process.
"""

from __future__ import annotations

import signal
import sqlite3
from pathlib import Path

from tests.daemon.conftest import Start, poll_every
from tests.pipeline.papers import Papers, story


def test_killed_in_the_middle_of_its_work(papers: Papers, start: Start, tmp_path: Path) -> None:
    config = papers.write_config(tmp_path)
    poll_every(config, "1s")
    daemon = start(config)
    for _ in range(5):
        daemon.wait_for("entry_stored")
    daemon.signal(signal.SIGKILL)
    assert daemon.ended() == -signal.SIGKILL
    for paper in papers.all:
        paper.stories = [story(paper.name, 100 + n) for n in range(4)] + paper.stories
        paper.publish()
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
