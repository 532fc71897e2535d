"""Dates as outlets write them, read into aware datetimes in UTC.

`parse_date` reads RFC 822/5322 and everything that is sent in its stead, ISO 8601 and W3CDTF, seconds and milliseconds
since 1970, dates with month names in some 85 languages, with the characters of East Asia, in numbers alone. One path
for all of them: find the time, what follows is the zone, what remains is the date. Nothing here raises, and every
pattern is linear.

Zone names mean what they mean at the outlet's place: IST is UTC+5:30 for `Asia/Kolkata`, +2 for `Asia/Jerusalem`, +1
for `Europe/Dublin`. Where the place does not decide, the first meaning in `ZONES` holds.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime, timedelta, tzinfo
from datetime import timezone as fixed_zone
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ingest.datewords import CROATIAN, MONTH_NAMES, ZONE_NAMES

MAX_LENGTH = 120  # characters of a date that are looked at
OLDEST = datetime(1990, 1, 1, tzinfo=UTC)
TOLERATED_FUTURE = timedelta(days=1)

ZONES = {name: tuple(map(float, hours)) for name, *hours in map(str.split, ZONE_NAMES.split(","))}
CIVIL_ZONES = {"et": "America/New_York", "ct": "America/Chicago", "mt": "America/Denver", "pt": "America/Los_Angeles"}

_NAMES = {name: month for month, names in enumerate(MONTH_NAMES, 1) for name in names.split(", ")}
_ENGLISH = {name[:3]: month for month, names in enumerate(MONTH_NAMES, 1) for name in names.split(", ")[:1]}
_DROPPED_MARKS = re.compile("[\u0300-\u036f\u0653-\u0655]")  # accents of Latin, Greek and Cyrillic; hamza and madda

_RFC822 = re.compile(
    r"(?:[A-Z][a-z]{2}, )?(\d\d?) ([A-Z][a-z]{2}) (\d{4}) (\d\d):(\d\d):(\d\d) (?:([+-])(\d\d)(\d\d)|GMT|UTC|Z)"
)
_COMMENT = re.compile(r"\([^()]*\)")
_ESCAPED = re.compile(r"\\.")
_EPOCH = re.compile(r"(\d{9,10}|\d{12,13}|\d{15,16})(?:\.\d*)?")
_COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)(?:[T ]?(\d\d)(\d\d)(\d\d)?(?:[.,]\d+)?(?=\D|$))?")
_CLOCK_WORDS = re.compile(r"(\d{1,2})\s*[时時시點点]\s*(?:(\d{1,2})\s*[分분]\s*)?(?:(\d{1,2})\s*[秒초]\s*)?")
_BASIC_TIME = re.compile(r"(?<=\d)\s*T\s*(\d\d)(\d\d)(\d\d)?(?![\d:])", re.IGNORECASE)
_TIME = re.compile(
    r"(?P<before>[上下]午|午[前後]|오[전후]?|am|pm)?\s*"
    r"(?<!\d)(?P<hour>\d{1,2})(?::|\s?h\s?)(?P<minute>\d{2})(?::(?P<second>\d{1,2}))?(?:[.,]\d+)?"
    r"(?:\s*(?P<after>[ap]\.?\s?m\b\.?|[πμ]\.?μ\.?(?!\w)))?",
    re.IGNORECASE,
)
_ZONE = re.compile(
    r"\s*(?P<name>[a-z]{1,5}(?![a-z/]))?\s*(?:(?P<sign>[+-])\s?(?P<hours>\d{1,2})(?::?(?P<minutes>\d\d))?(?!\d))?",
    re.IGNORECASE,
)
_YEAR_FIRST = re.compile(r"(?<!\d)(\d{4})\s*[-/.年년]\s*(\d{1,2})\s*(?:[-/.月월]\s*(\d{1,2})(?!\d)|[月월]?$)")
_YEAR_LAST = re.compile(r"(?<!\d)(\d{1,2})\s*([-/.])\s*(\d{1,2})\s*[-/.]\s*(\d{4}|\d\d)(?!\d)")
_YEAR_ONLY = re.compile(r"\d{4}")
_NUMBERED_MONTH = re.compile(r"\s*(?:tháng|thg)\.?\s*(\d{1,2})\s*[,/-]?\s*", re.IGNORECASE)  # Vietnamese
_TOKEN = re.compile(r"\d+|[^\W\d_][^\s\d,;:/()\-–+]*")


class DateReading(NamedTuple):
    """What a string said. `value` is aware, in UTC, to the second; None goes with the flag `unparsed`.

    Flags: `unparsed`; `no_zone` (no zone that we know: read as the outlet's time, or UTC); `date_only` (midnight UTC);
    `ancient` (before 1990); `future` (more than a day after `now`).
    """

    value: datetime | None
    flags: tuple[str, ...] = ()


class _Clock(NamedTuple):
    hour: int
    minute: int
    second: int
    zone: str  # the text that followed


def parse_date(
    raw: str, *, timezone: str | None = None, language: str | None = None, now: datetime | None = None
) -> DateReading:
    """Read one date. `timezone` is the outlet's IANA zone, `language` a tag such as `hr`.

    `now` is what `future` is measured against; without it nothing is.

    >>> parse_date("Mon, 23 Nov 2026 10:00:00 PKT")
    DateReading(value=datetime.datetime(2026, 11, 23, 5, 0, tzinfo=datetime.timezone.utc), flags=())
    >>> parse_date("2026年11月23日 18:30", timezone="Asia/Tokyo").value.isoformat()
    '2026-11-23T09:30:00+00:00'
    """
    text = _normalize(raw)
    try:
        reading = _usual(text) or _epoch(text) or _calendar(text, _load_zone(timezone), language)
    except (ValueError, OverflowError):  # a 31st of February, an hour 25, a year 0
        reading = None
    if reading is None:
        return DateReading(None, ("unparsed",))
    return flag_date(reading, now)


def flag_date(reading: DateReading, now: datetime | None) -> DateReading:
    """Add `ancient` and `future` where they apply."""
    value, flags = reading
    if value is not None and value < OLDEST:
        flags += ("ancient",)
    if value is not None and now is not None and value > now + TOLERATED_FUTURE:
        flags += ("future",)
    return DateReading(value, flags)


def fold_name(name: str) -> str:
    """A month's name as the table has it: casefolded, without accents and hamza."""
    folded = _DROPPED_MARKS.sub("", unicodedata.normalize("NFKD", name.casefold()))
    return unicodedata.normalize("NFC", folded)


def _normalize(raw: str) -> str:
    text = unicodedata.normalize("NFKC", raw[:MAX_LENGTH]).replace("\u2212", "-")
    if not text.isascii():
        text = "".join(str(unicodedata.decimal(char)) if char.isdecimal() else char for char in text)
    if "(" in text:
        text = _ESCAPED.sub("", text)
        for _ in range(3):  # RFC 5322 comments nest
            text = _COMMENT.sub(" ", text)
    return text.strip()


def _usual(text: str) -> DateReading | None:
    """What nine feeds in ten send, by a short cut: RFC 822 with a numeric zone, ISO 8601 with zone."""
    if match := _RFC822.fullmatch(text):
        day, month, year, hour, minute, second, sign, zone_hours, zone_minutes = match.groups()
        if month.lower() not in _ENGLISH or int(second) > 59 or int(hour) > 23 or int(zone_hours or 0) > 14:
            return None
        local = datetime(int(year), _ENGLISH[month.lower()], int(day), int(hour), int(minute), int(second), tzinfo=UTC)
        offset = timedelta(hours=int(zone_hours or 0), minutes=int(zone_minutes or 0))
        return DateReading(local + offset if sign == "-" else local - offset)
    if text[10:11] != "T" or not text.isascii():
        return None
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError:
        return None
    return DateReading(parsed.astimezone(UTC).replace(microsecond=0)) if parsed.tzinfo else None


def _epoch(text: str) -> DateReading | None:
    match = _EPOCH.fullmatch(text)
    if not match:
        return None
    digits = match[1]
    divisor = 1 if len(digits) <= 10 else 1000 if len(digits) <= 13 else 1_000_000
    return DateReading(datetime.fromtimestamp(int(digits) // divisor, UTC))


def _calendar(text: str, place: tzinfo | None, language: str | None) -> DateReading | None:
    date_text, clock = _split(_spell_out(text))
    date = _numeric_date(date_text, place) or _named_date(date_text, language)
    if date is None:
        return None
    if clock is None:
        return DateReading(datetime(*date, tzinfo=UTC), ("date_only",))
    midnight = (clock.hour, clock.minute, clock.second) == (24, 0, 0)
    hour, second = 0 if midnight else clock.hour, min(clock.second, 59)
    local = datetime(*date, hour, clock.minute, second) + timedelta(days=midnight)  # noqa: DTZ001  (the zone comes next)
    zone = _zone(clock.zone, local, place)
    if zone is None:
        return DateReading(local.replace(tzinfo=place or UTC).astimezone(UTC), ("no_zone",))
    return DateReading(local.replace(tzinfo=zone).astimezone(UTC))


def _spell_out(text: str) -> str:
    """The compact, East Asian and Vietnamese forms, rewritten with colons, hyphens and slashes."""
    compact = _COMPACT.match(text)
    if compact and 1 <= int(compact[2]) <= 12:
        year, month, day, hour, minute, second = compact.groups()
        time = f" {hour}:{minute}:{second or '00'}" if hour else ""
        text = f"{year}-{month}-{day}{time}{text[compact.end() :]}"
    text = _BASIC_TIME.sub(lambda m: f" {m[1]}:{m[2]}:{m[3] or '00'}", text)
    text = _CLOCK_WORDS.sub(lambda m: f"{m[1]}:{(m[2] or '0').zfill(2)}:{m[3] or '00'} ", text)
    return _NUMBERED_MONTH.sub(r"/\1/", text)


def _split(text: str) -> tuple[str, _Clock | None]:
    match = _TIME.search(text)
    if not match:
        return text, None
    before, after = text[: match.start()], text[match.end() :]
    hour = int(match["hour"])
    half = ((match["before"] or match["after"] or "").lower() + " ")[:2]
    if half in ("pm", "p.", "p ", "下午", "午後", "오후", "μμ", "μ."):
        hour = hour % 12 + 12
    elif half.strip():
        hour %= 12
    clock = _Clock(hour, int(match["minute"]), int(match["second"] or 0), after)
    if not any(char.isdigit() for char in before):
        return before + after, clock  # the date follows the time
    year = re.search(r"\s(\d{4})\s*$", after)  # asctime puts the year last
    return before + (year[0] if year else ""), clock


def _numeric_date(text: str, place: tzinfo | None) -> tuple[int, int, int] | None:
    if match := _YEAR_FIRST.search(text):
        return _common_era(int(match[1])), int(match[2]), int(match[3] or 1)
    if match := _YEAR_LAST.search(text):
        first, second = int(match[1]), int(match[3])
        american = match[2] == "/" and str(place).startswith("America/")
        if second > 12 or (american and first <= 12):
            first, second = second, first
        return _full_year(match[4]), second, first
    if _YEAR_ONLY.fullmatch(text.strip()):
        return int(text), 1, 1
    return None


def _named_date(text: str, language: str | None) -> tuple[int, int, int] | None:
    """Day, month's name and year in any order that occurs; the last name counts, weekdays come before it."""
    tokens = [token.rstrip(".") for token in _TOKEN.findall(text.replace(". ", " ").replace(".", ""))]
    month = _find_month(tokens, language)
    numbers = [token for token in tokens if token.isdigit()]
    if month is None or not numbers or len(numbers) > 2:
        return None
    if len(numbers) == 1:
        return (_common_era(int(numbers[0])), month, 1) if len(numbers[0]) == 4 else None
    day, year = reversed(numbers) if len(numbers[0]) == 4 or int(numbers[0]) > 31 else numbers
    return _full_year(year), month, int(day)


def _find_month(tokens: list[str], language: str | None) -> int | None:
    names = {**_NAMES, **CROATIAN} if (language or "").lower().startswith("hr") else _NAMES
    folded = [fold_name(token) for token in tokens]
    pairs = [f"{one} {two}" for one, two in pairwise(folded)]
    for candidates in (pairs, folded):
        found = [names[name] for name in candidates if name in names]
        if found:
            return found[-1]
    found = [month for name in folded if len(name) >= 3 and (month := _guess_month(name))]
    return found[-1] if found else None


@lru_cache(maxsize=2048)
def _guess_month(name: str) -> int | None:
    """A shortened or inflected name, if it can be of one month only; else what begins like an English month."""
    months = {month for known, month in _NAMES.items() if known.startswith(name) or _inflects(name, known)}
    return months.pop() if len(months) == 1 else _ENGLISH.get(name[:3])


def _inflects(name: str, known: str) -> bool:
    return len(known) >= 4 and (name.startswith(known) or name.endswith(known))


def _common_era(year: int) -> int:
    return year - 543 if 2400 <= year < 2700 else year  # the Buddhist calendar of Thailand


def _full_year(digits: str) -> int:
    year = int(digits)
    if len(digits) > 2:
        return _common_era(year)
    return year + (2000 if year < 70 else 1900)


def _zone(text: str, local: datetime, place: tzinfo | None) -> tzinfo | None:
    match = _ZONE.match(text)
    if match is None:
        return None
    name = (match["name"] or "").lower()
    if match["sign"] and name in ("", "utc", "gmt", "ut", "z"):
        offset = timedelta(hours=int(match["hours"]), minutes=int(match["minutes"] or 0))
        if offset > timedelta(hours=14):
            return None
        return fixed_zone(-offset if match["sign"] == "-" else offset)
    if name in CIVIL_ZONES:
        return ZoneInfo(CIVIL_ZONES[name])
    return _named_zone(name, local, place)


def _named_zone(name: str, local: datetime, place: tzinfo | None) -> tzinfo | None:
    """What the name means at the outlet's place, in either half of the year; else its first meaning."""
    meanings = [timedelta(hours=hours) for hours in ZONES.get(name, ())]
    if place is not None and name:
        for moment in (local, local.replace(month=1, day=1), local.replace(month=7, day=1)):
            here = moment.replace(tzinfo=place)
            offset = here.utcoffset()
            if offset is not None and (offset in meanings or (here.tzname() or "").lower() == name):
                return fixed_zone(offset)
    return fixed_zone(meanings[0]) if meanings else None


@lru_cache(maxsize=512)
def _load_zone(name: str | None) -> ZoneInfo | None:
    """The zone of an outlet, from its configuration; never from a feed's text."""
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
