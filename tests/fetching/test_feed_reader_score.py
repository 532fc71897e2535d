"""200 polls of a feed whose server keeps the score of its reader, after Rachel Kroll's feed reader score project
(https://rachelbythebay.com/fs/help.html): what is counted there is counted here.

`python -m tests.fetching.test_feed_reader_score` prints the score.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from ingest.fetching import Fetched, FetchRequest, NotModified, Purpose
from ingest.polling.validators import validators_to_send
from storage.model import Failure, Validators
from tests.fetching.site import Archive, Asked, Clock, Page, fetcher, page, redirect, site

POLLS = 200
NEEDED = {"host", "user-agent", "accept", "accept-encoding", "connection", "if-none-match", "if-modified-since"}
FAULTS = ("unconditional", "made up", "out of sequence", "needless headers", "changed address", "during a pause")


@dataclass(slots=True)
class Scoring:
    """A feed and the score of whoever polls it. `history` holds what was sent for each kind of validator, in order.

    The number of a request decides how the server behaves: values of every shape, a validator that disappears for a
    while or comes back, another one on a 304, another one for the same body, errors, and refusals.
    """

    clock: Clock
    address: str = "/feed?format=rss"
    number: int = 0
    paused: float = 0.0  # until, by the clock
    score: Counter[str] = field(default_factory=Counter)
    history: dict[str, list[str | None]] = field(default_factory=lambda: {"etag": [], "last-modified": []})

    def __call__(self, asked: Asked) -> bytes:
        self.number += 1
        self._judge(asked)
        now = self.clock().timestamp()
        if self.number % 37 == 0:
            self.paused = now + 3_600
            return page("", "Retry-After: 3600", status="429 Too Many Requests")
        if self.number % 23 == 0:
            return page("", status="500 Internal Server Error")
        return self._answer(asked)

    def _answer(self, asked: Asked) -> bytes:
        etag, date = self._etag(), self._date()
        known = asked.headers.get("if-none-match"), asked.headers.get("if-modified-since")
        unchanged = self.number % 5 and any(known) and not (etag is None and date is None)
        if unchanged:
            if self.number % 7 == 0:  # 304 with new validators, each on its own
                lines = self._send(etag=f'"late-{self.number}"') if self.number % 2 else self._send(date=self._later())
                return page("", *lines, status="304 Not Modified")
            return page("", status="304 Not Modified")
        lines = self._send_all(etag, date)
        return page("<rss/>" if self.number % 3 else "<rss><channel/></rss>", "Set-Cookie: id=1; Path=/", *lines)

    def _etag(self) -> str | None:
        if 60 <= self.number % 100 < 75:
            return None
        shapes = ('"{}"', 'W/"{}"', "{}", '"a,b {}"', '"ü{}"', "'{}'", '"{}--gzip"')
        return shapes[self.number % len(shapes)].format(self.number)

    def _date(self) -> str | None:
        if 70 <= self.number % 100 < 85:
            return None
        shapes = ("Sun, 01 Jun 2025 00:{:02d}:00 GMT", "2025-06-01 00:{:02d}", "Sunday, 01-Jun-25 00:{:02d}:00 GMT")
        return shapes[self.number % len(shapes)].format(self.number % 60)

    def _later(self) -> str:
        return f"Sun, 01 Jun 2025 23:{self.number % 60:02d}:59 GMT"

    def _send_all(self, etag: str | None, date: str | None) -> list[str]:
        self.history["etag"].append(etag)
        self.history["last-modified"].append(date)
        return [line for line in (etag and f"ETag: {etag}", date and f"Last-Modified: {date}") if line]

    def _send(self, *, etag: str | None = None, date: str | None = None) -> list[str]:
        lines = []
        if etag:
            self.history["etag"].append(etag)
            lines.append(f"ETag: {etag}")
        if date:
            self.history["last-modified"].append(date)
            lines.append(f"Last-Modified: {date}")
        return lines

    def _judge(self, asked: Asked) -> None:
        self.score["requests"] += 1
        self.score["changed address"] += asked.target != self.address
        self.score["needless headers"] += bool(set(asked.headers) - NEEDED)
        self.score["during a pause"] += self.clock().timestamp() < self.paused
        for header, kind in (("if-none-match", "etag"), ("if-modified-since", "last-modified")):
            sent, given = asked.headers.get(header), self.history[kind]
            latest = given[-1] if given else None
            self.score["conditional"] += sent is not None
            self.score["unconditional"] += sent is None and latest is not None
            self.score["made up"] += sent is not None and sent not in given
            self.score["out of sequence"] += sent is not None and sent in given and sent != latest


async def poll(
    pages: dict[str, Page], clock: Clock, path: str, polls: int = POLLS, minutes: float = 30
) -> Counter[str]:
    """Polls as the pipeline does, restarting every 20 polls with nothing but what the archive holds."""
    archive, validators, outcomes = Archive(), Validators(), Counter[str]()
    async with site(pages) as running:
        for _ in range(polls // 20):
            async with fetcher(archive, clock) as client:
                for _ in range(20):
                    sent = validators_to_send(validators, clock())
                    result = await client.fetch(FetchRequest(running.url(path), Purpose.FEED, sent))
                    outcomes[type(result).__name__] += 1
                    if not isinstance(result, Failure):
                        validators = result.validators
                    clock.move(minutes=minutes)
    return outcomes


def scored(pages: Callable[[Scoring], dict[str, Page]], path: str) -> tuple[Counter[str], Counter[str]]:
    server = Scoring(Clock())
    outcomes = asyncio.run(poll(pages(server), server.clock, path))
    return server.score, outcomes


def test_the_feed_itself() -> None:
    score, outcomes = scored(lambda server: {"/feed": server}, "/feed?format=rss")
    assert {fault: score[fault] for fault in FAULTS} == dict.fromkeys(FAULTS, 0)
    assert outcomes[Fetched.__name__] > 30  # the server did go through its tricks
    assert outcomes[NotModified.__name__] > 80
    assert outcomes[Failure.__name__] > 10
    assert score["requests"] < POLLS  # pauses were kept
    assert score["conditional"] > POLLS


def test_behind_a_redirect() -> None:
    """Validators go to the address that gave them, never to the one that redirects."""
    told: list[Asked] = []

    def moved(asked: Asked) -> bytes:
        told.append(asked)
        return redirect("/feed?format=rss")

    score, _ = scored(lambda server: {"/feed": server, "/old": moved}, "/old")
    assert {fault: score[fault] for fault in FAULTS} == dict.fromkeys(FAULTS, 0)
    assert not [asked for asked in told if set(asked.headers) & {"if-none-match", "if-modified-since"}]


def test_a_server_that_answers_304_for_ever() -> None:
    """It is asked in full every eighth day, and once."""
    clock, unconditional = Clock(), list[timedelta]()
    start = clock()

    def stuck(asked: Asked) -> bytes:
        if "if-none-match" in asked.headers:
            return page("", 'ETag: "1"', status="304 Not Modified")
        unconditional.append(clock() - start)
        return page("<rss/>", 'ETag: "1"')

    asyncio.run(poll({"/feed": stuck}, clock, "/feed", polls=80, minutes=360))
    assert unconditional == [timedelta(days=8 * n) for n in range(3)]


@pytest.mark.parametrize("status", ["500 Oops", "404 Gone fishing", "403 No", "200 OK"])
def test_what_went_wrong_in_between_costs_no_validator(status: str) -> None:
    """An error, or a body that broke off, changes nothing about what is sent next: nothing of theirs is stored."""
    clock, seen = Clock(), list[str | None]()

    def flaky(asked: Asked) -> bytes:
        seen.append(asked.headers.get("if-none-match"))
        if len(seen) == 2:
            return page("<rss/>", 'ETag: "wrong"', status=status)[:-1]
        return page("<rss/>", 'ETag: "right"')

    asyncio.run(poll({"/feed": flaky}, clock, "/feed", 20))
    expected = None if status == "200 OK" else '"right"'  # after a cut-off body the next is asked in full
    assert seen[:4] == [None, '"right"', expected, '"right"']


if __name__ == "__main__":
    score, outcomes = scored(lambda server: {"/feed": server}, "/feed?format=rss")
    print(f"{POLLS} polls: {score['requests']} requests, {score['conditional']} validators sent, {dict(outcomes)}")
    print(", ".join(f"{score[fault]} {fault}" for fault in FAULTS))
