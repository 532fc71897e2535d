"""What headers say about asking again: a row a case, and nothing hostile raises."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.polling import freshness

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
LATER = "Mon, 05 Jan 2026 13:00:00 GMT"
HOUR_AGO = "Mon, 05 Jan 2026 11:00:00 GMT"

# headers, seconds fresh (None: nothing said), source
FRESH = [
    ({}, None, ""),
    ({"cache-control": "max-age=60"}, 60, "max-age"),
    ({"Cache-Control": "Public , MAX-AGE = 60"}, 60, "max-age"),
    ({"cache-control": 'max-age="60"'}, 60, "max-age"),
    ({"cache-control": "max-age=0"}, 0, "max-age"),
    ({"cache-control": "max-age=60, max-age=3600"}, 60, "max-age"),
    ({"cache-control": "s-maxage=60"}, None, ""),
    ({"cache-control": "max-age=-60"}, None, ""),
    ({"cache-control": "max-age=1e3"}, None, ""),
    ({"cache-control": "max-age=soon", "expires": LATER}, 3600, "Expires"),
    ({"cache-control": "max-age=60", "age": "50"}, 10, "max-age"),
    ({"cache-control": "max-age=60", "age": "70"}, 0, "max-age"),
    ({"cache-control": "max-age=60", "age": "-70"}, 60, "max-age"),
    ({"cache-control": "max-age=60", "age": "?"}, 60, "max-age"),
    ({"cache-control": "no-cache, max-age=60"}, None, ""),
    ({"cache-control": "max-age=60, no-store"}, None, ""),
    ({"cache-control": "no-cache", "expires": LATER}, None, ""),
    ({"cache-control": 'no-cache="set-cookie", max-age=60'}, 60, "max-age"),
    ({"cache-control": "must-revalidate, private"}, None, ""),
    ({"cache-control": "max-age=" + "9" * 30}, 36_500 * 86_400, "max-age"),
    ({"expires": LATER}, 3600, "Expires"),
    ({"expires": LATER, "date": HOUR_AGO}, 7200, "Expires"),
    ({"expires": LATER, "age": "600"}, 3000, "Expires"),
    ({"expires": HOUR_AGO}, 0, "Expires"),
    ({"expires": "0"}, 0, "Expires"),
    ({"expires": "-1"}, 0, "Expires"),
    ({"expires": "Monday, 05-Jan-26 13:00:00 GMT"}, 3600, "Expires"),
    ({"expires": "Mon Jan  5 13:00:00 2026"}, 3600, "Expires"),
    ({"expires": "x" * 100_000}, None, ""),
]

# Retry-After, further headers, seconds
RETRY = [
    ("120", {}, 120),
    (" 120 ", {}, 120),
    ("0", {}, 0),
    ("-5", {}, None),
    ("12.5", {}, None),
    ("٣٠", {}, None),
    ("soon", {}, None),
    (LATER, {}, 3600),
    (HOUR_AGO, {}, 0),
    (LATER, {"date": HOUR_AGO}, 7200),
    ("9" * 400, {}, 36_500 * 86_400),
    ("Fri, 31 Dec 9999 23:59:59 -2359", {}, None),
]


@pytest.mark.parametrize(("headers", "seconds", "source"), FRESH)
def test_fresh_for(headers: dict[str, str], seconds: int | None, source: str) -> None:
    found = freshness(headers, NOW)
    assert (found.fresh_for, found.source) == (None if seconds is None else timedelta(seconds=seconds), source)


@pytest.mark.parametrize(("value", "others", "seconds"), RETRY)
def test_retry_after(value: str, others: dict[str, str], seconds: int | None) -> None:
    found = freshness({"Retry-After": value, **others}, NOW)
    assert found.retry_after == (None if seconds is None else timedelta(seconds=seconds))


NAMES = st.sampled_from(["Cache-Control", "Expires", "Age", "Date", "Retry-After"])
VALUES = st.one_of(
    st.text(max_size=60),
    st.integers().map(str),
    st.datetimes().map(lambda moment: moment.strftime("%a, %d %b %Y %H:%M:%S %z")),
    st.from_regex(r"(max-age|no-cache|expires)\s*=?\s*\"?[0-9a-z]*\"?,?", fullmatch=True),
)


@given(st.dictionaries(NAMES, VALUES))
def test_never_raises_and_never_goes_back(headers: dict[str, str]) -> None:
    found = freshness(headers, NOW)
    assert found.fresh_for is None or found.fresh_for >= timedelta(0)
    assert found.retry_after is None or found.retry_after >= timedelta(0)
