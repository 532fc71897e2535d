"""What politeness remembers of each registrable domain: pauses and robots.txt. Every change goes out at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from ingest.fetching.outcomes import LONGEST_PAUSE
from storage.model import HostState, RobotsFile

ROBOTS_FRESH: Final = timedelta(hours=24)  # RFC 9309, 2.4
ROBOTS_RETRY: Final = timedelta(minutes=30)  # after it could not be read
_ORIGINS: Final = 8  # kept of one domain: it may have any number of host names
_CHARACTERS: Final = 500_000  # of these files but the last
_MANY: Final = 4_000  # domains, beyond which what no longer counts is forgotten; the archive still has it


class Hosts:
    """`remember` is called with the whole new state of a domain whenever it changes."""

    def __init__(
        self, known: Iterable[HostState], remember: Callable[[HostState], None], now: Callable[[], datetime]
    ) -> None:
        self._remember = remember
        self._now = now
        self._states = {state.domain: state for state in known if self._counts(state) or self._is_recent(state)}
        self._sweep_at = _MANY

    def pause(self, domain: str) -> tuple[datetime, str] | None:
        """Until when the domain is left alone, and why; None if it is not.

        An end more than 24 hours away is no pause of ours but a clock that was wrong, then or now.
        """
        state = self._states.get(domain)
        if state is None or state.paused_until is None or not self._is_ahead(state.paused_until):
            return None
        return state.paused_until, state.pause_reason or "paused"

    def pauses_in_a_row(self, domain: str) -> int:
        """Pauses since it last answered well; a day after the last one they no longer count."""
        state = self._states.get(domain)
        return state.pauses if state and (self._counts(state) or self._is_recent(state)) else 0

    def start_pause(self, domain: str, until: datetime, reason: str) -> None:
        """What was under way beside the request that began a pause may make it longer, but is no further one."""
        standing, pauses = self.pause(domain), self.pauses_in_a_row(domain)
        if standing is None:
            self._keep(replace(self._state(domain), paused_until=until, pause_reason=reason, pauses=pauses + 1))
        elif standing[0] < until:
            self._keep(replace(self._state(domain), paused_until=until, pause_reason=reason))

    def answered_well(self, domain: str) -> None:
        state = self._states.get(domain)
        if state and state.pauses:
            self._keep(replace(state, pauses=0))

    def robots(self, domain: str, origin: str) -> RobotsFile | None:
        """robots.txt of `origin` if it was read recently enough."""
        return next((file for file in self.all_robots(domain) if file.origin == origin), None)

    def all_robots(self, domain: str) -> tuple[RobotsFile, ...]:
        state = self._states.get(domain)
        return tuple(file for file in state.robots if self._is_fresh(file)) if state else ()

    def keep_robots(self, domain: str, file: RobotsFile) -> None:
        others = [other for other in self.all_robots(domain) if other.origin != file.origin]
        files = [*others, file][-_ORIGINS:]
        while sum(len(kept.body) for kept in files[:-1]) > _CHARACTERS:
            del files[0]
        self._keep(replace(self._state(domain), robots=tuple(files)))

    def _state(self, domain: str) -> HostState:
        return self._states.get(domain) or HostState(domain)

    def _keep(self, state: HostState) -> None:
        if len(self._states) >= self._sweep_at:
            self._states = {name: known for name, known in self._states.items() if self._counts(known)}
            self._sweep_at = max(_MANY, 2 * len(self._states))  # seldom, however many there are
        self._states[state.domain] = state
        self._remember(state)

    def _counts(self, state: HostState) -> bool:
        paused = state.paused_until is not None and self._is_ahead(state.paused_until)
        return paused or any(self._is_fresh(file) for file in state.robots)

    def _is_recent(self, state: HostState) -> bool:
        """Whether its last pause ended within a day and nothing good has come since."""
        ended = state.paused_until
        return state.pauses > 0 and ended is not None and timedelta(0) <= self._now() - ended < LONGEST_PAUSE

    def _is_ahead(self, moment: datetime) -> bool:
        now = self._now()
        return now < moment <= now + LONGEST_PAUSE

    def _is_fresh(self, file: RobotsFile) -> bool:
        age = self._now() - file.fetched_at
        return timedelta(0) <= age < (ROBOTS_RETRY if file.unreachable else ROBOTS_FRESH)
