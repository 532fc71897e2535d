"""Each kind of value: what is read, as what, and what is refused, with which words."""

from __future__ import annotations

from datetime import timedelta
from ipaddress import ip_network
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from ingest.config import values
from ingest.config.writing import spell_duration

GOOD: list[tuple[Any, Any, Any]] = [
    (values.Duration, "30s", timedelta(seconds=30)),
    (values.Duration, "10m", timedelta(minutes=10)),
    (values.Duration, "2h", timedelta(hours=2)),
    (values.Duration, "1d", timedelta(days=1)),
    (values.Duration, "2w", timedelta(weeks=2)),
    (values.Duration, "250ms", timedelta(milliseconds=250)),
    (values.Duration, "1h30m", timedelta(minutes=90)),
    (values.Duration, "1.5h", timedelta(minutes=90)),
    (values.Duration, "0", timedelta(0)),
    (values.Duration, timedelta(seconds=5), timedelta(seconds=5)),
    (values.Size, "10MB", 10_000_000),
    (values.Size, "10 mb", 10_000_000),
    (values.Size, "512KiB", 524_288),
    (values.Size, "1.5GiB", 1_610_612_736),
    (values.Size, "2048", 2048),
    (values.Size, "7B", 7),
    (values.Size, 4096, 4096),
    (values.Network, "127.0.0.0/8", ip_network("127.0.0.0/8")),
    (values.Network, "10.1.2.3", ip_network("10.1.2.3/32")),
    (values.Network, "fd00::/8", ip_network("fd00::/8")),
    (values.Network, "2001:0db8::/32", ip_network("2001:db8::/32")),
    (values.TimeZone, "Asia/Karachi", "Asia/Karachi"),
    (values.TimeZone, "UTC", "UTC"),
    (values.Language, "en", "en"),
    (values.Language, "no", "no"),
    (values.Language, "PT-br", "pt-BR"),
    (values.Language, "zh-hans", "zh-Hans"),
    (values.Language, "zh-hant-tw", "zh-Hant-TW"),
    (values.Language, "es-419", "es-419"),
    (values.Language, "arq", "arq"),
    (values.Name, "tribune", "tribune"),
    (values.Name, "24", "24"),
    (values.Name, "the-news-2", "the-news-2"),
    (values.HttpUrl, "https://tribune.com.pk/feed/home", "https://tribune.com.pk/feed/home"),
    (values.HttpUrl, "http://127.0.0.1:8080/feed?a=b&c#d", "http://127.0.0.1:8080/feed?a=b&c#d"),
    (values.HttpUrl, "https://例え.jp/フィード", "https://例え.jp/フィード"),
    (values.HttpUrl, "http://[::1]:80/", "http://[::1]:80/"),
    (values.Database, "sqlite:///data/archive.db", "sqlite:///data/archive.db"),
    (values.Database, "sqlite:////var/lib/a.db", "sqlite:////var/lib/a.db"),
    (values.HeaderName, "X-Api-Key", "X-Api-Key"),
    (values.HeaderName, "Authorization", "Authorization"),
    (values.HeaderText, "https://example.org/our-archive", "https://example.org/our-archive"),
    (values.Selector, "article > .text:not(.ad), #body", "article > .text:not(.ad), #body"),
    (values.Pattern, "^Read( also)?: .*$", "^Read( also)?: .*$"),
]

DURATION = "is not a duration such as 30s, 10m, 2h, 1d"
SIZE = "is not a size such as 10MB or 512KiB"
NETWORK = "is not a network such as 127.0.0.0/8 or fd00::/8"
ZONE = "is not a time zone such as Asia/Karachi"
LANGUAGE = "is not a language tag such as en, ur, pt-BR, zh-Hans"
NAME = "is not a name: small letters a-z, digits and '-'"
ADDRESS = "is not an address such as https://example.org/feed"
OURS = "is a header that the program sets itself"

