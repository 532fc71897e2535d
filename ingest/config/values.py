"""The kinds of values that a configuration holds: how each is written, and what it becomes.

Each kind is a type for a model's field. A mistake is a `PydanticCustomError` whose message goes on from the value as it
was found: `'10 parsecs'` + `is not a duration such as 30s, 10m, 2h, 1d`. The error's type says how it is to be shown:
`value` after the value that was found, `whole` alone.
"""

from __future__ import annotations

import re
import warnings
from datetime import timedelta
from functools import cache
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Annotated, NoReturn
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

import ada_url
from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, StringConstraints
from pydantic_core import PydanticCustomError

from ingest.config.problems import suggestion

_DURATION_PART = r"([0-9]{1,9}(?:\.[0-9]{1,9})?)(ms|s|m|h|d|w)"
_DURATION = re.compile(f"(?:{_DURATION_PART})+")
_SECONDS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_SIZE = re.compile(r"([0-9]{1,12}(?:\.[0-9]{1,6})?) ?([kmg]i?b|b)?", re.IGNORECASE)
_BYTES = {"b": 1, "kb": 10**3, "mb": 10**6, "gb": 10**9, "kib": 2**10, "mib": 2**20, "gib": 2**30}
_NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?")
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[a-z]{4})?(?:-(?:[a-z]{2}|[0-9]{3}))?(?:-[a-z0-9]{5,8})*", re.IGNORECASE)
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # a token, RFC 9110, 5.6.2
_HEADER_TEXT = re.compile(r"[\x20-\x7e\t]*")
_COOKIE_VALUE = re.compile(r"[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]*")  # RFC 6265, 4.1.1
_OURS = {  # the client sets these; another value would break conditional requests, framing or the size limit
    *("accept-encoding", "connection", "content-length", "cookie", "host", "if-modified-since", "if-none-match"),
    *("proxy-authorization", "te", "transfer-encoding", "upgrade", "user-agent"),
}


def wrong(message: str) -> NoReturn:
    """Refuses the value; the message goes on from it."""
    raise PydanticCustomError("value", "{message}", {"message": message})


def parse_duration(value: object) -> timedelta:
    """`90s`, `10m`, `1h30m`, `1.5d`, `0`; units ms, s, m, h, d, w."""
    if isinstance(value, timedelta):
        return value
    if value == "0":
        return timedelta(0)
    if not isinstance(value, str) or not _DURATION.fullmatch(value):
        wrong("is not a duration such as 30s, 10m, 2h, 1d")
    seconds = sum(float(number) * _SECONDS[unit] for number, unit in re.findall(_DURATION_PART, value))
    if seconds > timedelta(days=3650).total_seconds():
        wrong("is longer than ten years")
    return timedelta(seconds=seconds)


def parse_size(value: object) -> int:
    """`10MB` (10,000,000 bytes), `512KiB` (524,288 bytes), `2048` (bytes)."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    match = _SIZE.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        wrong("is not a size such as 10MB or 512KiB")
    return int(float(match[1]) * _BYTES[(match[2] or "b").lower()])


def parse_network(value: object) -> IPv4Network | IPv6Network:
    """`127.0.0.0/8`, `10.1.2.3`, `fd00::/8`."""
    if isinstance(value, IPv4Network | IPv6Network):
        return value
    if not isinstance(value, str):
        wrong("is not a network such as 127.0.0.0/8 or fd00::/8")
    try:
        network = ip_network(value, strict=False)
    except ValueError:
        wrong("is not a network such as 127.0.0.0/8 or fd00::/8")
    if "/" in value and str(network.network_address) != str(ip_network(value.split("/")[0]).network_address):
        wrong(f"is an address within a network; the network is {network}")
    return network


@cache
def _zone_names() -> tuple[str, ...]:
    return tuple(sorted(available_timezones()))


@cache
def _zone_problem(name: str) -> str | None:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # ValueError: a path; OSError: a folder of zones, "Asia"
        hint = suggestion(name[:64], _zone_names())
        return f"is not a time zone such as Asia/Karachi{'; ' + hint if hint else ''}"
    return None


def check_timezone(value: str) -> str:
    """A name of the IANA time zone database."""
    problem = _zone_problem(value)
    if problem:
        wrong(problem)
    return value


def check_language(value: str) -> str:
    """A language tag by its shape (RFC 5646), in the RFC's case: `ur`, `pt-BR`, `zh-Hans`."""
    if not _LANGUAGE.fullmatch(value):
        wrong("is not a language tag such as en, ur, pt-BR, zh-Hans")
    return "-".join(_subtag(part, index) for index, part in enumerate(value.lower().split("-")))


def _subtag(part: str, index: int) -> str:
    """RFC 5646, 2.1.1: scripts (four letters) in title case, regions (two) in capitals, the rest small."""
    if index and len(part) == 4:
        return part.title()
    return part.upper() if index and len(part) == 2 else part


