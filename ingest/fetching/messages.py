"""What is asked of the network and what comes back: values, cheap to import."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from storage.model import Failure, Validators

if TYPE_CHECKING:
    from pydantic import SecretStr

    from ingest.config import FeedSettings


class Purpose(StrEnum):
    """What a fetch is for: decides the size limit, the Accept header and whether robots.txt is asked."""

    FEED = "feed"
    PAGE = "page"  # the only one that robots.txt can forbid
    ROBOTS = "robots"
    SITE = "site"  # an address a user gave, looked through for feeds


@dataclass(frozen=True, slots=True)
class RequestOptions:
    """What the configuration adds to the requests of one feed. Everything secret stays out of `repr`.

    `headers`, `basic_auth` ("user:password"), `bearer_token`, `cookies` and `insecure_tls` hold for the feed's own
    `origin` (scheme://host[:port]) alone: neither a redirect nor the link of an entry carries them elsewhere. Without
    `origin` it is the requested URL's.
    """

    origin: str | None = None

    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    basic_auth: str | None = field(default=None, repr=False)
    bearer_token: str | None = field(default=None, repr=False)
    cookies: Mapping[str, str] = field(default_factory=dict, repr=False)
    proxy: str | None = field(default=None, repr=False)  # http:// or https://, may hold a login
    user_agent: str | None = None
    insecure_tls: bool = False

    @classmethod
    def of(cls, feed: FeedSettings) -> RequestOptions:
        from ingest.fetching.targets import parse_target  # the parser of addresses is not cheap to import

        target = parse_target(feed.url)
        return cls(
            origin="" if isinstance(target, Failure) else target.origin,
            headers={name: _plain(value) for name, value in feed.headers.items()},
            basic_auth=_plain(feed.basic_auth) if feed.basic_auth else None,
            bearer_token=_plain(feed.bearer_token) if feed.bearer_token else None,
            cookies={name: _plain(value) for name, value in feed.cookies.items()},
            proxy=_plain(feed.proxy) if feed.proxy else None,
            user_agent=feed.user_agent,
            insecure_tls=feed.insecure_tls,
        )

    def elsewhere(self) -> RequestOptions:
        """What is left of the options for another origin: the way there and our name, no secret."""
        return RequestOptions(proxy=self.proxy, user_agent=self.user_agent)

    def without_secrets(self) -> RequestOptions:
        """What robots.txt is asked with: the secrets are for feeds and pages, the way to the origin is the same."""
        return replace(self.elsewhere(), origin=self.origin, insecure_tls=self.insecure_tls)


def _plain(value: str | SecretStr) -> str:
    return value if isinstance(value, str) else value.get_secret_value()


@dataclass(frozen=True, slots=True)
class FetchRequest:
    """One thing to fetch. `validators` are replayed to the letter, to the URL that gave them and to no other."""

    url: str
    purpose: Purpose
    validators: Validators | None = None
    options: RequestOptions = RequestOptions()


@dataclass(frozen=True, slots=True)
class Fetched:
    """A full answer. `body` is decoded (gzip, deflate); `seconds` is network time without waiting for our turn.

    `final_url`: where redirects ended; `permanent_url`: how far permanent ones (301, 308) led without a break, None if
    the first hop was none. `headers`: lower-cased names, without cookies. `validators`: what to send next time, empty
    when `truncated` (the body is usable, but it is not all).
    """

    url: str
    final_url: str
    permanent_url: str | None
    status: int
    headers: Mapping[str, str]
    body: bytes
    content_type: str | None
    validators: Validators
    truncated: bool
    wire_bytes: int
    seconds: float


@dataclass(frozen=True, slots=True)
class NotModified:
    """304: nothing new. `validators` are the sent ones, each replaced where the server sent another."""

    url: str
    headers: Mapping[str, str]
    validators: Validators
    wire_bytes: int
    seconds: float
    final_url: str
    permanent_url: str | None = None
    status: int = 304


Result = Fetched | NotModified | Failure


class Stopped(Exception):
    """Carries a failure out of the libraries under us; never leaves `Fetcher.fetch`."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.detail)
        self.failure = failure
