"""Addresses and names that a page gives itself: canonical URL, lead image, site name, section, tags."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import ada_url

from ingest.pages.head import Head
from ingest.pages.jsonld import Claims
from ingest.text import clean_line
from ingest.urls import canonical_url, registrable_domain, resolve_link

MAX_TAGS = 30
_NO_PHOTO = re.compile(
    r"(?:^|[/_.-])(?:logo|placeholder|default|blank|spacer|avatar|favicon|no-?image|fallback|sprite)s?(?:[/_.-]|\d|$)",
    re.I,
)
_SPLIT_TAGS = re.compile(r"\s*[,;،、]\s*")


def declared_canonical(head: Head, claims: Claims, url: str) -> tuple[str, str]:
    """The canonical URL and its source. A declaration counts only on the same site and not for the home page."""
    own = canonical_url(url)
    for href, source in (
        (head.links.get("canonical", ""), "canonical"),
        (head.first("og:url"), "og:url"),
        (claims.url, "json-ld"),
    ):
        target = resolve_link(url, href) if href else None
        if target and same_site(target, url) and not _is_home(target):
            return canonical_url(target), source
    return own, "url"


def same_site(one: str, other: str) -> bool:
    """Whether two URLs belong to one registrable domain (or, without such, one host)."""
    hosts = [_host(url) for url in (one, other)]
    return bool(hosts[0]) and (registrable_domain(hosts[0]) or hosts[0]) == (registrable_domain(hosts[1]) or hosts[1])


def _host(url: str) -> str:
    try:
        return str(ada_url.URL(url).hostname)
    except ValueError:
        return ""


def _is_home(url: str) -> bool:
    try:
        parsed = ada_url.URL(url)
    except ValueError:
        return True
    return parsed.pathname.strip("/") in ("", "index.html", "index.php", "home") and not parsed.search


def lead_image(head: Head, claims: Claims, url: str) -> tuple[str | None, str]:
    """The picture that the page offers for itself, unless it is a logo or a placeholder."""
    for href, source in (
        (head.first("og:image", "og:image:url", "og:image:secure_url"), "og:image"),
        (head.first("twitter:image", "twitter:image:src"), "twitter:image"),
        (claims.image, "json-ld"),
        (head.links.get("image_src", ""), "image_src"),
    ):
        target = resolve_link(url, href) if href else None
        if target and not _NO_PHOTO.search(target.partition("?")[0]):
            return target, source
    return None, ""


def site_name(head: Head, claims: Claims) -> tuple[str | None, str]:
    """What the site calls itself."""
    for name, source in (
        (head.first("og:site_name"), "og:site_name"),
        (claims.publisher, "json-ld"),
        (head.first("application-name", "al:ios:app_name", "apple-mobile-web-app-title"), "application-name"),
    ):
        if name and len(name) <= 80 and "://" not in name:
            return clean_line(name), source
    return None, ""


def site_names(head: Head, claims: Claims, url: str) -> set[str]:
    """Every form of the site's name that may hang on a title or pose as an author."""
    host = _host(url).removeprefix("www.")
    domain = registrable_domain(host) or host
    names = {host, domain, domain.partition(".")[0], claims.publisher, *head.all("og:site_name")}
    names |= {head.first("application-name"), head.first("twitter:site").lstrip("@"), head.first("al:ios:app_name")}
    names |= {f"{name}.com" for name in names if name and "." not in name}
    names.add(_common_tail(head.title, head.first("og:title")))
    return {name for name in names if name}


def _common_tail(title: str, og_title: str) -> str:
    """What `<title>` has after the og:title: usually the site's name."""
    if og_title and title.startswith(og_title):
        return title[len(og_title) :].strip(" |-–—:·•»")
    return ""


def section_of(head: Head, claims: Claims) -> tuple[str | None, str]:
    """The section, as the page names it."""
    for name, source in (
        (
            head.first(
                "article:section", "section", "parsely-section", "og:article:section", "cxenseparse:articlesection"
            ),
            "meta",
        ),
        (claims.sections[0] if claims.sections else "", "json-ld"),
    ):
        if name and len(name) <= 80:
            return clean_line(name), source
    return None, ""


def tags_of(head: Head, claims: Claims) -> tuple[tuple[str, ...], str]:
    """Tags or keywords, each once."""
    sources: Sequence[tuple[str, Sequence[str]]] = (
        ("article:tag", head.all("article:tag", "og:article:tag")),
        ("json-ld", claims.keywords),
        ("keywords", head.all("news_keywords", "parsely-tags", "sailthru.tags", "keywords")),
    )
    for source, values in sources:
        tags = tuple(dict.fromkeys(_tags(values)))
        if tags:
            return tags[:MAX_TAGS], source
    return (), ""


def _tags(values: Sequence[str]) -> Iterator[str]:
    for value in values:
        for tag in _SPLIT_TAGS.split(value):
            if 1 < len(tag) <= 60 and not re.match(r"^[\w-]+[:=~]\S", tag):
                yield clean_line(tag)
