"""Whether the daemon does its work: what `/healthz` and `/readyz` answer."""

from __future__ import annotations

import time
from collections.abc import Callable

PATIENCE = 2 * 3600.0  # seconds without any success
HEARTBEAT = 120.0  # seconds within which the daemon looks for work many times


class Health:
    """Measured on the monotonic clock: a clock that is set makes nobody ill. Read from other threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._success_at = self._beat_at = clock()
        self._failed_since = False
        self.beats = 0
        self.ready = False  # the archive is open and work is taken

    def beat(self) -> None:
        self._beat_at = self._clock()
        self.beats += 1

    def polled(self, *, success: bool) -> None:
        if success:
            self._success_at = self._clock()
        self._failed_since = not success

    def complaint(self) -> str | None:
        """Why this is no healthy daemon; None if it is one. Having nothing to poll is healthy."""
        now = self._clock()
        if now - self._beat_at > HEARTBEAT:
            return f"no work was looked for in {now - self._beat_at:.0f} s"
        if self._failed_since and now - self._success_at > PATIENCE:
            return f"no feed could be polled for {(now - self._success_at) / 3600:.1f} h"
        return None
