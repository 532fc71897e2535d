"""The decision table of `decisions.toml`, and the rules that hold for every decision."""

from __future__ import annotations

import json
import re
import tomllib
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from ingest.config import PollingSettings
from ingest.polling import Decision, PollResult, decide_next, freshness
from ingest.polling.durations import spoken
from ingest.polling.pace import Pace
from storage.model import Failure, FailureKind, FeedState, FeedStatus, PollOutcome

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
TABLE = tomllib.loads(Path(__file__).with_name("decisions.toml").read_text("utf-8"))
CASES = [pytest.param(case, id=f"{group}: {case['name']}") for group, cases in TABLE.items() for case in cases]


def duration(text: str) -> timedelta:
    units = {"d": "days", "h": "hours", "m": "minutes", "s": "seconds"}
    return timedelta(**{units[unit]: float(count) for count, unit in re.findall(r"(-?[\d.]+)([dhms])", text)})


def feed_of(
    new: bool = False,
    last: str = "30m",
    interval: str = "30m",
    per_day: float = 48.0,
    watched: float = 3.0,
    busy: float = 0.0,
    entries: int = 30,
    failures: int = 0,
    weight: float = 0.0,
    status: str = "ok",
    gap: str | None = None,
    hints: dict[str, Any] | None = None,
) -> FeedState:
    if new:
        return FeedState(1, "tribune", "https://example.org/feed")
    pace = Pace(duration(interval).total_seconds(), per_day, watched, entries, (busy,) * 24)
    return FeedState(
        1,
        "tribune",
        "https://example.org/feed",
        status=FeedStatus(status),
        last_success_at=NOW - duration(last),
        last_polled_at=NOW - duration(last),
        last_entry_count=entries,
        failures=failures,
        failure_weight=weight,
        gap_until=NOW - duration(gap) if gap else None,
        pace=pace.stored(),
        hints=json.dumps(hints) if hints else None,
    )


def answer_of(
    outcome: str = "changed",
    listed: int = 30,
    new: int = 0,
    dates: str | None = None,
    full: bool = True,
    headers: dict[str, str] | None = None,
    failure: str | None = None,
    code: int | None = None,
    retry: str | None = None,
    offline: bool = False,
    hints: dict[str, Any] | None = None,
) -> PollResult:
    changed = outcome == "changed"
    published = [NOW - duration(dates) * place for place in range(1, listed + 1)] if dates else []
    retry_at = NOW + duration(retry) if retry else None
    return PollResult(
        PollOutcome(outcome),
        NOW,
        failure=Failure(FailureKind(failure), "", code, retry_at) if failure else None,
        freshness=freshness(headers or {}, NOW),
        listed=listed if changed else 0,
        new=new if changed else 0,
        dates=tuple(published) if changed else (),
        hints=json.dumps(hints) if hints else None,
        full=full,
        offline=offline,
    )


@dataclass(frozen=True)
class Case:
    name: str
    wait: str
    reason: str
    feed: dict[str, Any] = field(default_factory=dict)
    answer: dict[str, Any] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=dict)
    feed_interval: str | None = None
    status: str = "ok"
    failures: int = 0
    gap: bool = False
    due: datetime | None = None

    def decide(self) -> Decision:
        values = {key: duration(value) if isinstance(value, str) else value for key, value in self.settings.items()}
        own = duration(self.feed_interval) if self.feed_interval else None
        return decide_next(feed_of(**self.feed), answer_of(**self.answer), PollingSettings(**values), interval=own)


@pytest.mark.parametrize("row", CASES)
def test_table(row: dict[str, Any]) -> None:
    case = Case(**row)
    decision = case.decide()
    found = (spoken(decision.interval), decision.reason, decision.status, decision.failures, decision.gap is not None)
    assert found == (case.wait, case.reason, case.status, case.failures, case.gap)
    earliest = case.due or NOW + 0.9 * decision.interval
    assert earliest <= decision.next_poll_at <= max(earliest, NOW + decision.interval) + 0.1 * decision.interval
