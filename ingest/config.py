"""feeds.yaml and the environment, read into frozen settings."""

from __future__ import annotations

from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class PollingSettings(Section):
    interval: timedelta = timedelta(minutes=30)
    min_interval: timedelta = timedelta(minutes=5)
    max_interval: timedelta = timedelta(hours=24)
    adaptive: bool = True
    max_age: timedelta = timedelta(days=30)


class PerHostSettings(Section):
    concurrency: int = 2
    delay: timedelta = timedelta(seconds=1)


class FetchingSettings(Section):
    concurrency: int = 48
    deadline: timedelta = timedelta(seconds=30)
    max_feed_size: int = 10_000_000
    max_page_size: int = 5_000_000
    robots: bool = True
    per_host: PerHostSettings = PerHostSettings()
    allow_networks: tuple[IPv4Network | IPv6Network, ...] = ()
    ports: tuple[int, ...] = (80, 443, 8080, 8443)


class FeedSettings(Section):
    url: str
    interval: timedelta | None = None
    insecure_tls: bool = False
    headers: dict[str, str] = {}
    basic_auth: str | None = None  # user:password
    bearer_token: str | None = None
    cookies: dict[str, str] = {}
    proxy: str | None = None
    user_agent: str | None = None


class OutletSettings(Section):
    name: str
    feeds: tuple[FeedSettings, ...]
    title: str | None = None
    home: str | None = None
    language: str | None = None
    timezone: str | None = None
    enabled: bool = True
    pages: bool = True
    formerly: tuple[str, ...] = ()


class Settings(Section):
    outlets: tuple[OutletSettings, ...]
    database: str = "sqlite:///data/archive.db"
    contact: str | None = None
    polling: PollingSettings = PollingSettings()
    fetching: FetchingSettings = FetchingSettings()
