"""What answers mean, a line a case."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.fetching.challenges import challenge
from ingest.fetching.exchange import Answer
from ingest.fetching.messages import Purpose
from ingest.fetching.outcomes import failure_of, location, pause_until, retry_after
from storage.model import FailureKind as Kind

NOW = datetime(2025, 6, 1, 12, tzinfo=UTC)
DAY = 86_400.0
HTML = {"content-type": "text/html; charset=utf-8"}

RETRY_AFTER = (
    ("120", 120.0),
    (" 1 ", 1.0),
    ("0", None),
    ("86400", DAY),
    ("86401", DAY),
    ("9" * 500, DAY),
    ("9" * 5_000, None),
    ("Sun, 01 Jun 2025 12:10:00 GMT", 600.0),
    ("Sun, 01 Jun 2025 12:10:00", 600.0),
    ("Sunday, 01-Jun-25 12:10:00 GMT", 600.0),
    ("Sun, 01 Jun 2025 14:10:00 +0200", 600.0),
    ("Fri, 31 Dec 9999 23:59:59 GMT", DAY),
    ("Sun, 01 Jun 2025 11:00:00 GMT", None),
    ("-5", None),
    ("1.5", None),
    ("soon", None),
    ("²", None),
    ("", None),
    ("Sun, 99 Jun 2025 12:10:00 GMT", None),
)
PAUSES = (
    # status, headers, pauses before, seconds
    (200, {"retry-after": "60"}, 0, None),
    (304, {"retry-after": "60"}, 0, None),
    (404, {"retry-after": "60"}, 0, None),
    (403, {"retry-after": "60"}, 0, 60.0),
    (403, {}, 0, None),
    (429, {"retry-after": "60"}, 5, 60.0),
    (429, {}, 0, 300.0),
    (429, {}, 1, 600.0),
    (429, {}, 100, DAY),
    (429, {"retry-after": "later"}, 0, 300.0),
    (503, {}, 0, 60.0),
    (503, {}, 2, 240.0),
    (500, {}, 0, None),
    (500, {"retry-after": "60"}, 0, 60.0),
    (522, {"retry-after": "60"}, 0, 60.0),
)
KINDS = (
    # status, headers, purpose, kind
    (200, {}, Purpose.FEED, None),
    (203, {}, Purpose.PAGE, None),
    (400, {}, Purpose.FEED, Kind.HTTP_4XX),
    (401, {}, Purpose.FEED, Kind.HTTP_4XX),
    (403, {}, Purpose.PAGE, Kind.HTTP_4XX),
    (404, {}, Purpose.FEED, Kind.HTTP_4XX),
    (404, {}, Purpose.PAGE, Kind.GONE),
    (410, {}, Purpose.FEED, Kind.GONE),
    (410, {}, Purpose.PAGE, Kind.GONE),
    (429, {}, Purpose.FEED, Kind.THROTTLED),
    (451, {}, Purpose.PAGE, Kind.HTTP_4XX),
    (500, {}, Purpose.FEED, Kind.HTTP_5XX),
    (503, {}, Purpose.FEED, Kind.HTTP_5XX),
    (503, {"retry-after": "9"}, Purpose.FEED, Kind.THROTTLED),
    (599, {}, Purpose.FEED, Kind.HTTP_5XX),
    (305, {}, Purpose.FEED, Kind.REDIRECTS),
    (999, {}, Purpose.FEED, Kind.NETWORK),
    (403, {"cf-mitigated": "challenge"}, Purpose.PAGE, Kind.CHALLENGE),
    (429, {"x-vercel-mitigated": "challenge"}, Purpose.PAGE, Kind.CHALLENGE),
    (202, {"x-amzn-waf-action": "challenge"}, Purpose.FEED, Kind.CHALLENGE),
)
CLOUDFLARE_BEACON = (
    b"<html><body><article>News</article><script src='/cdn-cgi/challenge-platform/scripts/jsd/main.js'></script>"
)
CHALLENGES = (
    (HTML, b"<title>Just a moment...</title><script>window._cf_chl_opt={cvId:'3'}</script>", "Cloudflare"),
    (HTML, b"<form><script src=/cdn-cgi/l/chk_jschl></script>", "Cloudflare"),
    (HTML, b"<script>var sucuri_cloudproxy_js='';</script>", "Sucuri"),
    (HTML, b"<iframe src='/_Incapsula_Resource?SWUDNSAI=31'>", "Imperva"),
    (HTML, b"<script src='/.well-known/ddos-guard/js-challenge/index.js'>", "DDoS-Guard"),
    (HTML, b"<script src='https://geo.captcha-delivery.com/captcha/'>", "DataDome"),
    (HTML, b'<div id="px-captcha"></div>', "HUMAN"),
    (HTML, b"<script>window.gokuProps={}</script>", "AWS WAF"),
    (HTML, b'<script id="anubis_challenge" type="application/json">', "Anubis"),
    ({}, b"<script>window._cf_chl_opt={}</script>", "Cloudflare"),
    (HTML, CLOUDFLARE_BEACON, None),
    (HTML, b"<p>an article on how _cf_chl_opt works</p>" + b"<p>and more</p>" * 9_000, None),
    ({"content-type": "application/rss+xml"}, b"<item>what _cf_chl_opt is</item>", None),
    (HTML, b"", None),
)


@pytest.mark.parametrize(("value", "seconds"), RETRY_AFTER)
def test_retry_after(value: str, seconds: float | None) -> None:
    at = retry_after({"retry-after": value}, NOW)
    assert (at and (at - NOW).total_seconds()) == seconds


@given(st.text(max_size=80))
def test_any_retry_after_is_a_time_within_a_day_or_none(value: str) -> None:
    at = retry_after({"retry-after": value}, NOW)
    assert at is None or NOW < at <= NOW + timedelta(days=1)


@pytest.mark.parametrize(("status", "headers", "earlier", "seconds"), PAUSES)
def test_pauses(status: int, headers: dict[str, str], earlier: int, seconds: float | None) -> None:
    until = pause_until(Answer(status, headers), NOW, earlier)
    assert (until and (until - NOW).total_seconds()) == seconds


@pytest.mark.parametrize(("status", "headers", "purpose", "kind"), KINDS)
def test_kinds(status: int, headers: dict[str, str], purpose: Purpose, kind: Kind | None) -> None:
    failure = failure_of(Answer(status, headers), purpose, None)
    assert (failure and failure.kind) == kind
    assert failure is None or failure.status == status


@pytest.mark.parametrize(("headers", "body", "whose"), CHALLENGES)
def test_challenges(headers: dict[str, str], body: bytes, whose: str | None) -> None:
    assert challenge(headers, body) == whose


def test_location_in_raw_utf8_and_latin1() -> None:
    for raw, expected in (("/ü".encode(), "/ü"), ("/ü".encode("latin-1"), "/ü"), (b"/a", "/a")):
        assert location(Answer(301, {"location": raw.decode("latin-1")})) == expected
    assert location(Answer(301, {})) is None
