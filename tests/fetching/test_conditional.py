"""Validators: opaque, by URL, refreshed each on its own."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from ingest.fetching.conditional import conditions, refreshed, validators_of
from storage.model import Validators

NOW = datetime(2025, 6, 1, tzinfo=UTC)
EARLIER = datetime(2025, 5, 1, tzinfo=UTC)
FEED, TARGET = "https://a.test/feed", "https://b.test/feed"
ETAG, DATE = 'W/"x-ü,, \t"', "yesterday at noon"


def test_sent_to_the_url_that_gave_them() -> None:
    both = ((b"If-None-Match", ETAG.encode("latin-1")), (b"If-Modified-Since", DATE.encode()))
    for validators, asked, expected in (
        (Validators(ETAG, DATE, url=FEED), FEED, both),
        (Validators(ETAG, DATE, url=FEED), TARGET, ()),
        (Validators(ETAG, DATE, url=TARGET), FEED, ()),
        (Validators(ETAG, DATE, url=TARGET), TARGET, both),
        (Validators(ETAG, DATE), FEED, both),
        (Validators(ETAG, DATE), TARGET, ()),
        (Validators(ETAG), FEED, both[:1]),
        (Validators(None, DATE), FEED, both[1:]),
        (Validators(full_answer_at=NOW), FEED, ()),
        (None, FEED, ()),
    ):
        assert conditions(validators, FEED, asked) == expected


def test_a_full_answer_says_all() -> None:
    for headers, etag, date in (
        ({"etag": ETAG, "last-modified": DATE}, ETAG, DATE),
        ({"etag": ETAG}, ETAG, None),
        ({"last-modified": DATE, "date": "now"}, None, DATE),
        ({}, None, None),
        ({"etag": "", "last-modified": "x" * 2_000}, None, None),
    ):
        assert validators_of(headers, FEED, NOW) == Validators(etag, date, NOW, FEED)


def test_a_304_refreshes_what_it_carries() -> None:
    sent = Validators('"1"', "then", EARLIER, FEED)
    for headers, expected in (
        ({}, sent),
        ({"etag": '"2"'}, Validators('"2"', "then", EARLIER, FEED)),
        ({"last-modified": "now"}, Validators('"1"', "now", EARLIER, FEED)),
        ({"etag": '"2"', "last-modified": "now"}, Validators('"2"', "now", EARLIER, FEED)),
    ):
        assert refreshed(sent, headers, FEED, NOW) == expected
    assert refreshed(Validators('"1"'), {}, FEED, NOW) == Validators('"1"', full_answer_at=NOW, url=FEED)


@given(st.text(), st.text())
def test_whatever_the_archive_holds_nothing_unsendable_is_sent(etag: str, date: str) -> None:
    for _, value in conditions(Validators(etag, date), FEED, FEED):
        assert not set(value) & set(b"\r\n\0")
        assert value.decode("latin-1") in (etag, date)
