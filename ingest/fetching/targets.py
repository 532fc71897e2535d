"""One address on the web, parsed as browsers do (WHATWG URL, by ada): what is shown there is what is asked for.

Host spellings such as `0x7f000001`, `127.1` or full-width digits come out as the address they mean.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final
from urllib.parse import unquote

from ada_url import join_url, normalize_url

from storage.model import Failure, FailureKind

LONGEST_URL: Final = 8_192  # characters
DEFAULT_PORTS: Final = {"http": 80, "https": 443}

# Scheme, login, host with port, host, port, path with query: a serialized URL has the signs between them nowhere else.
_SERIALIZED: Final = re.compile(
    r"(https?)://(?:([^/@]*)@)?((\[[^\]]*\]|[^/:]+)(?::(\d+))?)(/[^?#]*(?:\?[^#]+)?)\??(?:#.*)?", re.DOTALL
)
_ADDRESS: Final = re.compile(r"\[.*\]|[\d.]*\d")  # no name ends in a number: it would be an address, or a mistake


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
        href = join_url(base, url) if base else normalize_url(url)
    except ValueError:
        return Failure(FailureKind.BAD_URL, "not a complete web address")
    parts = _SERIALIZED.fullmatch(href)
    if parts is None:
        scheme = href.partition(":")[0]
        return Failure(FailureKind.BAD_URL, f"a {scheme[:20]}: address; only http and https are fetched")
    scheme, login, netloc, host, port, path = parts.groups()
    return Target(
        scheme=scheme,
        host=host,
        port=int(port) if port else DEFAULT_PORTS[scheme],  # ada leaves out the scheme's own
        netloc=netloc,
        origin=f"{scheme}://{netloc}",
        path=path,
        is_address=_ADDRESS.fullmatch(host) is not None,
        login=_login(login) if login else None,
    )


def _login(written: str) -> str:
    user, _, password = written.partition(":")
    return f"{unquote(user)}:{unquote(password)}"
