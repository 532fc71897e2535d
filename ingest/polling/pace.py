"""The feed's own rhythm: how long may we wait and still recognize most of what the next document lists?

What steers is overlap, the share of a document that is already known, as in Media Cloud's rss-fetcher. A poll that
finds `new` of `listed` entries after some time tells how long we could have waited for just as many new ones as we can
afford (`affordable`); the next interval goes there, at most half as much again as the last one. Four bounds go with it:

- the hour: every hour of the day (UTC) remembers how busy it was, so that a quiet night does not make us late for the
  morning, and a busy noon does not cost requests at night;
- the rhythm: no slower than `RHYTHM_SHARE` of the average time between two entries, or the configured interval if
  that is longer;
- caution: on its first day a lively feed is asked at twice the configured pace, because its busy hours are unknown;
- the settings: `min_interval` and `max_interval`.

The constants are the result of `benchmarks/polling.py`, which prints what they cost and what they miss.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from math import exp, isfinite, sqrt
from typing import NamedTuple

from ingest.polling.durations import DAY, HOUR, MINUTE, clamp, spoken
from storage.model import Entry

NEW_SHARE = 1 / 5  # of a document may be new at the next poll
SIGMAS = 6.0  # by which chance may exceed the expected number of new entries before a document overflows
RISE = 1.5  # at most, from one interval to the next
RHYTHM_SHARE = 0.6  # of the average time between two entries
AVERAGE_OVER = timedelta(days=3)
AVERAGE_AT_FIRST = timedelta(hours=6)
HOUR_KEPT = 0.7  # of an hour's remembered pace, from day to day
HOUR_FLOOR = 0.1  # of the busiest hour's pace is reckoned with at any hour
UNKNOWN_HOUR = 3.0  # times the pace of the first document
LIVELY = timedelta(days=7)  # a document that reaches back less is lively
_LONGEST = timedelta(days=30)  # a longer silence teaches no more
_written = json.JSONEncoder(separators=(",", ":")).encode  # `json.dumps` would make one each time
_UNTRUSTED = frozenset({"date_only", "no_zone", "future", "ancient", "unparsed"})


class Bounds(NamedTuple):
    """`base` is the interval configured for this feed; all three from the settings."""

    base: timedelta
    shortest: timedelta
    longest: timedelta


class Listing(NamedTuple):
    """What a successful poll saw: `new` of `listed` entries were unknown; `dates`: see `trusted_dates`.

    An answer without a document (304, the same bytes) lists nothing.
    """

    listed: int = 0
    new: int = 0
    dates: tuple[datetime, ...] = ()


class Pace(NamedTuple):
    """What is remembered of a feed's rhythm.

    `interval`: seconds we would wait if nobody slowed us down; `per_day`: entries a day, a running average;
    `watched`: days since the first poll, counted up to three; `listed`: entries in the last document;
    `hours`: for each hour of the day in UTC, the polls an hour that it has called for.
    """

    interval: float
    per_day: float
    watched: float
    listed: int
    hours: tuple[float, ...]

    def stored(self) -> str:
        """As JSON for `FeedState.pace`."""
        values = {
            "interval": round(self.interval, 3),
            "per_day": round(self.per_day, 6),
            "watched": round(self.watched, 6),
            "listed": self.listed,
            "per_1000_hours": [int(1000 * pace) for pace in self.hours],  # whole numbers: half the time and space
        }
        return _written(values)


class Step(NamedTuple):
    """What one poll taught. `safe`: the longest wait that loses no entry by all we know; `seen`, `verdict`: why."""

    pace: Pace
    safe: timedelta
    seen: str
    verdict: str

    @property
    def interval(self) -> timedelta:
        return timedelta(seconds=self.pace.interval)


def read_pace(stored: str | None) -> Pace | None:
    """What `Pace.stored` wrote. Never raises: what cannot be read is learned again."""
    try:
        raw = json.loads(stored or "null")
        hours = tuple([count / 1000 for count in raw["per_1000_hours"]])
        numbers = (float(raw["interval"]), float(raw["per_day"]), float(raw["watched"]))
        pace = Pace(*numbers, listed=int(raw["listed"]), hours=hours)
        sound = len(hours) == 24 and isfinite(sum(hours) + sum(numbers)) and min(*numbers, *hours, pace.listed) >= 0
        return pace if sound else None
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError):
        return None


def trusted_dates(entries: Sequence[Entry]) -> tuple[datetime, ...]:
    """The publication times precise enough to tell what came between two polls."""
    return tuple(entry.published_at for entry in entries if entry.published_at and _precise(entry))


def _precise(entry: Entry) -> bool:
    return not entry.published_evidence or _UNTRUSTED.isdisjoint(entry.published_evidence.flags)


def affordable(listed: int) -> float:
    """How many new entries the next poll may find: a share of the document, in a short one so few that chance
    (`SIGMAS` standard deviations of a Poisson process, m + s·√m = listed) does not push an unseen entry off its end.
    """
    by_chance = ((sqrt(SIGMAS**2 + 4 * listed) - SIGMAS) / 2) ** 2
    return max(min(listed * NEW_SHARE, by_chance), 0.1)


def reach(listing: Listing, now: datetime) -> timedelta | None:
    """How far the document reaches back: twice the age of its middle entry, which a pinned one or a typing error does
    not move. None if fewer than half of the entries are dated.
    """
    past = sorted(date for date in listing.dates if date <= now)
    if not listing.listed or len(past) < 2 or 2 * len(past) < listing.listed:
        return None
    return max(2 * (now - past[len(past) // 2]), MINUTE)


def first_step(listing: Listing, at: datetime, bounds: Bounds) -> Step:
    """Without a history the dates in the document tell; without dates we soon look again and slow down from there."""
    back = reach(listing, at)
    if back is None:
        why = f"{_entries(listing.listed)} without usable dates" if listing.listed else "no entries yet"
        wanted = bounds.shortest if listing.listed else bounds.base
        per_day, called_for = RHYTHM_SHARE * (DAY / bounds.base), HOUR / bounds.base
    else:
        why = f"{_entries(listing.listed)} of about {spoken(back)}"
        due = back * (affordable(listing.listed) / listing.listed)
        per_day, called_for = listing.listed * (DAY / back), UNKNOWN_HOUR * (HOUR / due)
        wanted = min(due, _rhythm(per_day, bounds), _caution(per_day, listing.listed, 0.0, bounds))
    interval = clamp(wanted, bounds.shortest, bounds.longest)
    pace = Pace(interval.total_seconds(), per_day, 0.0, listing.listed, (called_for,) * 24)
    return Step(pace, interval, f"first poll, {why}", "")


def same_step(pace: Pace, seen: str, bounds: Bounds) -> Step:
    """Nothing can be learned: the interval stays."""
    interval = clamp(timedelta(seconds=pace.interval), bounds.shortest, bounds.longest)
    return Step(pace._replace(interval=interval.total_seconds()), interval, seen, "as before")


def next_step(pace: Pace, listing: Listing, since: datetime, at: datetime, bounds: Bounds, *, gap: bool) -> Step:
    """What a successful poll at `at` teaches when the last one was `since`; `gap`: entries may have been missed."""
    elapsed = min(at - since, _LONGEST)
    before = timedelta(seconds=pace.interval)
    listed = listing.listed or pace.listed
    called_for = listing.new / affordable(listed) / (elapsed / HOUR)
    hours = _remember(pace.hours, called_for, at - min(elapsed, DAY), at)
    per_day = _average(pace, listing.new, elapsed)
    watched = min(pace.watched + elapsed / DAY, AVERAGE_OVER / DAY)
    rhythm, remembered = _rhythm(per_day, bounds), within_hours(hours, at, bounds.longest)
    due = HOUR / called_for if called_for * bounds.longest > HOUR else bounds.longest
    bids = [
        (min(due, before / 2 if gap else before * RISE), ""),
        (remembered, "the next hours are usually busy"),
        (_caution(per_day, listed, watched, bounds), "its rhythm is still unknown"),
        (rhythm, "as configured"),
    ]
    wanted, bound = min(bids)
    if wanted == rhythm > bounds.base and bound:
        bound = f"one comes about every {spoken(rhythm / RHYTHM_SHARE)}"
    interval = clamp(wanted, bounds.shortest, bounds.longest)
    if interval < before and interval < elapsed and listing.new > affordable(listed):
        bound = ""  # this very poll made the hour busy
    learned = Pace(interval.total_seconds(), per_day, watched, listed, hours)
    return Step(learned, min(due, remembered), _seen(listing), bound or _direction(before, interval))


def within_hours(hours: Sequence[float], at: datetime, longest: timedelta) -> timedelta:
    """The time from `at` in which the remembered paces add up to one poll."""
    lowest = HOUR_FLOOR * max(hours)
    moment = at.timestamp() / 3600
    start, left, end = moment, 1.0, moment + longest / HOUR
    while moment < end:
        pace = max(hours[int(moment) % 24], lowest)
        rest = int(moment) + 1 - moment
        if pace * rest >= left:
            moment += left / pace
            break
        left -= pace * rest
        moment += rest
    return min((moment - start) * HOUR, longest)


def _remember(hours: Sequence[float], called_for: float, since: datetime, at: datetime) -> tuple[float, ...]:
    """Every hour between the polls keeps the busier of what it was, fading, and what it has just been."""
    remembered = list(hours)
    start, end = since.timestamp() / 3600, at.timestamp() / 3600
    for hour in range(int(start), int(end) + 1):
        part = min(end, hour + 1) - max(start, hour)
        if part > 0:
            remembered[hour % 24] = max(called_for, remembered[hour % 24] * HOUR_KEPT**part)
    return tuple(remembered)


def _rhythm(per_day: float, bounds: Bounds) -> timedelta:
    slowest = DAY * RHYTHM_SHARE / per_day if per_day * bounds.longest > DAY * RHYTHM_SHARE else bounds.longest
    return max(slowest, bounds.base)


def _caution(per_day: float, listed: int, watched: float, bounds: Bounds) -> timedelta:
    lively = per_day * LIVELY > listed * DAY
    return bounds.base / 2 if lively and watched < 1 else bounds.longest


def _average(pace: Pace, new: int, elapsed: timedelta) -> float:
    """Exponential moving average of entries a day; over a shorter time as long as we have not watched longer."""
    over = clamp(timedelta(days=pace.watched), AVERAGE_AT_FIRST, AVERAGE_OVER)
    kept = exp(-(elapsed / over))
    return pace.per_day * kept + new * (DAY / elapsed) * (1 - kept)


def _seen(listing: Listing) -> str:
    known = listing.listed - listing.new
    if not listing.listed or not listing.new:
        return "nothing new"
    return f"{known or 'none'} of the {_entries(listing.listed)} {'was' if known <= 1 else 'were'} already known"


def _entries(count: int) -> str:
    return "1 entry" if count == 1 else f"{count} entries"


def _direction(before: timedelta, interval: timedelta) -> str:
    change = interval / before if before else 1.0
    return "slower" if change > 1.02 else "sooner" if change < 0.98 else "as before"
