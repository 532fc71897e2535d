"""The settings as frozen values. Every key of feeds.yaml is a field here; `docs/configuration.md` explains each.

Secrets are `SecretStr`: their text comes out by `get_secret_value()` alone, so that no log line, report or traceback
shows it. Only `ingest.fetching` asks for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Annotated, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from ingest.config import values

_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)

Recheck = Annotated[tuple[values.Interval, ...], BeforeValidator(values.off_is_empty)]


class Section(BaseModel):
    """A mapping of the file. Unknown keys are errors; a key without a value stands for its default."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    @model_validator(mode="before")
    @classmethod
    def _leave_out_empty_keys(cls, data: object) -> object:
        if not isinstance(data, dict) or None not in data.values():
            return data
        return {key: value for key, value in data.items() if value is not None or key not in cls.model_fields}


class PollingSettings(Section):
    interval: values.Interval = timedelta(minutes=30)
    min_interval: values.Interval = timedelta(minutes=5)
    max_interval: values.Interval = _DAY
    adaptive: bool = True
    max_age: values.Duration = timedelta(days=30)  # older entries of a first poll: sightings without a page
    recheck: Recheck = (_HOUR, 6 * _HOUR, _DAY, 3 * _DAY)  # after publication, for silent edits; empty: never

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.min_interval > self.max_interval:
            raise PydanticCustomError("whole", "min_interval is longer than max_interval")
        return self


class PerHostSettings(Section):
    concurrency: values.Count = 2
    delay: values.Duration = timedelta(seconds=1)  # between the starts of two requests


class FetchingSettings(Section):
    concurrency: values.Count = 48
    deadline: values.Interval = timedelta(seconds=30)  # for one fetch from resolving to the last byte
    max_feed_size: values.Size = 10_000_000  # decoded bytes
    max_page_size: values.Size = 5_000_000
    robots: bool = True
    per_host: PerHostSettings = PerHostSettings()
    allow_networks: tuple[values.Network, ...] = ()  # what the address guard lets through besides the public net
    ports: tuple[values.Port, ...] = (80, 443, 8080, 8443)


class BackupSettings(Section):
    """Copies that the daemon makes of the archive; none without a folder."""

    folder: values.Text | None = None
    interval: values.Interval = _DAY
    keep: values.Count = 7


class MetricsSettings(Section):
    """Where the daemon shows its figures to Prometheus; nowhere without a port."""

    port: values.Port | None = None
    address: values.Text = "127.0.0.1"


class ExtractSettings(Section):
    """An outlet's own extraction rules: CSS selectors, and in `strip` regular expressions (`re`); all checked."""

    body: values.Selector | None = None
    remove: tuple[values.Selector, ...] = ()
    title: values.Selector | None = None
    authors: values.Selector | None = None
    date: values.Selector | None = None
    strip: tuple[values.Pattern, ...] = ()


class FeedSettings(Section):
    """One feed. In the file it may be its address alone.

    `headers`, `basic_auth`, `bearer_token`, `cookies` and `proxy` are secret, each value by itself:
    `{name: value.get_secret_value() for name, value in feed.headers.items()}`. They are checked: printable ASCII in one
    line, and no header that the client sets itself. `basic_auth` and `bearer_token` exclude each other.
    """

    url: values.HttpUrl
    title: values.Text | None = None
    enabled: bool = True
    interval: values.Interval | None = None  # None: polling.interval
    folder: tuple[values.Text, ...] = ()  # where it stood in an OPML file, the outermost first
    user_agent: values.HeaderText | None = None
    insecure_tls: bool = False
    headers: Mapping[values.HeaderName, values.Secret] = Field(default_factory=dict)  # a default would be copied deep
    cookies: Mapping[values.CookieName, values.Cookie] = Field(default_factory=dict)
    basic_auth: values.BasicAuth | None = None  # user:password
    bearer_token: values.Secret | None = None
    proxy: values.Proxy | None = None

    @model_validator(mode="before")
    @classmethod
    def _address_alone(cls, data: object) -> object:
        return {"url": data} if isinstance(data, str) else data

    @model_validator(mode="after")
    def _one_login(self) -> Self:
        if self.basic_auth and self.bearer_token:
            raise PydanticCustomError("whole", "basic_auth and bearer_token exclude each other")
        return self


SECRET_KEYS = frozenset({"headers", "cookies", "basic_auth", "bearer_token", "proxy"})


class OutletSettings(Section):
    name: values.Name
    feeds: tuple[FeedSettings, ...]
    title: values.Text | None = None
    home: values.HttpUrl | None = None
    language: values.Language | None = None
    timezone: values.TimeZone | None = None
    enabled: bool = True
    pages: bool = True  # False: keep the feed's own text, fetch no pages
    recheck: Recheck | None = None  # None: polling.recheck
    extract: ExtractSettings = ExtractSettings()
    formerly: tuple[values.Name, ...] = ()


class Settings(Section):
    """All of feeds.yaml."""

    outlets: tuple[OutletSettings, ...]
    database: values.Database = "sqlite:///data/archive.db"
    contact: values.HeaderText | None = None
    polling: PollingSettings = PollingSettings()
    fetching: FetchingSettings = FetchingSettings()
    backup: BackupSettings = BackupSettings()
    metrics: MetricsSettings = MetricsSettings()

    def feeds(self) -> Iterator[tuple[OutletSettings, FeedSettings]]:
        """Every enabled feed of every enabled outlet, in the file's order."""
        for outlet in self.outlets:
            if outlet.enabled:
                yield from ((outlet, feed) for feed in outlet.feeds if feed.enabled)

    def outlet(self, name: str) -> OutletSettings | None:
        """The outlet of that name, or that formerly had it."""
        present = (outlet for outlet in self.outlets if outlet.name == name)
        former = (outlet for outlet in self.outlets if name in outlet.formerly)
        return next(present, None) or next(former, None)

    def recheck(self, outlet: OutletSettings) -> tuple[timedelta, ...]:
        """How long after publication the outlet's articles are read again; empty: never."""
        return self.polling.recheck if outlet.recheck is None else outlet.recheck
