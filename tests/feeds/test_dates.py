"""Dates as outlets write them: one line a case."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.dates import parse_date

# raw | outlet's zone | expected in UTC | flags
TABLE = """
Mon, 23 Nov 2026 10:00:00 GMT | | 2026-11-23T10:00:00 |
Mon, 23 Nov 2026 10:00:00 +0530 | | 2026-11-23T04:30:00 |
Mon, 23 Nov 2026 10:00:00 +05:30 | | 2026-11-23T04:30:00 |
mon, 23 nov 2026 10:00:00 gmt | | 2026-11-23T10:00:00 |
Mon,23 Nov 2026 9:00:5 GMT+5 | | 2026-11-23T04:00:05 |
Mon, 23 Nov 2026 10:00:00 UTC+3 | | 2026-11-23T07:00:00 |
23 Nov 26 10:00 -0800 | | 2026-11-23T18:00:00 |
23 November 2026 10:00:00 Z | | 2026-11-23T10:00:00 |
Monday, November 23, 2026 10:00 PM | Asia/Karachi | 2026-11-23T17:00:00 | no_zone
November 23rd, 2026 at 5:30 p.m. ET | | 2026-11-23T22:30:00 |
Mon Nov 23 10:00:00 2026 | | 2026-11-23T10:00:00 | no_zone
Mon Nov 23 10:00:00 EST 2026 | | 2026-11-23T15:00:00 |
Mon (a (nested) comment), 23(rd) Nov(ember) 2026 10:00:00 +0000 (GMT) | | 2026-11-23T10:00:00 |
Sat, 31 December 99 10:00 Z | | 1999-12-31T10:00:00 |
Mon, 23 Nov 2026 24:00:00 +0000 | | 2026-11-24T00:00:00 |
Mon, 23 Nov 2026 10:00:60 +0000 | | 2026-11-23T10:00:59 |
2026-11-23T10:00:00Z | | 2026-11-23T10:00:00 |
2026-11-23t10:00:00z | | 2026-11-23T10:00:00 |
2026-11-23T10:00:00.123456789+01:00 | | 2026-11-23T09:00:00 |
2026-11-23T10:00:00,5-08:00 | | 2026-11-23T18:00:00 |
2026-11-23 T 10:00:00-08:00 | | 2026-11-23T18:00:00 |
2026-11-23 10:00:00 +0100 | | 2026-11-23T09:00:00 |
2026-11-23T10:00+01:00 | | 2026-11-23T09:00:00 |
2026-11-23T100000+01:00 | | 2026-11-23T09:00:00 |
2026-11-23T10:00:00 | Asia/Tokyo | 2026-11-23T01:00:00 | no_zone
20261123T100000Z | | 2026-11-23T10:00:00 |
20261123100000 | | 2026-11-23T10:00:00 | no_zone
20261123 | | 2026-11-23T00:00:00 | date_only
2026-11-23 | Asia/Tokyo | 2026-11-23T00:00:00 | date_only
2026/11/23 10:00:00 | Asia/Tokyo | 2026-11-23T01:00:00 | no_zone
2026-11 | | 2026-11-01T00:00:00 | date_only
2026 | | 2026-01-01T00:00:00 | date_only
1795420800 | | 2026-11-23T08:00:00 |
1795420800000 | | 2026-11-23T08:00:00 |
1795420800.25 | | 2026-11-23T08:00:00 |
1795420800000000 | | 2026-11-23T08:00:00 |
Mon, 23 Nov 2026 10:00:00 PKT | | 2026-11-23T05:00:00 |
Mon, 23 Nov 2026 10:00:00 MSK | | 2026-11-23T07:00:00 |
Mon, 23 Nov 2026 10:00:00 CET | | 2026-11-23T09:00:00 |
Thu, 23 Jul 2026 10:00:00 CEST | | 2026-07-23T08:00:00 |
Mon, 23 Nov 2026 10:00:00 JST | | 2026-11-23T01:00:00 |
Mon, 23 Nov 2026 10:00:00 AEDT | | 2026-11-22T23:00:00 |
Mon, 23 Nov 2026 10:00:00 NPT | | 2026-11-23T04:15:00 |
Mon, 23 Nov 2026 10:00:00 PST | | 2026-11-23T18:00:00 |
Mon, 23 Nov 2026 10:00:00 PST | Asia/Manila | 2026-11-23T02:00:00 |
Mon, 23 Nov 2026 10:00:00 IST | | 2026-11-23T04:30:00 |
Mon, 23 Nov 2026 10:00:00 IST | Asia/Kolkata | 2026-11-23T04:30:00 |
Mon, 23 Nov 2026 10:00:00 IST | Asia/Jerusalem | 2026-11-23T08:00:00 |
Thu, 23 Jul 2026 10:00:00 IST | Europe/Dublin | 2026-07-23T09:00:00 |
Mon, 23 Nov 2026 10:00:00 BST | Europe/London | 2026-11-23T09:00:00 |
Mon, 23 Nov 2026 10:00:00 BST | Asia/Dhaka | 2026-11-23T04:00:00 |
Mon, 23 Nov 2026 10:00:00 CST | Asia/Shanghai | 2026-11-23T02:00:00 |
Mon, 23 Nov 2026 10:00:00 CST | America/Chicago | 2026-11-23T16:00:00 |
Mon, 23 Nov 2026 10:00:00 AST | Asia/Riyadh | 2026-11-23T07:00:00 |
Mon, 23 Nov 2026 10:00:00 EST | Australia/Brisbane | 2026-11-23T00:00:00 |
Mon, 23 Nov 2026 10:00:00 XYZ | Asia/Karachi | 2026-11-23T05:00:00 | no_zone
Mon, 23 Nov 2026 10:00:00 | Asia/Karachi | 2026-11-23T05:00:00 | no_zone
Mon, 23 Nov 2026 10:00:00 | No/Such_Zone | 2026-11-23T10:00:00 | no_zone
Mon, 23 Nov 2026 10:00:00 +9900 | | 2026-11-23T10:00:00 | no_zone
2026年11月23日 | | 2026-11-23T00:00:00 | date_only
2026年11月23日 10时30分 | Asia/Shanghai | 2026-11-23T02:30:00 | no_zone
2026年11月23日 18時30分05秒 | Asia/Tokyo | 2026-11-23T09:30:05 | no_zone
2026年11月23日(月) 午後3時5分 | Asia/Tokyo | 2026-11-23T06:05:00 | no_zone
2026年11月23日 下午3:05 | Asia/Taipei | 2026-11-23T07:05:00 | no_zone
2026년 11월 23일 오후 3:05 | Asia/Seoul | 2026-11-23T06:05:00 | no_zone
2026-11-23 오 11:23:17 | Asia/Seoul | 2026-11-23T02:23:17 | no_zone
２０２６年１１月２３日 | | 2026-11-23T00:00:00 | date_only
٢٣ نوفمبر ٢٠٢٦ | | 2026-11-23T00:00:00 | date_only
23 تشرين الثاني 2026 10:00 +0200 | | 2026-11-23T08:00:00 |
23 اكتوبر 2026 | | 2026-10-23T00:00:00 | date_only
23 نومبر 2026 | | 2026-11-23T00:00:00 | date_only
23 نوامبر 2026 | | 2026-11-23T00:00:00 | date_only
२३ नवंबर २०२६ 10:00 | Asia/Kolkata | 2026-11-23T04:30:00 | no_zone
২৩ নভেম্বর ২০২৬ | | 2026-11-23T00:00:00 | date_only
23 พ.ย. 2569 10:00 | Asia/Bangkok | 2026-11-23T03:00:00 | no_zone
23 tháng 11, 2026 10:00 | Asia/Ho_Chi_Minh | 2026-11-23T03:00:00 | no_zone
Thứ hai, 23/11/2026, 10:00 (GMT+7) | Asia/Ho_Chi_Minh | 2026-11-23T03:00:00 | no_zone
понедельник, 23 ноября 2026 г. 10:00:00 MSK | | 2026-11-23T07:00:00 |
Пн, 23 лис 2026 10:00:00 +0200 | | 2026-11-23T08:00:00 |
Do, 24 Dez 2020 10:00:00 +0100 | | 2020-12-24T09:00:00 |
Mi, 04 Mär 2026 10:00:00 +0100 | | 2026-03-04T09:00:00 |
lundi 23 novembre 2026 à 10h30 | Europe/Paris | 2026-11-23T09:30:00 | no_zone
mar., 24 nov. 2026 10:00:00 +0100 | | 2026-11-24T09:00:00 |
23 août 2026 | | 2026-08-23T00:00:00 | date_only
lunes, 23 de noviembre de 2026 | | 2026-11-23T00:00:00 | date_only
Seg, 21 Set 2026 10:00:00 -0300 | | 2026-09-21T13:00:00 |
23 Kasım 2026 10:00 +0300 | | 2026-11-23T07:00:00 |
23 Aralık 2020 | | 2020-12-23T00:00:00 | date_only
Κυρ, 12 Ιούλ 2026 12:00:00 +0300 | | 2026-07-12T09:00:00 |
2026-július-13T9:15+02:00 | | 2026-07-13T07:15:00 |
2026. november 23., hétfő | | 2026-11-23T00:00:00 | date_only
23. marraskuuta 2026 | | 2026-11-23T00:00:00 | date_only
23 listopada 2026 | | 2026-11-23T00:00:00 | date_only
23 בנובמבר 2026 | | 2026-11-23T00:00:00 | date_only
23 נוב׳ 2026 | | 2026-11-23T00:00:00 | date_only
23.11.2026 14:05 | Europe/Berlin | 2026-11-23T13:05:00 | no_zone
23/11/2026 | | 2026-11-23T00:00:00 | date_only
11/23/2026 10:00 AM | America/New_York | 2026-11-23T15:00:00 | no_zone
04/03/2026 | Europe/London | 2026-03-04T00:00:00 | date_only
04/03/2026 | America/New_York | 2026-04-03T00:00:00 | date_only
1969-07-20T20:17:00Z | | 1969-07-20T20:17:00 | ancient
2026-11-26T10:00:00Z | | 2026-11-26T10:00:00 | future
31 Feb 2026 10:00 | | | unparsed
Mon, 23 Nov 2026 25:00:00 GMT | | | unparsed
9999-12-31T23:59:59-10:00 | | | unparsed
insert date here | | | unparsed
Nov 23 | | | unparsed
NOW() | | | unparsed
| | | unparsed
"""
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.mark.parametrize("case", TABLE.strip().splitlines())
def test_table(case: str) -> None:
    raw, timezone, expected, flags = (part.strip() for part in case.split("|"))
    value, found = parse_date(raw, timezone=timezone or None, now=NOW)
    assert (value.strftime("%Y-%m-%dT%H:%M:%S") if value and value.year >= 1000 else "") == expected
    assert ",".join(found) == flags


def test_croatian_months_are_its_own() -> None:
    assert parse_date("23. listopada 2026.", language="hr").value == datetime(2026, 10, 23, tzinfo=UTC)


def test_without_now_nothing_is_future() -> None:
    assert parse_date("2999-01-01T00:00:00Z").flags == ()


FRAGMENTS = st.sampled_from(TABLE.split())


@given(st.one_of(st.text(), st.lists(FRAGMENTS).map(" ".join), st.lists(FRAGMENTS).map("".join)))
def test_never_raises_and_is_utc(raw: str) -> None:
    value, flags = parse_date(raw, timezone="Asia/Kolkata", now=NOW)
    assert (value is None) == ("unparsed" in flags)
    assert value is None or value.tzinfo is UTC
