"""Whose server it is: the unit of politeness is the registrable domain (Public Suffix List, from its package)."""

from __future__ import annotations

from functools import cache, lru_cache
from pathlib import Path

import publicsuffixlist

from ingest.fetching.targets import Target, parse_target
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


@lru_cache(maxsize=16_384)
def _registrable(host: str) -> str:
    name = host.strip(".")
    return _suffixes(name.rpartition(".")[2]).privatesuffix(name) or name


@lru_cache(maxsize=512)
def _suffixes(ending: str) -> publicsuffixlist.PublicSuffixList:
    """The rules for one top-level domain: reading the whole list takes .1 s of CPU, this some milliseconds."""
    rules = _rules_by_ending().get(_unicode(ending), [])
    encoded = [rule.encode("idna").decode("ascii") for rule in rules if not rule.isascii()]
    return publicsuffixlist.PublicSuffixList(rules + encoded, accept_encoded_idn=False)


@cache
def _rules_by_ending() -> dict[str, list[str]]:
    rules: dict[str, list[str]] = {}
    for line in Path(publicsuffixlist.PSLFILE).read_text("utf-8").splitlines():
        if line and not line.startswith("//"):
            rules.setdefault(line.rpartition(".")[2], []).append(line)
    return rules


def _unicode(ending: str) -> str:
    try:
        return ending.encode("ascii").decode("idna")
    except UnicodeError:
        return ending
