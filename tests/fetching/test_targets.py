"""Addresses as browsers read them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.fetching.domains import politeness_key
from ingest.fetching.messages import RequestOptions
from ingest.fetching.targets import Target, parse_target
from storage.model import Failure, FailureKind

GOOD = (
    ("http://Example.COM/a", "http://example.com/a"),
    ("https://example.com", "https://example.com/"),
    ("https://example.com:443/a?b=c&d#part", "https://example.com/a?b=c&d"),
    ("http://example.com:8080/", "http://example.com:8080/"),
    ("http://user:secret@example.com/", "http://example.com/"),
    ("http://bücher.example/ü?ü", "http://xn--bcher-kva.example/%C3%BC?%C3%BC"),
    ("http://example.com/a/../b%20c d|", "http://example.com/b%20c%20d|"),
    ("http://example.com/100%", "http://example.com/100%"),
    ("http://127.1/", "http://127.0.0.1/"),
    ("http://0x7f000001/", "http://127.0.0.1/"),
    ("http://2130706433/", "http://127.0.0.1/"),
    ("http://0/", "http://0.0.0.0/"),
    ("http://①②⑦.0.0.1/", "http://127.0.0.1/"),
    ("http://[::FFFF:127.0.0.1]:81/", "http://[::ffff:7f00:1]:81/"),
    (" https://example.com/a\n", "https://example.com/a"),
)
BAD = (
    "", "example.com/feed", "/feed", "http://", "http://[", "http://exa mple.com/", "file:///etc/passwd", "gopher://a/",
    "javascript:alert(1)", "data:,x", "ftp://example.com/", "http://1.2.3.256/", "http://example.com:99999/",
    "http://" + "a" * 9_000, "http://\ud800/",
)  # fmt: skip
KEYS = (
    ("https://www.bbc.co.uk/feed", "bbc.co.uk"),
    ("https://feeds.bbc.co.uk.:8443/feed", "bbc.co.uk"),
    ("https://one.github.io/", "one.github.io"),
    ("https://github.io/", "github.io"),
    ("http://localhost:8000/", "localhost"),
    ("http://127.0.0.1:8000/", "127.0.0.1:8000"),
    ("http://127.0.0.1/", "127.0.0.1:80"),
    ("https://[2606:4700::1]/", "[2606:4700::1]:443"),
    ("http://www.example.unheard-of/", "example.unheard-of"),
    ("http://www.пример.рф/", "xn--e1afmkfd.xn--p1ai"),
    ("http://a.b.city.kobe.jp/", "city.kobe.jp"),
    ("mailto:a@example.com", None),
)


@pytest.mark.parametrize(("url", "href"), GOOD)
def test_good(url: str, href: str) -> None:
    target = parse_target(url)
    assert isinstance(target, Target)
    assert target.href == href
    assert parse_target(href) == parse_target(target.href)


def test_joined_targets_know_their_kind_of_host() -> None:
    base = "https://127.0.0.1:8443/a/b"
    for place, href, is_address in (
        ("/c", "https://127.0.0.1:8443/c", True),
        ("c?d", "https://127.0.0.1:8443/a/c?d", True),
        ("//news.test/c", "https://news.test/c", False),
        ("http://[::1]/", "http://[::1]/", True),
        ("\\\\news.test\\c", "https://news.test/c", False),
    ):
        target = parse_target(place, base)
        assert isinstance(target, Target)
        assert (target.href, target.is_address) == (href, is_address)


@pytest.mark.parametrize("url", BAD)
def test_bad(url: str) -> None:
    failure = parse_target(url)
    assert isinstance(failure, Failure)
    assert failure.kind is FailureKind.BAD_URL


@pytest.mark.parametrize(("url", "key"), KEYS)
def test_politeness_key(url: str, key: str | None) -> None:
    assert politeness_key(url) == key


@given(st.text(max_size=40), st.text(max_size=40))
def test_any_text_is_a_target_or_a_failure(text: str, path: str) -> None:
    for url in (text, f"http://{text}/{path}", f"http://a.test/{path}"):
        target = parse_target(url)
        assert isinstance(target, Failure) or parse_target(target.href) == target or target.login
        politeness_key(url)


def test_secrets_do_not_show() -> None:
    target = parse_target("https://user:hunter2@example.com/feed?key=hunter2")
    assert isinstance(target, Target)
    assert target.login == "user:hunter2"
    assert "hunter2" not in target.shown
    secretive = RequestOptions(
        headers={"X-Key": "hunter2"},
        basic_auth="u:hunter2",
        bearer_token="hunter2",
        cookies={"s": "hunter2"},
        proxy="http://u:hunter2@proxy.test",
    )
    assert "hunter2" not in repr(secretive)