BAD: list[tuple[Any, str, list[Any]]] = [  # kind, words, texts
    (
        values.Duration,
        DURATION,
        ["10 parsecs", "10", "m", "", "-5m", "10 m", "1h 30m", "1e3s", "٣٠s", "10m ", "1.s"],
    ),
    (values.Duration, DURATION, [30, True, None, "1m\n"]),
    (values.Duration, "is longer than ten years", ["999999999d", "999999999w999999999w"]),
    (values.Interval, "is too short", ["0", "999ms"]),
    (values.Size, SIZE, ["", "big", "10TB", "10M", "-1MB", "1,5MB", "10  MB", "0x10", "1e6", "٣MB"]),
    (values.Size, SIZE, [True, None, 1.5]),
    (values.Network, NETWORK, ["localhost", "127.0.0.0/33", "127.1", "", "*", "10.0.0.0/8/8", "::/129"]),
    (values.Network, "is an address within a network; the network is 127.0.0.0/8", ["127.0.0.1/8"]),
    (
        values.TimeZone,
        ZONE,
        ["", "Asia/", "Asia", "/etc/localtime", "../../etc/passwd", "UTC+5", "UTC\0", "x" * 99],
    ),
    (values.TimeZone, f"{ZONE}; did you mean 'Asia/Karachi'", ["Asia/Karchi"]),
    (values.Language, LANGUAGE, ["", "english", "e", "pt_BR", "en-", "en-USA", "ur ur", "зв", "en\n"]),
    (values.Name, NAME, ["", "Dawn", "the news", "-a", "a-", "a_b", "ä", "a.b", "x" * 65, "a\n"]),
    (values.HttpUrl, ADDRESS, ["", "tribune.com.pk/feed", "//a.example", "https://", "http://[::1", "http://a:99999/"]),
    (values.HttpUrl, "is not a http or https address", ["ftp://a.example/feed", "file:///etc/passwd"]),
    (values.HttpUrl, "is not a http or https address", ["javascript:alert(1)", "feed:https://a.example", "data:,x"]),
    (values.HttpUrl, "is not an address: it holds white space", ["https://a.example/a b", " https://a.example/"]),
    (values.HttpUrl, "is not an address: it holds white space", ["https://a.example/\tb", "https://a.example/\u200b"]),
    (values.HttpUrl, "holds a user name or password", ["https://user:pw@a.example/", "https://user@a.example/"]),
    (values.Database, "is not a database such as", ["archive.db", "sqlite://", "sqlite:///", "postgresql://a/b"]),
    (values.HeaderName, "is not the name of a header", ["", "A b", "X:", "X\r\nY", "Ä"]),
    (
        values.HeaderName,
        OURS,
        ["Host", "accept-encoding", "If-None-Match", "COOKIE", "User-Agent"],
    ),
    (values.HeaderText, "cannot stand in a request header", ["a\nb", "ä", "a\0", "x" * 8001]),
    (values.Secret, "cannot stand in a request header", ["a\r\nX: y", "ключ"]),
    (values.Cookie, "is not a cookie's value", ["a;b", "a b", 'a"', "a,b", "a\\"]),
    (values.CookieName, "is not the name of a cookie", ["", "a=b", "a;b"]),
    (values.BasicAuth, "is not written user:password", ["user"]),
    (values.Proxy, "is not a http or https proxy", ["proxy.example:3128", "socks5://proxy.example"]),
    (values.Proxy, "is not a proxy's address", ["", "//x"]),
    (values.Selector, "is not a CSS selector", ["", "a[", "a >", "..b", "a:nonsense", "a::text"]),
    (values.Pattern, "is not a pattern", ["(", "[a", "*", "(?P<a>x)(?P<a>y)"]),
    (values.Port, "greater than or equal to 1", ["0"]),
    (values.Port, "less than or equal to 65535", ["65536"]),
]


@pytest.mark.parametrize(("kind", "text", "meaning"), GOOD)
def test_is_read(kind: Any, text: Any, meaning: Any) -> None:
    assert TypeAdapter(kind).validate_python(text) == meaning


@pytest.mark.parametrize(
    ("kind", "words", "text"), [(kind, words, text) for kind, words, texts in BAD for text in texts]
)
def test_is_refused(kind: Any, words: str, text: Any) -> None:
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(kind).validate_python(text)
    [error] = caught.value.errors()
    assert words in error["msg"]


@given(st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=3650)))
def test_a_spelt_duration_is_read_as_the_same(duration: timedelta) -> None:
    whole = duration - timedelta(microseconds=duration.microseconds % 1000)
    assert values.parse_duration(spell_duration(duration)) == whole


KINDS = [
    *(values.Duration, values.Size, values.Network, values.TimeZone, values.Language, values.Name, values.HttpUrl),
    *(values.Database, values.Proxy, values.Selector, values.Pattern, values.Cookie, values.HeaderName),
]


@given(st.text(max_size=60))
def test_no_text_fails_in_another_way(text: str) -> None:
    assert {kind for found in map(_errors, KINDS, [text] * len(KINDS)) for kind in found} <= {"value"}


def _errors(kind: Any, text: str) -> list[str]:
    try:
        TypeAdapter(kind).validate_python(text)
    except ValidationError as error:
        return [details["type"] for details in error.errors() if details["type"] != "greater_than_equal"]
    return []