def check_name(value: str) -> str:
    if not _NAME.fullmatch(value):
        wrong("is not a name: small letters a-z, digits and '-' between them, at most 64")
    return value


def check_url(value: str) -> str:
    """A complete http or https address by the WHATWG's rules; it stays as it was written."""
    if " " in value or not value.isprintable():  # every other white space is not printable
        wrong("is not an address: it holds white space")
    try:
        serialized = ada_url.normalize_url(value)  # one string: to ask a URL for its parts takes twice the time
    except ValueError:
        wrong("is not an address such as https://example.org/feed")
    if not serialized.startswith(("http://", "https://")):
        wrong("is not a http or https address")
    if "@" in serialized.split("/", 3)[2]:
        wrong("holds a user name or password; write them under basic_auth, so that they stay secret")
    return value


def check_proxy(value: SecretStr) -> SecretStr:
    try:
        url = ada_url.URL(value.get_secret_value())
    except ValueError:
        wrong("is not a proxy's address such as http://user:password@proxy.example:3128")
    if url.protocol not in ("http:", "https:"):
        wrong("is not a http or https proxy")
    return value


def check_database(value: str) -> str:
    if not value.startswith("sqlite:///") or value == "sqlite:///":
        wrong("is not a database such as sqlite:///data/archive.db")
    return value


def check_header_text(value: str) -> str:
    """What may stand in a request header: printable ASCII in one line."""
    if not _HEADER_TEXT.fullmatch(value) or len(value) > 8_000:
        wrong("cannot stand in a request header: plain ASCII characters in one line only")
    return value


def check_header_name(value: str) -> str:
    if not _HEADER_NAME.fullmatch(value):
        wrong("is not the name of a header")
    if value.lower() in _OURS:
        wrong("is a header that the program sets itself")
    return value


def check_cookie_name(value: str) -> str:
    if not _HEADER_NAME.fullmatch(value):
        wrong("is not the name of a cookie")
    return value


def check_cookie(value: SecretStr) -> SecretStr:
    if not _COOKIE_VALUE.fullmatch(value.get_secret_value()):
        wrong("is not a cookie's value: no white space, quotes, commas, semicolons or backslashes")
    return value


def check_secret(value: SecretStr) -> SecretStr:
    check_header_text(value.get_secret_value())
    return value


def check_basic_auth(value: SecretStr) -> SecretStr:
    if ":" not in value.get_secret_value():
        wrong("is not written user:password")
    return value


def check_selector(value: str) -> str:
    from cssselect import HTMLTranslator, SelectorError  # few configurations have rules for pages

    try:
        HTMLTranslator().css_to_xpath(value)
    except SelectorError as error:
        wrong(f"is not a CSS selector: {error}")
    return value


def check_pattern(value: str) -> str:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)  # of sets that a later version may read otherwise
            re.compile(value)
    except re.error as error:
        wrong(f"is not a pattern: {error}")
    return value


def off_is_empty(value: object) -> object:
    return () if value in ("off", "no", "false", "never", False) else value


def _at_least(shortest: timedelta) -> AfterValidator:
    def check(value: timedelta) -> timedelta:
        if value < shortest:
            wrong("is too short")
        return value

    return AfterValidator(check)


Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1_000)]
Duration = Annotated[timedelta, BeforeValidator(parse_duration)]
Interval = Annotated[Duration, _at_least(timedelta(seconds=1))]
Count = Annotated[int, Field(ge=1, le=10_000)]
Port = Annotated[int, Field(ge=1, le=65_535)]
Size = Annotated[int, BeforeValidator(parse_size), Field(ge=1)]
Network = Annotated[IPv4Network | IPv6Network, BeforeValidator(parse_network)]
TimeZone = Annotated[str, AfterValidator(check_timezone)]
Language = Annotated[str, AfterValidator(check_language)]
Name = Annotated[str, AfterValidator(check_name)]
HttpUrl = Annotated[str, AfterValidator(check_url)]
Database = Annotated[str, AfterValidator(check_database)]
HeaderText = Annotated[str, StringConstraints(min_length=1), AfterValidator(check_header_text)]
HeaderName = Annotated[str, AfterValidator(check_header_name)]
CookieName = Annotated[str, AfterValidator(check_cookie_name)]
Secret = Annotated[SecretStr, AfterValidator(check_secret)]
Cookie = Annotated[SecretStr, AfterValidator(check_cookie)]
BasicAuth = Annotated[SecretStr, AfterValidator(check_secret), AfterValidator(check_basic_auth)]
Proxy = Annotated[SecretStr, AfterValidator(check_proxy)]
Selector = Annotated[str, AfterValidator(check_selector)]
Pattern = Annotated[str, AfterValidator(check_pattern)]
