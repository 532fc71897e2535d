from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import structlog

from ingest.cli.logs import Level, configure
from ingest.daemon.journal import Journal, is_told
from ingest.pipeline.context import EntryEnd
from storage.feeds import PollRecord
from storage.model import Entry, EntryStatus, Failure, FailureKind, FeedState, PendingEntry, PollOutcome
from tests.daemon.conftest import Start, change_config
from tests.daemon.inside import Lines
from tests.pipeline.papers import Papers

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
FEED = FeedState(1, "dawn", "https://dawn.example/feed")
FAILED = PollRecord(1, NOW, PollOutcome.FAILED, "back-off", next_poll_at=NOW)
PAUSED = Failure(FailureKind.THROTTLED, "dawn.example is left alone", retry_at=NOW)
TIMEOUT = Failure(FailureKind.TIMEOUT, "not done within 30 s")


def pending(attempts: int = 0) -> PendingEntry:
    return PendingEntry(7, 1, FEED.url, "dawn", Entry("key", "https://dawn.example/1"), None, attempts, NOW, None)


def test_a_repeated_failure_is_told_at_powers_of_two() -> None:
    assert [times for times in range(20) if is_told(times)] == [1, 2, 4, 8, 16]
    told = Warnings()
    journal = Journal(told)
    for failures in range(20):
        journal.feed_ended(replace(FEED, failures=failures), FAILED, TIMEOUT)
    assert [line["times"] for line in told.said] == [1, 2, 4, 8, 16]
    for attempts in range(5):
        journal.entry_ended(pending(attempts), EntryEnd(EntryStatus.PENDING, TIMEOUT))
    assert [line["event"] for line in told.said[5:]] == ["entry_postponed"] * 3
    for _ in range(5):
        journal.bug("feed x", "Traceback\nValueError: x\n")
    assert [line["times"] for line in told.said[8:]] == [1, 2, 4]


def test_what_the_archive_does_not_count_is_no_flood_either() -> None:
    """An offline machine's failures are nobody's, and what waits for a host's pause has not been tried."""
    told = Warnings()
    journal = Journal(told)
    for _ in range(20):
        journal.feed_ended(FEED, FAILED, TIMEOUT)
        journal.entry_ended(pending(), EntryEnd(EntryStatus.PENDING, PAUSED))
    assert [line["times"] for line in told.said] == [1, 2, 4, 8, 16]
    journal.feed_ended(FEED, replace(FAILED, outcome=PollOutcome.UNCHANGED), None)
    journal.feed_ended(FEED, FAILED, TIMEOUT)
    assert told.said[-1]["times"] == 1


class Warnings(Lines):
    def __init__(self) -> None:
        super().__init__()
        self.debug = self.info = lambda event, **values: None  # type: ignore[method-assign]


@contextmanager
def written() -> Iterator[io.StringIO]:
    """Where the log goes; the library's global state is put back."""
    handlers, level = logging.root.handlers[:], logging.root.level
    with redirect_stderr(io.StringIO()) as stream:
        yield stream
    structlog.reset_defaults()
    logging.root.handlers[:] = handlers
    logging.root.setLevel(level)


def test_key_value_lines() -> None:
    with written() as stream:
        log = configure(Level.INFO, as_json=False)
        detail = "a\x1b[31mred\nline"
        log.info("feed_polled", outlet="dawn", reason="as configured", due=NOW, missing=None, detail=detail)
        log.debug("hidden")
    line, rest = stream.getvalue().split("\n", 1)
    assert line.startswith("timestamp=20")
    assert 'level=info event=feed_polled outlet=dawn reason="as configured" due=2026-11-23T12:00:00Z' in line
    assert "missing" not in line
    assert "\x1b" not in line
    assert rest == ""


def test_json_lines_and_what_libraries_say() -> None:
    with written() as stream:
        log = configure(Level.WARNING, as_json=True)
        log.info("hidden")
        log.warning("feed_failed", outlet="dawn", times=2, next_poll_at=NOW)
        logging.getLogger("apscheduler").warning("late by %d s", 5)
        logging.getLogger("apscheduler").info("hidden")
    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert [line["event"] for line in lines] == ["feed_failed", "library"]
    assert lines[0]["next_poll_at"] == "2026-11-23T12:00:00Z"
    assert (lines[1]["library"], lines[1]["message"]) == ("apscheduler", "late by 5 s")


def test_no_secret_is_ever_logged(papers: Papers, start: Start, tmp_path: Path) -> None:
    config = papers.write_config(tmp_path)
    secret = "hush-4711"
    keys = {"bearer_token": "env:FEED_TOKEN", "cookies": {"session": secret}, "headers": {"X-Key": secret}}
    for number, (key, value) in enumerate(keys.items()):
        feed = {"url": papers.all[number].feed_url, key: value}
        change_config(config, lambda v, n=number, f=feed: v["outlets"][n].update(feeds=[f]))  # type: ignore[misc]
    papers.all[2].server.resources = {}
    daemon = start(config, level="debug", environ={"FEED_TOKEN": secret})
    for _ in range(12):
        daemon.wait_for("entry_stored")
    change_config(config, lambda v: v["outlets"][0]["feeds"][0].update(basic_auth=f"user:{secret}"))  # one too many
    daemon.wait_for("settings_rejected")
    assert daemon.stop() == 0
    assert len(daemon.log) > 15
    assert secret not in json.dumps(daemon.log)
