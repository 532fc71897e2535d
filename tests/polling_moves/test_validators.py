"""Validators are dropped after eight days without a full answer, once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from ingest.polling.validators import validators_to_send
from storage.model import Validators

NOW = datetime(2025, 6, 1, tzinfo=UTC)
CASES = (
    (timedelta(0), True),
    (timedelta(days=7, hours=23), True),
    (timedelta(days=8), False),
    (timedelta(days=400), False),
    (timedelta(days=-1), False),  # the clock was wrong, then or now
)


@pytest.mark.parametrize(("age", "sent"), CASES)
def test_age(age: timedelta, sent: bool) -> None:
    known = Validators('"v1"', "Sun, 01 Jun 2025 00:00:00 GMT", NOW - age, "https://a.test/feed")
    expected = known if sent else Validators(full_answer_at=known.full_answer_at, url=known.url)
    assert validators_to_send(known, NOW) == expected


def test_without_a_date_they_are_sent() -> None:
    assert validators_to_send(Validators('"v1"'), NOW) == Validators('"v1"')


def test_a_server_that_answers_304_for_ever_is_asked_in_full_every_eighth_day() -> None:
    known = Validators('"v1"', full_answer_at=NOW)
    unconditional = []
    for hours in range(24 * 30):
        now = NOW + timedelta(hours=hours)
        if validators_to_send(known, now).etag is None:
            unconditional.append(hours // 24)
            known = Validators('"v1"', full_answer_at=now)  # the full answer it has to give to that
    assert unconditional == [8, 16, 24]
