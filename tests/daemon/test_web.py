from __future__ import annotations

import asyncio
import urllib.error
import urllib.request
from datetime import UTC, datetime
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from ingest.daemon.figures import Figures
from ingest.daemon.health import HEARTBEAT, Health
from ingest.daemon.web import Web
from ingest.demo.site import Resource
from ingest.polling.health import SILENCE
from storage.feeds import PollRecord
from storage.model import Failure, FailureKind, FeedState, PollOutcome
from tests.daemon.inside import PATIENCE, running
from tests.pipeline.papers import Papers


class Clock:
    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


def get(port: int, path: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=PATIENCE) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def samples(text: str) -> dict[tuple[str, ...], float]:
    """(name, label values by the order of their names…) -> value."""
    return {
        (sample.name, *(sample.labels[name] for name in sorted(sample.labels))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_the_figures_of_a_running_daemon(papers: Papers, tmp_path: Path) -> None:
    papers.all[2].broken = Resource(b"", "text/html", status=500)
    papers.all[2].publish()
    papers.all[1].revise(0, paragraphs=papers.all[0].stories[0].paragraphs)
    config = papers.write_config(tmp_path)

    async def scenario() -> None:
        async with running(config) as daemon:
            await daemon.log.wait_for("entry_stored", times=12)
            await daemon.log.wait_for("feed_failed")
            settled = {
                ("ingest_feeds", "ok"): 2,
                ("ingest_pending_entries",): 0,
                ("ingest_http_requests_total",): papers.journal.count(),
                ("ingest_queue_length", "entries"): 0,
            }
            with Web("127.0.0.1", 0, daemon.around.figures, daemon.around.health) as web:
                async with asyncio.timeout(PATIENCE):
                    while True:
                        status, text = await asyncio.to_thread(get, web.port, "/metrics")
                        found = samples(text)
                        if all(found[key] == value for key, value in settled.items()):
                            break  # the statistics have had their turn
                assert status == 200
                assert found["ingest_polls_total", "changed"] == 2
                assert found["ingest_polls_total", "failed"] == 1
                assert found["ingest_articles_total", "stored"] == 12
                assert found["ingest_duplicates_total",] == 1
                assert found["ingest_failures_total", "http_5xx", "feed"] == 1
                assert found["ingest_feeds", "failing"] == 1
                assert found["ingest_stage_seconds_count", "fetch_page"] == 12
                assert found["ingest_stage_seconds_count", "parse_feed"] == 2
                assert found["ingest_rechecks_total", "edited"] == 0
                assert found["ingest_lag_seconds",] == 0
                assert found["ingest_archive_bytes",] > 100_000
                assert found["ingest_poll_lag_seconds_count",] == 3
                assert not any("paper" in label or "127.0.0.1" in label for key in found for label in key[1:])
                assert await asyncio.to_thread(get, web.port, "/healthz") == (200, "ok\n")
                assert await asyncio.to_thread(get, web.port, "/readyz") == (200, "ok\n")
                assert (await asyncio.to_thread(get, web.port, "/etc/passwd"))[0] == 404
                daemon.around.stop.set()
                await daemon.service
                assert await asyncio.to_thread(get, web.port, "/readyz") == (503, "not ready\n")

    asyncio.run(scenario())


def test_labels_are_a_closed_set() -> None:
    """Whatever happens, the number of series stays that of the kinds there are."""
    figures = Figures(Health())
    record = PollRecord(1, datetime.now(UTC), PollOutcome.FAILED, "…")
    for number, kind in enumerate(FailureKind):
        state = FeedState(number, f"outlet-{number}", f"https://{number}.example/")
        figures.feed_ended(state, record, Failure(kind, f"detail {number}"))
    assert len(samples(figures.text().decode())) < 150


TWO_HOURS = SILENCE.total_seconds()

HEALTH = [
    # success (None: not polled), seconds later -> healthy
    (None, 10 * TWO_HOURS, True),  # nothing to poll is no illness
    (True, TWO_HOURS + 1, True),  # feeds of long intervals
    (False, TWO_HOURS - 1, True),
    (False, TWO_HOURS + 1, False),
]


@pytest.mark.parametrize(("success", "seconds", "healthy"), HEALTH)
def test_healthy_unless_nothing_succeeds_for_two_hours(success: bool | None, seconds: float, healthy: bool) -> None:
    clock = Clock()
    health = Health(clock)
    clock.seconds += 1
    if success is not None:
        health.polled(success=success)
    clock.seconds += seconds
    health.beat()
    assert (health.complaint() is None) is healthy
    health.polled(success=True)
    assert health.complaint() is None


def test_unhealthy_when_nobody_looks_for_work() -> None:
    clock = Clock()
    health = Health(clock)
    clock.seconds += HEARTBEAT.total_seconds() + 1
    assert health.complaint() == "no work was looked for in 121 s"


def test_unhealthy_when_what_is_due_is_not_polled() -> None:
    clock = Clock()
    health = Health(clock)
    clock.seconds += 2 * TWO_HOURS
    health.beat()
    health.behind(TWO_HOURS / 2)
    assert health.complaint() is None
    health.behind(1.5 * TWO_HOURS)
    assert health.complaint() == "polls are overdue for 3h and none was made"
