"""What a request carries: nothing that the answer does not need. No cookies of our own, no Referer."""

from __future__ import annotations

import base64
from typing import Final

from ingest import __version__
from ingest.fetching.messages import Purpose, RequestOptions
from ingest.fetching.targets import Target

PRODUCT: Final = "ingest"  # also the name that robots.txt is searched for
_ACCEPT: Final = {
    Purpose.FEED: b"application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, */*;q=0.8",
    Purpose.PAGE: b"text/html, application/xhtml+xml, */*;q=0.8",
    Purpose.SITE: b"text/html, application/atom+xml, application/rss+xml, application/feed+json, */*;q=0.8",
    Purpose.ROBOTS: b"text/plain, */*;q=0.8",
}
_FRAMING: Final = ("host", "connection", "content-length", "transfer-encoding", "te", "trailer", "upgrade", "expect")
_OURS: Final = frozenset((*_FRAMING, "accept-encoding", "range", "if-range"))  # the configuration changes none of them


def user_agent(contact: str | None) -> str:
    return f"{PRODUCT}/{__version__} (+{contact})" if contact else f"{PRODUCT}/{__version__}"


def request_headers(
    target: Target,
    purpose: Purpose,
    options: RequestOptions,
    login: str | None,
    agent: str,
    conditions: tuple[tuple[bytes, bytes], ...],
) -> tuple[tuple[bytes, bytes], ...]:
    """In the order sent. The configuration's headers replace ours of the same name, framing apart.

    `login`: "user:password" that stood in the URL.
    """
    ours = (
        (b"Host", target.netloc.encode("ascii")),
        (b"User-Agent", _bytes(options.user_agent or agent)),
        (b"Accept", _ACCEPT[purpose]),
        (b"Accept-Encoding", b"gzip, deflate"),
        *conditions,
    )
    added = tuple((_bytes(k), _bytes(v)) for k, v in options.headers.items() if k.lower() not in _OURS)
    replaced = {name.lower() for name, _ in added}
    return (*(pair for pair in ours if pair[0].lower() not in replaced), *added, *_credentials(options, login))


def _credentials(options: RequestOptions, login: str | None) -> tuple[tuple[bytes, bytes], ...]:
    pairs: list[tuple[bytes, bytes]] = []
    login = options.basic_auth or login
    if options.bearer_token:
        pairs.append((b"Authorization", b"Bearer " + _bytes(options.bearer_token)))
    elif login:
        pairs.append((b"Authorization", b"Basic " + base64.b64encode(login.encode("utf-8"))))
    if options.cookies:
        pairs.append((b"Cookie", _bytes("; ".join(f"{name}={value}" for name, value in options.cookies.items()))))
    return tuple(pairs)


def _bytes(text: str) -> bytes:
    return text.encode("latin-1", "replace")
