"""When a feed, or an article, is looked at next, and why. Pure: values in, values and their reasons out."""

from __future__ import annotations

from ingest.polling.backoff import Attempt, machine_offline
from ingest.polling.decide import Decision, Gap, PollResult, advance, decide_next
from ingest.polling.due import Overdue, catch_up, repair_due
from ingest.polling.freshness import Freshness, freshness
from ingest.polling.health import Health, health
from ingest.polling.pace import trusted_dates
from ingest.polling.rechecks import flips, is_boring, next_recheck

__all__ = [
    "Attempt",
    "Decision",
    "Freshness",
    "Gap",
    "Health",
    "Overdue",
    "PollResult",
    "advance",
    "catch_up",
    "decide_next",
    "flips",
    "freshness",
    "health",
    "is_boring",
    "machine_offline",
    "next_recheck",
    "repair_due",
    "trusted_dates",
]
