"""What the daemon has around it for as long as its process lives."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ingest.daemon.figures import Figures
from ingest.daemon.health import Health
from ingest.daemon.systemd import Notifier
from ingest.daemon.watched import WatchedFile
from ingest.pipeline.context import utc_now


@dataclass(frozen=True, slots=True)
class Rhythm:
    """Seconds between two rounds of each duty. `drain`: what running fetches get when the daemon is to stop."""

    tick: float = 1.0  # look for due feeds and entries, requests, new settings
    recheck: float = 5.0  # look for articles to be looked at again
    flush: float = 3.0  # make new articles searchable
    statistics: float = 15.0
    upkeep: float = 3600.0
    drain: float = 20.0


@dataclass(frozen=True, slots=True)
class Surroundings:
    file: WatchedFile
    notifier: Notifier
    log: Any  # a structlog logger
    figures: Figures
    health: Health
    rhythm: Rhythm = Rhythm()
    now: Callable[[], datetime] = utc_now
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    at_once: asyncio.Event = field(default_factory=asyncio.Event)  # set after `stop`: nothing is waited for
    reload: asyncio.Event = field(default_factory=asyncio.Event)
