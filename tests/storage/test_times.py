"""What people write for a point in time."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.times import moment

NOW = datetime(2025, 6, 10, 12, 0, tzinfo=UTC)
KARACHI = timezone(timedelta(hours=5))

CASES = [
    ("7d", "2025-06-03T12:00:00Z"),
    ("90m", "2025-06-10T10:30:00Z"),
    ("2W", "2025-05-27T12:00:00Z"),
    ("1 h", "2025-06-10T11:00:00Z"),
    ("0s", "2025-06-10T12:00:00Z"),
    ("2025-05-30", "2025-05-29T19:00:00Z"),
    ("2025-05-30T14:00", "2025-05-30T09:00:00Z"),
    ("2025-05-30 14:00:30", "2025-05-30T09:00:30Z"),
    ("2025-05-30T14:00:00Z", "2025-05-30T14:00:00Z"),
    ("2025-05-30T14:00+02:00", "2025-05-30T12:00:00Z"),
    (date(2025, 5, 30), "2025-05-29T19:00:00Z"),
    (datetime(2025, 5, 30, 14, 0), "2025-05-30T09:00:00Z"),  # noqa: DTZ001
    (datetime(2025, 5, 30, 14, 0, tzinfo=UTC), "2025-05-30T14:00:00Z"),
]
REFUSED = ["", "yesterday", "7", "7y", "2025-13-01", "2025-02-30", "30.05.2025", "999999w", "٧d", "-7d"]


@pytest.mark.parametrize(("written", "expected"), CASES)
def test_reading_a_time(written, expected):
    assert moment(written, now=NOW, zone=KARACHI) == datetime.fromisoformat(expected)


@pytest.mark.parametrize("written", ["2025-05-30", date(2025, 5, 30)])
def test_the_end_of_a_day_includes_it(written):
    assert moment(written, now=NOW, end=True) == datetime(2025, 5, 31, tzinfo=UTC)


@pytest.mark.parametrize("written", REFUSED)
def test_what_is_no_time_is_named(written):
    with pytest.raises(ValueError, match="is no date, time or age such as 2025-05-30"):
        moment(written, now=NOW)


@given(st.one_of(st.text(max_size=30), st.from_regex(r"\d{1,7}[smhdw]|\d{4}-\d\d-\d\d(T\d\d:\d\d)?")), st.booleans())
def test_any_text_is_a_time_or_refused(written, end):
    try:
        found = moment(written, now=NOW, end=end)
    except ValueError:
        return
    assert found.tzinfo is UTC
