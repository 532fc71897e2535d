"""What politeness must remember of the servers that are asked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class RobotsFile:
    """robots.txt of one origin as last read. An empty body allows everything."""

    origin: str  # scheme://host[:port]
    fetched_at: datetime
    body: str
    unreachable: bool = False  # 5xx or no answer: nothing is allowed until it is read again (RFC 9309, 2.3.1.4)


@dataclass(frozen=True, slots=True)
class HostState:
    """What politeness must remember of one registrable domain across runs."""

    domain: str
    paused_until: datetime | None = None
    pause_reason: str | None = None
    pauses: int = 0  # in a row, since it last answered well
    robots: tuple[RobotsFile, ...] = ()
