r"""URLs: one to fetch, one to compare. The fetch URL stays as published; `canonical_url` gives the key for identity.

Parsing is WHATWG's (ada-url); registrable domains come from the Public Suffix List. The rules of the key:

1. Surrounding white space goes. What is not a whole http(s) URL, or is longer than 8,192 characters, is kept as it is.

   >>> canonical_url(" mailto:desk@example.com ")
   'mailto:desk@example.com'

2. Wrappers that name their target are unwrapped without the network: AMP caches, search engines, social networks.

   >>> canonical_url("https://www-example-com.cdn.ampproject.org/c/s/www.example.com/story")
   'https://example.com/story'
   >>> canonical_url("https://www.google.com/url?rct=j&url=https://www.example.com/story&ct=ga")
   'https://example.com/story'

3. The scheme is https; credentials, default ports, IDNA spellings and a final dot of the host go.

   >>> canonical_url("HTTP://user:secret@BÜCHER.example.:80/a")
   'https://xn--bcher-kva.example/a'

4. The labels `www`, `m`, `mobile` and `amp` go from the host where the registrable domain stays.

   >>> canonical_url("https://www.m.example.co.uk/a"), canonical_url("https://www.gov.uk/a")
   ('https://example.co.uk/a', 'https://www.gov.uk/a')

5. Path: dot segments and doubled slashes are resolved; escapes are upper case, unreserved characters unescaped.

   >>> canonical_url("https://example.com//news/x/../%73tory%2d%c3%a9")
   'https://example.com/news/story-%C3%A9'

6. Path: session ids, index documents and the final slash go. Case stays.

   >>> canonical_url("https://example.com/News/story;jsessionid=1A530637289A03B0/index.html")
   'https://example.com/News/story'

7. AMP's marks go from path and query.

   >>> canonical_url("https://example.com/story/amp/?outputType=amp"), canonical_url("https://example.com/a.amp.html")
   ('https://example.com/story', 'https://example.com/a.html')

8. Parameters are sorted by name; known trackers and session ids go. Unknown parameters stay, with their case.

   >>> canonical_url("https://example.com/a?p=2&utm_source=rss&Id=7&fbclid=x&CMP=fb_gu")
   'https://example.com/a?Id=7&p=2'

9. `ref`, `source`, `from`, `partner` and their like go only with values that name a channel or the outlet itself.

   >>> canonical_url("https://example.com/a?ref=rss&source=www.example.com"), canonical_url("https://example.com/a?ref=111")
   ('https://example.com/a', 'https://example.com/a?ref=111')

10. Fragments go, unless they carry the page (`#!`, `#/`).

   >>> canonical_url("https://example.com/a#xtor=RSS-3208"), canonical_url("https://example.com/#!/a")
   ('https://example.com/a', 'https://example.com/#!/a')

The result is its own canonical form, and nothing here raises. What the rules cannot join, an article's aliases do.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote_plus

import ada_url
import publicsuffixlist

MAX_LENGTH = 8192

SCRIPTS = ("javascript:", "vbscript:", "data:")

ALIAS_LABELS = frozenset(("www", "www2", "m", "mobile", "amp"))

# (registrable domain, or its first label with a dot; beginning of the path; parameters that hold the target)
WRAPPERS = (
    ("google.", "/url", ("url", "q")),
    ("facebook.com", "/l.php", ("u",)),
    ("instagram.com", "/", ("u",)),
    ("vk.com", "/away.php", ("to",)),
    ("youtube.com", "/redirect", ("q",)),
    ("reddit.com", "/", ("url",)),
    ("tumblr.com", "/redirect", ("z",)),
    ("umblr.com", "/redirect", ("z",)),
    ("duckduckgo.com", "/l/", ("uddg",)),
    ("getpocket.com", "/redirect", ("url",)),
    ("outlook.com", "/", ("url",)),
)
WRAPPING_HOSTS = {"instagram.com": "l.", "reddit.com": "out.", "outlook.com": "safelinks.protection."}

TRACKER_PREFIXES = tuple(
    "utm_ mtm_ itm_ pk_ piwik_ at_ ns_ hsa_ cm_mmc elq amp_ _hs oly_ fb_ wt_ guce_ vero_ soc_ stm_".split()  # noqa: SIM905
)
TRACKERS = frozenset(
    """
    fbclid gclid gclsrc dclid gbraid wbraid msclkid twclid ttclid yclid ysclid rdt_cid li_fat_id igsh igshid srsltid
    mibextid sfnsn epik _openstat _ga _gl _ke _branch_match_id __twitter_impression __s usqp mc_cid mc_eid mkt_tok
    ml_subscriber ml_subscriber_hash ck_subscriber_id rb_clickid wickedid s_kwcid zanpid ncid ocid cvid icid cmp cmpid
    intcmp int_cmp xtor ito smid smtyp ftag s_cid sref sr_share ref_src ref_url traffic_source tblci ob_click_id dicbo
    guccounter wprov mbid cndid esrc itid emc maca feedtype feedname tpcc taid trk trkcampaign hss_channel amp
    """.split()  # noqa: SIM905  (a table, to be read as one)
)
SESSIONS = frozenset(("phpsessid", "jsessionid", "aspsessionid", "sessionid", "session_id", "cfid", "cftoken", "zenid"))
SESSION_IF_HEX = frozenset(("sid", "s", "session", "sess", "sessid", "token"))
AMP_IF_VALUE = frozenset(("output", "outputtype", "service", "template", "type", "mode", "view", "format", "layout"))
SWITCHES = frozenset(("rss", "feed"))
CHANNEL_PARAMETERS = frozenset(
    ("ref", "source", "src", "from", "partner", "via", "referrer", "referer", "ref_", "share", "rss", "feed", "medium")
)
CHANNELS = frozenset(
    """
    rss rss2 feed feeds atom rdf xml twitter tw tweet facebook fb whatsapp wa telegram tg linkedin instagram ig reddit
    google googlenews bing yahoo flipboard pocket feedly feedburner hootsuite email mail newsletter newsletters social
    share sharing socialshare social_share homepage home app singlemessage timeline groupmessage
    """.split()  # noqa: SIM905
)


class _Address(NamedTuple):
    """An address and its parts, by the names that the WHATWG gave them."""

    href: str
    protocol: str
    hostname: str
    port: str
    pathname: str
    search: str
    hash: str


# A serialized http(s) URL, in which the signs between its parts stand for nothing else: ada is asked for this one string,
# for each question costs as much as the parsing.
_SERIALIZED = re.compile(
    r"(https?:)//(?:[^/@]*@)?(\[[^\]]*\]|[^/:]+)(?::(\d+))?(/[^?#]*)(\?[^#]+)?\??(#.+)?#?", re.DOTALL
)

_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_SLASHES = re.compile(r"/{2,}")
_PATH_SESSION = re.compile(r";(?:jsessionid|phpsessid|sessionid)=[^/;]*|/\(S\([a-z0-9]{24}\)\)(?=/)", re.IGNORECASE)
_INDEX = re.compile(r"/(?:index\.(?:s?html?|php|aspx?|jsp)|default\.(?:html?|aspx?))$", re.IGNORECASE)
_HEX32 = re.compile(r"[0-9a-f]{32}", re.IGNORECASE)
_AMP_CACHE = re.compile(r"/(?:amp|[a-z]{1,3})/(?:s/)?(?=[^/]+\.)")
_BLANK = re.compile(r"[\s\x00-\x1f]+")
_UNSAFE = re.compile(r"[\s\x00-\x1f\x7f\\<>\"]")


@lru_cache(maxsize=8_192)  # on its way from a feed to the archive an address is asked for four times
def canonical_url(url: str) -> str:
    """The key of `url` by the rules above; never raises, idempotent."""
    text = url.encode("utf-8", "replace").decode().strip()
    if len(text) > MAX_LENGTH:
        return text
    parsed = _parse(text)
    while parsed is not None:
        target = _unwrap(parsed)
        if target is None:
            key = _key(parsed)
            if key == text:
                break
            text = key
        else:
            text = target
        parsed = _parse(text)
    return text


def resolve_link(base: str | None, href: str) -> str | None:
    """The absolute http(s) URL of a link in a document at `base`, or None. What is absolute stays as published.

    >>> resolve_link("https://example.com/feed/", "../a b?x=1")
    'https://example.com/a%20b?x=1'
    >>> resolve_link("https://example.com/", "java\\nscript:alert(1)") is None
    True
    """
    href = href.strip()
    if not href or len(href) > MAX_LENGTH:
        return None
    absolute = _parse(href)
    if absolute is not None:
        return absolute.href if _UNSAFE.search(href) else href
    if _BLANK.sub("", href[:200]).lower().startswith(SCRIPTS):  # XML makes a space of a line end within
        return None
    try:
        joined = _parse(ada_url.join_url(base, href)) if base else None
    except ValueError:
        return None
    return joined.href if joined else None


@lru_cache(maxsize=4096)
def registrable_domain(host: str) -> str | None:
    """The domain under a public suffix that `host` belongs to, `example.co.uk` for `www.example.co.uk`; or None."""
    domain: str | None = _suffixes(host.rpartition(".")[2]).privatesuffix(host)
    return domain


@lru_cache(maxsize=4_096)
def _parse(text: str) -> _Address | None:
    """An http(s) URL with a host, or None."""
    try:
        href = ada_url.normalize_url(text)
    except ValueError:  # not absolute, or not UTF-8
        return None
    parts = _SERIALIZED.fullmatch(href)
    return _Address(href, *parts.groups("")) if parts and parts[2].strip(".") else None


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


def _unwrap(url: _Address) -> str | None:
    """The target that a wrapper names; always shorter than the wrapper, so unwrapping ends."""
    host = url.hostname.rstrip(".")
    domain = registrable_domain(host) or host
    is_google = domain.startswith("google.")
    if host.endswith((".cdn.ampproject.org", ".bing-amp.com")) or (is_google and url.pathname.startswith("/amp/")):
        cached = _AMP_CACHE.match(url.pathname)
        return _absolute(f"https://{url.pathname[cached.end() :]}{url.search}") if cached else None
    for wrapper, path, names in WRAPPERS:
        if (domain == wrapper or (is_google and wrapper == "google.")) and url.pathname.startswith(path):
            if WRAPPING_HOSTS.get(wrapper, "") not in host:
                return None
            values = {name: value for name, value, _ in _parameters(url.search)}
            return next((target for name in names if (target := _absolute(values.get(name, "")))), None)
    return None


def _absolute(text: str) -> str | None:
    parsed = _parse(text)
    return parsed.href if parsed is not None and "." in parsed.hostname else None


def _key(url: _Address) -> str:
    host, domain = _host(url.hostname)
    port = f":{url.port}" if url.port not in ("", "443") else ""
    kept = sorted(
        (part for name, value, part in _parameters(url.search) if not _is_noise(name, value, domain)), key=_name
    )
    query = "?" + "&".join(kept) if kept else ""
    fragment = url.hash if url.hash.startswith(("#!", "#/")) else ""
    return f"https://{host}{port}{_path(url.pathname)}{query}{fragment}"


def _host(hostname: str) -> tuple[str, str]:
    """The host without alias labels, and its registrable domain."""
    host = hostname.rstrip(".")
    domain = registrable_domain(host)
    if domain is None or host == domain or host.rpartition(".")[2].isdigit():
        return host, domain or host
    labels = host.removesuffix("." + domain).split(".")
    return ".".join([*(label for label in labels if label not in ALIAS_LABELS), domain]), domain


def _path(path: str) -> str:
    path = _PATH_SESSION.sub("", _SLASHES.sub("/", _tidy_escapes(path)))
    while (shorter := _strip_path(path)) != path:
        path = shorter
    return path or "/"


def _strip_path(path: str) -> str:
    path = _INDEX.sub("", path.rstrip("/"))
    if path.endswith(".amp.html"):
        return path.removesuffix(".amp.html") + ".html"
    if path.count("/") > 1:
        path = path.removesuffix("/amp")
        path = path.removeprefix("/amp") if path.startswith("/amp/") else path
    return path


def _tidy_escapes(text: str) -> str:
    return _ESCAPE.sub(_tidy_escape, text) if "%" in text else text


def _tidy_escape(match: re.Match[str]) -> str:
    char = chr(int(match[1], 16))
    return char if char in _UNRESERVED else match[0].upper()


def _parameters(search: str) -> Iterator[tuple[str, str, str]]:
    """Each parameter as (name to compare, value, text). `&amp;` is read as what was meant."""
    for part in search.removeprefix("?").replace("&amp;", "&").split("&"):
        if part:
            name, equals, value = part.partition("=")
            text = _tidy_escapes((name + equals + value).replace("+", "%20"))
            yield unquote_plus(name).lower(), unquote_plus(value), text


def _name(part: str) -> str:
    return part.partition("=")[0]


def _is_noise(name: str, value: str, domain: str) -> bool:
    if name in TRACKERS or name in SESSIONS or name.startswith(TRACKER_PREFIXES):
        return True
    value = value.lower()
    if name in SESSION_IF_HEX:
        return _HEX32.fullmatch(value) is not None
    if name in AMP_IF_VALUE:
        return value == "amp"
    if name in SWITCHES and value in ("", "1", "true", "yes"):
        return True
    if name in CHANNEL_PARAMETERS:
        return domain in value or not CHANNELS.isdisjoint(re.split(r"[^a-z0-9]+", value))
    return False
