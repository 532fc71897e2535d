"""Is polling alive? Not when no feed at all was read for two hours although there was something to read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from ingest.polling.durations import spoken

SILENCE = timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class Health:
    """Whether all is well, and what tells so."""

    ok: bool
    reason: str


def health(
    *,
    started_at: datetime,
    last_success_at: datetime | None,
    last_attempt_at: datetime | None,
    earliest_due_at: datetime | None,
    now: datetime,
) -> Health:
    """The latest success and attempt over all feeds, and the earliest due time of any (None: there is none).

    With feeds that are all slow, two quiet hours are no illness: it takes an attempt that failed since, or a poll
    that is as long overdue.
    """
    alive_at = max(started_at, last_success_at or started_at)
    if now - alive_at <= SILENCE:
        return Health(True, "feeds are being read" if last_success_at else "started, no feed read yet")
    if last_attempt_at and last_attempt_at > alive_at:
        return Health(False, f"no feed could be read for {spoken(now - alive_at)}")
    if earliest_due_at and now - earliest_due_at > SILENCE:
        return Health(False, f"polls are overdue for {spoken(now - earliest_due_at)} and none was made")
    return Health(True, "nothing was due")
