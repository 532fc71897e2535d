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
DEFAULT_PORTS: Final = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Target:
    """`host` is in lower case, ASCII, in brackets if IPv6; `netloc` has the port if it is not the scheme's own;
    `origin` is scheme://netloc; `path` is path and query as sent.

    `login` is "user:password" if the URL held one; no other field shows it.
    """

    scheme: str
    host: str
    port: int
    netloc: str
    origin: str
    path: str
    is_address: bool
    login: str | None = field(default=None, repr=False)

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
    if scheme not in DEFAULT_PORTS:
        return Failure(FailureKind.BAD_URL, f"a {scheme[:20]}: address; only http and https are fetched")
    port = parsed.port  # ada leaves out the scheme's own
    netloc = f"{parsed.hostname}:{port}" if port else parsed.hostname
    return Target(
        scheme=scheme,
        host=parsed.hostname,
        port=int(port) if port else DEFAULT_PORTS[scheme],
        netloc=netloc,
        origin=f"{scheme}://{netloc}",
        path=parsed.pathname + parsed.search,
        is_address=parsed.host_type is not HostType.DEFAULT,
        login=_login(parsed),
    )


def _login(parsed: URL) -> str | None:
    if not (parsed.username or parsed.password):
        return None
    return f"{unquote(parsed.username)}:{unquote(parsed.password)}"
