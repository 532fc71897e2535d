"""One address on the web, parsed as browsers do (WHATWG URL, by ada): what is shown there is what is asked for.

Host spellings such as `0x7f000001`, `127.1` or full-width digits come out as the address they mean.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final
from urllib.parse import unquote

from ada_url import URL, HostType

from storage.model import Failure, FailureKind

LONGEST_URL: Final = 8_192  # characters
_DEFAULT_PORTS: Final = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Target:
    """`host` is in lower case, ASCII, in brackets if IPv6; `path` is path and query as sent.

    `login` is "user:password" if the URL held one; no other field shows it.
    """

    scheme: str
    host: str
    port: int
    path: str
    is_address: bool
    login: str | None = field(default=None, repr=False)

    @property
    def netloc(self) -> str:
        return self.host if self.port == _DEFAULT_PORTS[self.scheme] else f"{self.host}:{self.port}"

    @property
    def origin(self) -> str:
        return f"{self.scheme}://{self.netloc}"

    @property
    def href(self) -> str:
        """The whole address, without login and fragment."""
        return self.origin + self.path

    @property
    def shown(self) -> str:
        """For people and logs: without the query, where keys to private feeds are kept."""
        return f"{self.origin}{self.path.partition('?')[0]}"[:200]


@lru_cache(maxsize=4096)  # one poll asks four times: its lane, its host's pace, its options, its request
def parse_target(url: str, base: str | None = None) -> Target | Failure:
    """The target of `url`, taken relative to `base` if given; `bad_url` where it is not a complete web address."""
    if len(url) > LONGEST_URL:
        return Failure(FailureKind.BAD_URL, f"the address has {len(url)} characters")
    try:
        parsed = URL(URL(url, base).href) if base else URL(url)  # joined, ada does not know the kind of host
    except ValueError:
        return Failure(FailureKind.BAD_URL, "not a complete web address")
    scheme = parsed.protocol.removesuffix(":")
    if scheme not in _DEFAULT_PORTS:
        return Failure(FailureKind.BAD_URL, f"a {scheme[:20]}: address; only http and https are fetched")
    return Target(
        scheme=scheme,
        host=parsed.hostname,
        port=int(parsed.port) if parsed.port else _DEFAULT_PORTS[scheme],
        path=parsed.pathname + parsed.search,
        is_address=parsed.host_type is not HostType.DEFAULT,
        login=_login(parsed),
    )


def _login(parsed: URL) -> str | None:
    if not (parsed.username or parsed.password):
        return None
    return f"{unquote(parsed.username)}:{unquote(parsed.password)}"
