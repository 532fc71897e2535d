"""Whether the daemon does its work: what `/healthz` and `/readyz` answer."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from ingest import polling

HEARTBEAT = timedelta(minutes=2)  # within which the daemon looks for work many times


class Health:
    """Measured on the monotonic clock: a clock that is set makes nobody ill. Read from other threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._started_at = self._beat_at = self._now()
        self._success_at: datetime | None = None
        self._attempt_at: datetime | None = None
        self._due_at: datetime | None = None
        self.beats = 0
        self.ready = False  # the archive is open and work is taken

    def beat(self) -> None:
        """Work was looked for."""
        self._beat_at = self._now()
        self.beats += 1

    def polled(self, *, success: bool) -> None:
        self._attempt_at = self._now()
        if success:
            self._success_at = self._attempt_at

    def behind(self, seconds: float) -> None:
        """How long the longest overdue feed has waited; 0: nothing is due."""
        self._due_at = self._now() - timedelta(seconds=seconds) if seconds else None

    def complaint(self) -> str | None:
        """Why this is no healthy daemon; None if it is one. Having nothing to poll is healthy."""
        now = self._now()
        if now - self._beat_at > HEARTBEAT:
            return f"no work was looked for in {(now - self._beat_at).total_seconds():.0f} s"
        found = polling.health(
            started_at=self._started_at,
            last_success_at=self._success_at,
            last_attempt_at=self._attempt_at,
            earliest_due_at=self._due_at,
            now=now,
        )
        return None if found.ok else found.reason

    def _now(self) -> datetime:
        """A moment of the monotonic clock, which begins anywhere."""
        return datetime.fromtimestamp(self._clock(), UTC)
