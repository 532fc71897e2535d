"""Whose server it is: the unit of politeness is the registrable domain (Public Suffix List, from its package)."""

from __future__ import annotations

from ingest.fetching.targets import Target, parse_target
from ingest.urls import registrable_domain
from storage.model import Failure


def politeness_key(url: str) -> str | None:
    """What shares one pace and one pause with `url`; None where it is no web address.

    >>> politeness_key("https://feeds.bbci.co.uk/news/rss.xml"), politeness_key("http://127.0.0.1:8000/")
    ('bbci.co.uk', '127.0.0.1:8000')
    """
    target = parse_target(url)
    return None if isinstance(target, Failure) else domain_of(target)


def domain_of(target: Target) -> str:
    """The registrable domain of a name, `host:port` of an IP address.

    A name that has no registrable domain (`localhost`, `github.io` itself) stands for itself.
    """
    return f"{target.host}:{target.port}" if target.is_address else _registrable(target.host)


def _registrable(host: str) -> str:
    name = host.strip(".")
    return registrable_domain(name) or name
