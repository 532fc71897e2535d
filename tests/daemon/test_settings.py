"""Settings are read again when the file changes or SIGHUP comes; a broken file changes nothing."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path
from typing import Any

from ingest.daemon.watched import WatchedFile
from tests.daemon.conftest import change_config
from tests.daemon.inside import poll_at_once, running
from tests.pipeline.papers import Papers


def test_new_feeds_are_polled_removed_ones_keep_their_articles(papers: Papers, tmp_path: Path) -> None:
    config = papers.write_config(tmp_path)
    outlets: list[Any] = []
    change_config(config, lambda v: outlets.append(v["outlets"].pop()))

    async def scenario() -> None:
        async with running(config) as daemon:
            await daemon.log.wait_for("entry_stored", times=12)
            change_config(config, lambda v: (v["outlets"].append(outlets[0]), v["outlets"].pop(0)))
            adopted = await daemon.log.wait_for("settings_adopted")
            assert (adopted["feeds"], adopted["added"], adopted["removed"]) == (2, 1, 1)
            await daemon.log.wait_for("entry_stored", times=18)
            assert daemon.rows("select name, articles from outlets order by 1") == [
                ("paper-0", 6),
                ("paper-1", 6),
                ("paper-2", 6),
            ]
            assert daemon.rows("select status from feeds where outlet = 'paper-0'") == [("removed",)]
            await poll_at_once(daemon)
            await daemon.log.wait_for("feed_polled", outlet="paper-2", times=2)
        assert len(daemon.log.all("feed_polled", outlet="paper-0")) == 1

    asyncio.run(scenario())


def test_a_feed_that_is_switched_off_is_left_alone(papers: Papers, tmp_path: Path) -> None:
    config = papers.write_config(tmp_path)
    change_config(config, lambda v: v["outlets"][1].update(enabled=False))

    async def scenario() -> None:
        async with running(config) as daemon:
            await daemon.log.wait_for("entry_stored", times=12)
            await poll_at_once(daemon)
            await daemon.log.wait_for("feed_polled", outlet="paper-2", times=2)
            await daemon.log.wait_for("feed_polled", outlet="paper-0", times=2)
        assert daemon.log.all("feed_polled", outlet="paper-1") == []

    asyncio.run(scenario())


def test_a_broken_file_keeps_the_old_settings_and_says_so(papers: Papers, tmp_path: Path) -> None:
    config = papers.write_config(tmp_path)
    good = config.read_text(encoding="utf-8")

    async def scenario() -> None:
        async with running(config) as daemon:
            config.write_text(good.replace("polling:", "poling:"), encoding="utf-8")
            line = await daemon.log.wait_for("settings_rejected")
            assert "poling" in line["problems"][0]
            assert "polling" in line["problems"][0]
            await daemon.log.wait_for("entry_stored", times=18)
            os.kill(os.getpid(), signal.SIGHUP)
            await daemon.log.wait_for("settings_rejected", times=2)
            config.write_text(good, encoding="utf-8")
            assert (await daemon.log.wait_for("settings_adopted"))["feeds"] == 3

    asyncio.run(scenario())


def test_other_fetching_settings_need_new_connections(papers: Papers, tmp_path: Path) -> None:
    config = papers.write_config(tmp_path)

    async def scenario() -> None:
        async with running(config) as daemon:
            await daemon.log.wait_for("entry_stored", times=18)
            change_config(config, lambda v: v["fetching"].update(concurrency=7))
            await daemon.log.wait_for("ready", times=2)
            await poll_at_once(daemon)
            await daemon.log.wait_for("feed_polled", outlet="paper-1", times=2)
            assert daemon.log.all("entry_stored") == daemon.log.all("entry_stored")[:18]

    asyncio.run(scenario())


def test_a_file_counts_as_changed_once_it_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "feeds.yaml"
    path.write_text("outlets: []")
    file = WatchedFile(path)
    assert not file.changed()
    path.write_text("outlets:  []")
    assert not file.changed()  # somebody may still be writing
    assert file.changed()
    assert file.changed()  # until it is read
    file.read()
    assert not file.changed()
    path.unlink()
    assert not any(file.changed() for _ in range(3))
    path.write_text("outlets: [ ]")
    assert [file.changed() for _ in range(3)] == [False, True, True]
