"""The fetcher as the hostile tests use it: only 127.0.0.1 opened, a short deadline, no pauses between requests."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Network

from ingest.config import FetchingSettings, PerHostSettings
from ingest.fetching import Fetched, Fetcher, NotModified, Result
from ingest.fetching.network import Resolver
from storage.model import Failure, HostState
from tests.hostile.cases import DEADLINE, TRUNCATED, WHOLE

PATIENCE = 60.0  # seconds; what takes longer hangs
LOOPBACK = IPv4Network("127.0.0.1/32")


def settings(*, deadline: float = DEADLINE, concurrency: int = 48, robots: bool = True) -> FetchingSettings:
    return FetchingSettings(
        deadline=timedelta(seconds=deadline),
        concurrency=concurrency,
        robots=robots,
        allow_networks=(LOOPBACK,),
        per_host=PerHostSettings(concurrency=100, delay=timedelta(0)),
    )


def fetcher(chosen: FetchingSettings | None = None, resolver: Resolver | None = None) -> Fetcher:
    remembered: list[HostState] = []
    return Fetcher(
        chosen or settings(),
        contact="https://example.org/bot",
        hosts=(),
        remember=remembered.append,
        now=lambda: datetime.now(UTC),
        resolver=resolver,
    )


def outcome(result: Result) -> str:
    match result:
        case Failure(kind=kind):
            return kind
        case Fetched(truncated=truncated):
            return TRUNCATED if truncated else WHOLE
        case NotModified():
            return "not modified"
