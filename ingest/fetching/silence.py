"""Hosts that have fallen silent: their pages are left alone for a while, so that none of them holds a run up.

Two hundred articles of a server that hangs would take most of an hour, two at a time and a whole deadline each.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from storage.model import Failure, FailureKind

SILENT: Final = frozenset({FailureKind.DNS, FailureKind.CONNECT, FailureKind.TIMEOUT})
_ATTEMPTS: Final = 3
_SHORTEST: Final = timedelta(minutes=5)
_LONGEST: Final = timedelta(minutes=30)
_MANY: Final = 4_000  # hosts, beyond which the one that fell silent first is forgotten


@dataclass(frozen=True, slots=True)
class _Silence:
    """`since`: the end of the first attempt without an answer."""

    since: datetime
    attempts: int
    until: datetime | None = None  # left alone


class Silences:
    """By origin, in memory alone: the next run asks again.

    A host has fallen silent when three attempts in a row, over `patience` at least, brought no answer. It is left alone
    for as long again as it has been silent, for 5 minutes at least and 30 at most.
    """

    def __init__(self, patience: timedelta, now: Callable[[], datetime]) -> None:
        self._patience = patience
        self._now = now
        self._silent: dict[str, _Silence] = {}

    def failure(self, origin: str) -> Failure | None:
        """Why nothing is asked of `origin` now; None if it may be."""
        found = self._silent.get(origin)
        if found is None or found.until is None or not self._now() < found.until <= self._now() + _LONGEST:
            return None
        detail = f"{origin} is left alone: it did not answer {found.attempts} times in a row"
        return Failure(FailureKind.THROTTLED, detail, retry_at=found.until)

    def answered(self, origin: str) -> None:
        self._silent.pop(origin, None)

    def missed(self, origin: str) -> None:
        """An attempt brought no answer."""
        now = self._now()
        found = self._silent.get(origin)
        if found is None or now < found.since:  # the clock may have been set back
            if len(self._silent) >= _MANY:
                del self._silent[next(iter(self._silent))]
            self._silent[origin] = _Silence(now, 1)
            return
        attempts, lasted = found.attempts + 1, now - found.since
        until = now + min(max(lasted, _SHORTEST), _LONGEST) if self._is_silent(attempts, lasted) else None
        self._silent[origin] = _Silence(found.since, attempts, until)

    def _is_silent(self, attempts: int, lasted: timedelta) -> bool:
        return attempts >= _ATTEMPTS and lasted >= self._patience
