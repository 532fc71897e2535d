"""Names for outlets that come from elsewhere: one site, one outlet, and a short name that nobody has yet."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from functools import cache
from itertools import chain, count, takewhile

import ada_url
from publicsuffixlist import PublicSuffixList

from ingest.config.settings import Settings

# Hosts that carry the feeds of other sites: they say nothing about the outlet.
CARRIERS = (
    *("amazonaws.com", "feedburner.com", "feedx.net", "fetchrss.com", "google.com", "rss.app", "rsshub.app"),
    *("siftrss.com", "wor.jp"),
)
_SERVING = {"amp", "api", "cdn", "feed", "feeds", "feeds2", "m", "mobile", "rss", "rssfeeds", "static", "www"}


class OutletNames:
    """Gives each site its outlet's name: that of the settings where there is one, else a new one."""

    def __init__(self, settings: Settings) -> None:
        self._taken = {name for outlet in settings.outlets for name in (outlet.name, *outlet.formerly)}
        self._known: defaultdict[str, dict[str, list[str]]] = defaultdict(dict)  # site -> outlet -> addresses
        self._new: dict[str, str] = {}
        for outlet in settings.outlets:
            self._known[_by_title(outlet.title or outlet.name)][outlet.name] = []
            for url in (outlet.home, *(feed.url for feed in outlet.feeds)):
                self._known[site_of(url) or ""].setdefault(outlet.name, []).append(url or "")

    def name(self, url: str | None, home: str | None, title: str) -> str:
        """The name of the outlet whose feed has this address, this home page and this title."""
        site = site_of(home) or site_of(url)
        key = site or _by_title(title)
        known = _nearest(self._known.get(key, {}), url or "")
        if known is None and key not in self._new:
            self._new[key] = self._invent(site, title)
        return known or self._new[key]

    def _invent(self, site: str | None, title: str) -> str:
        wishes = (slug(_without_suffix(site)), slug(site) or "feed") if site else (slug(title) or "feed",)
        names = chain(wishes, (f"{wishes[-1]}-{number}" for number in count(2)))
        name = next(name for name in names if name and name not in self._taken)
        self._taken.add(name)
        return name


def slug(text: str) -> str:
    """`Süddeutsche Zeitung` -> `suddeutsche-zeitung`; empty when nothing of it is Latin."""
    latin = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub("[^a-z0-9]+", "-", latin)[:50].strip("-")


def site_of(url: str | None) -> str | None:
    """The host of an address without the labels that only say how it serves; None for carriers of others' feeds.

    `feeds.bbci.co.uk` -> `bbci.co.uk`. The registrable domain would join too much: `timesofindia.indiatimes.com` and
    `economictimes.indiatimes.com` are two papers.
    """
    try:
        host = ada_url.URL(url or "").hostname
    except ValueError:
        return None
    if not host or any(host == carrier or host.endswith(f".{carrier}") for carrier in CARRIERS):
        return None
    first, _, rest = host.partition(".")
    return rest if first in _SERVING and "." in rest else host


def _nearest(outlets: dict[str, list[str]], url: str) -> str | None:
    """The outlet itself where a site has one; of several the one whose feeds share the beginning of the path."""
    if len(outlets) < 2:
        return next(iter(outlets), None)
    shared, name = max((_shared(url, addresses), name) for name, addresses in outlets.items())
    return name if shared else None


def _shared(url: str, others: Iterable[str]) -> int:
    """How many leading parts of the path an address has in common with the nearest of the others."""
    own = _folders(url)
    pairs = (zip(own, _folders(other), strict=False) for other in others)
    return max((len(list(takewhile(lambda pair: pair[0] == pair[1], pair))) for pair in pairs), default=0)


def _folders(url: str) -> list[str]:
    return url.partition("://")[2].split("/")[1:-1]


def _without_suffix(site: str) -> str:
    if ":" in site or site.replace(".", "").isdigit():  # an IP address
        return site
    return site.removesuffix(f".{_public_suffixes().publicsuffix(site)}")


def _by_title(title: str) -> str:
    return f"title: {' '.join(title.casefold().split())}"


@cache
def _public_suffixes() -> PublicSuffixList:
    return PublicSuffixList()
