"""The fetch: turns, pauses and robots.txt before each hop; redirects by hand; one deadline over all of it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import TracebackType
from typing import Final, Self
from weakref import WeakValueDictionary

from ingest.config import FetchingSettings
from ingest.fetching.conditional import conditions, refreshed, validators_of
from ingest.fetching.domains import domain_of
from ingest.fetching.exchange import Answer, exchange
from ingest.fetching.gate import Gate, Places
from ingest.fetching.headers import PRODUCT, request_headers, user_agent
from ingest.fetching.hosts import Hosts
from ingest.fetching.messages import Fetched, FetchRequest, NotModified, Purpose, RequestOptions, Result, Stopped
from ingest.fetching.network import Guard, Progress, Resolver, Stage, SystemResolver
from ingest.fetching.outcomes import failure_of, is_permanent, is_redirect, location, pause_until
from ingest.fetching.robots import LARGEST_ROBOTS, crawl_delay, is_unreachable, robots_failure
from ingest.fetching.silence import SILENT, Silences
from ingest.fetching.targets import Target, parse_target
from ingest.fetching.transport import GuardedTransport, Outgoing
from storage.model import Failure, FailureKind, HostState, RobotsFile, Validators

_HOPS: Final = 5
_LOOK_UPS: Final = 8  # times the fetches at once: 4 may be open (`Places`), and what they gave up may hang on
_LATE: Final = {Stage.RESOLVING: FailureKind.DNS, Stage.CONNECTING: FailureKind.CONNECT}  # nobody there, not a slow one
_LONG_ROBOTS: Final = 50_000  # characters; reading more of it may take the loop's time, so it is done beside


@dataclass(slots=True)
class _Journey:
    """One fetch under way, from hop to hop. `permanent`: so far every hop was a permanent redirect."""

    request: FetchRequest
    target: Target
    first: Target
    permanent: bool = True
    permanent_url: str | None = None
    seconds: float = 0.0
    received: int = 0
    retry_at: datetime | None = None  # the pause that the last answer began
    seen: set[str] = field(default_factory=set)

    def options(self) -> RequestOptions:
        """Secrets are for their own origin only (https to http is another one)."""
        options = self.request.options
        return options if self.target.origin == options.origin else options.elsewhere()

    def login(self) -> str | None:
        """The one of the requested URL, at its origin; what a redirect brings is not ours to use."""
        return self.first.login if self.target.origin == self.first.origin else None

    def follow(self, answer: Answer) -> None:
        """Moves on to where a redirect leads. Raises `Stopped` where it leads nowhere."""
        self.seen.add(self.target.href)
        place = location(answer)
        if place is None:
            raise _redirects(f"{answer.status} without saying where", answer.status)
        target = parse_target(place, self.target.href)
        if isinstance(target, Failure):
            raise _redirects(f"redirected to {target.detail}", answer.status)
        if target.href in self.seen:
            raise _redirects(f"redirected in a circle at {target.shown}", answer.status)
        if len(self.seen) > _HOPS:
            raise _redirects(f"over {_HOPS} redirects", answer.status)
        self.permanent = self.permanent and is_permanent(answer)
        if self.permanent:
            self.permanent_url = target.href
        self.target = target


class Fetcher:
    """The one client of a process. `hosts` is what the archive remembers of domains; `remember` gets every change.

    `requests` and `bytes` count what went over the network: answers with headers, before decoding. `resolver` replaces
    the system's name look-up (host, port -> IP addresses).
    """

    def __init__(
        self,
        settings: FetchingSettings,
        *,
        contact: str | None,
        hosts: Iterable[HostState],
        remember: Callable[[HostState], None],
        now: Callable[[], datetime],
        resolver: Resolver | None = None,
    ) -> None:
        self.requests = 0
        self.bytes = 0
        self._settings = settings
        self._now = now
        self._agent = user_agent(contact)
        self._hosts = Hosts(hosts, remember, now)
        self._silences = Silences(settings.deadline, now)
        per_host = settings.per_host
        self._gate = Gate(per_host.concurrency, per_host.delay.total_seconds(), Places(settings.concurrency))
        guard = Guard(settings.allow_networks, settings.ports)
        self._transport = GuardedTransport(guard, resolver or SystemResolver(_LOOK_UPS * settings.concurrency))
        self._reading_robots: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._transport.close()
        await asyncio.sleep(0)  # aborted connections close in the loop's next round

    async def fetch(self, request: FetchRequest) -> Result:
        """Fetches one URL. Expected failures are values; safe to cancel at any point."""
        target = parse_target(request.url)
        if isinstance(target, Failure):
            return target
        try:
            return await self._travel(_Journey(_with_origin(request, target), target, target))
        except Stopped as stopped:
            return stopped.failure

    async def _travel(self, journey: _Journey) -> Result:
        answer = await self._visit(journey)
        while is_redirect(answer):
            journey.follow(answer)
            answer = await self._visit(journey)
        return self._result(journey, answer)

    async def _visit(self, journey: _Journey) -> Answer:
        """One hop: allowed by robots.txt, in turn, in time."""
        target, purpose = journey.target, journey.request.purpose
        domain = domain_of(target)
        self._admit(domain, target, purpose)
        if purpose is Purpose.PAGE and self._settings.robots:
            await self._ask_robots(domain, target, journey.request.options)
        delay = await self._crawl_delay(domain)
        async with self._gate.turn(domain, delay, lambda: self._admit(domain, target, purpose)):
            answer = await self._exchange(journey)
        journey.retry_at = self._note_pause(domain, answer)
        return answer

    async def _exchange(self, journey: _Journey) -> Answer:
        progress = Progress()
        deadline = self._settings.deadline.total_seconds()
        left = max(deadline - journey.seconds, 0)
        started = time.monotonic()
        self.requests += 1
        try:
            async with asyncio.timeout(left):
                answer = await exchange(self._transport, self._outgoing(journey), progress)
        except TimeoutError:
            failure = Failure(
                _LATE.get(progress.stage, FailureKind.TIMEOUT), f"not done within {deadline:g} s ({progress.stage})"
            )
            self._note_silence(journey, failure, left)
            raise Stopped(failure) from None
        except Stopped as stopped:
            self._note_silence(journey, stopped.failure, left)
            raise
        finally:
            journey.seconds += time.monotonic() - started
            journey.received += progress.received
            self.bytes += progress.received
        self._silences.answered(journey.target.origin)
        return answer

    def _outgoing(self, journey: _Journey) -> Outgoing:
        request, target, options = journey.request, journey.target, journey.options()
        asked = conditions(request.validators, journey.first.href, target.href)
        return Outgoing(
            target,
            request_headers(target, request.purpose, options, journey.login(), self._agent, asked),
            self._limit(request.purpose),
            keep_start=request.purpose is Purpose.ROBOTS,
            proxy=options.proxy,
            insecure_tls=options.insecure_tls,
        )

    def _limit(self, purpose: Purpose) -> int:
        settings = self._settings
        match purpose:
            case Purpose.FEED:
                return settings.max_feed_size
            case Purpose.PAGE:
                return settings.max_page_size
            case Purpose.SITE:
                return max(settings.max_feed_size, settings.max_page_size)  # it may turn out to be a feed
            case Purpose.ROBOTS:
                return LARGEST_ROBOTS

    def _result(self, journey: _Journey, answer: Answer) -> Result:
        request, url = journey.request, journey.target.href
        if answer.status == 304:
            return self._not_modified(journey, answer)
        if failure := failure_of(answer, request.purpose, journey.retry_at):
            return failure
        return Fetched(
            url=request.url,
            final_url=url,
            permanent_url=journey.permanent_url,
            status=answer.status,
            headers=answer.headers,
            body=answer.body,
            content_type=answer.headers.get("content-type"),
            validators=Validators() if answer.truncated else validators_of(answer.headers, url, self._now()),
            truncated=answer.truncated,
            wire_bytes=journey.received,
            seconds=journey.seconds,
        )

    def _not_modified(self, journey: _Journey, answer: Answer) -> NotModified | Failure:
        sent, url = journey.request.validators, journey.target.href
        if sent is None or not conditions(sent, journey.first.href, url):
            return Failure(FailureKind.NETWORK, "answered 304 (not modified) to an unconditional request", 304)
        return NotModified(
            url=journey.request.url,
            headers=answer.headers,
            validators=refreshed(sent, answer.headers, url, self._now()),
            wire_bytes=journey.received,
            seconds=journey.seconds,
            final_url=url,
            permanent_url=journey.permanent_url,
        )

    # pauses

    def _admit(self, domain: str, target: Target, purpose: Purpose) -> None:
        """Raises `Stopped` while the domain is paused, for pages also while the host is silent."""
        if pause := self._hosts.pause(domain):
            until, reason = pause
            raise Stopped(Failure(FailureKind.THROTTLED, f"{domain} is left alone: {reason}", retry_at=until))
        if purpose is Purpose.PAGE and (silence := self._silences.failure(target.origin)):
            raise Stopped(silence)

    def _note_silence(self, journey: _Journey, failure: Failure, left: float) -> None:
        """`left`: the seconds this hop had; a host is not to blame for what slow redirects have used up."""
        if failure.kind not in SILENT:
            self._silences.answered(journey.target.origin)
        elif left >= self._settings.deadline.total_seconds() / 2:
            self._silences.missed(journey.target.origin)

    def _note_pause(self, domain: str, answer: Answer) -> datetime | None:
        """Until when the domain is left alone because of this answer."""
        standing = self._hosts.pause(domain) is not None  # begun by an answer that came beside this one
        if until := pause_until(answer, self._now(), self._hosts.pauses_in_a_row(domain) - standing):
            self._hosts.start_pause(domain, until, f"it answered {answer.status}")
        elif answer.status < 400:
            self._hosts.answered_well(domain)
        return until

    # robots.txt

    async def _crawl_delay(self, domain: str) -> float:
        files = self._hosts.all_robots(domain)
        if sum(len(file.body) for file in files) > _LONG_ROBOTS:
            return await asyncio.to_thread(crawl_delay, files, PRODUCT)
        return crawl_delay(files, PRODUCT)

    async def _ask_robots(self, domain: str, target: Target, options: RequestOptions) -> None:
        """Raises `Stopped` unless robots.txt allows `target`."""
        file = self._hosts.robots(domain, target.origin)
        if file is None:
            lock = self._reading_robots.setdefault(target.origin, asyncio.Lock())
            async with lock:  # the others of the same origin wait for the first
                file = self._hosts.robots(domain, target.origin) or await self._read_robots(domain, target, options)
        agent = (options.user_agent or PRODUCT).partition("/")[0].strip()
        if len(file.body) > _LONG_ROBOTS:
            failure = await asyncio.to_thread(robots_failure, file, target, agent)
        else:
            failure = robots_failure(file, target, agent)
        if failure:
            raise Stopped(failure)

    async def _read_robots(self, domain: str, target: Target, options: RequestOptions) -> RobotsFile:
        request = FetchRequest(f"{target.origin}/robots.txt", Purpose.ROBOTS, options=options.without_secrets())
        answer = await self.fetch(request)
        unreachable = isinstance(answer, Failure) and is_unreachable(answer)
        body = answer.body.decode("utf-8-sig", "replace") if isinstance(answer, Fetched) else ""
        file = RobotsFile(target.origin, self._now(), body, unreachable)
        if not isinstance(answer, Failure) or answer.kind is not FailureKind.THROTTLED:
            self._hosts.keep_robots(domain, file)
        if unreachable:
            assert isinstance(answer, Failure)
            raise Stopped(Failure(answer.kind, f"robots.txt: {answer.detail}", answer.status, answer.retry_at))
        return file


def _with_origin(request: FetchRequest, target: Target) -> FetchRequest:
    """Options that do not say whose they are belong to the requested URL's origin."""
    if request.options.origin is not None:
        return request
    return replace(request, options=replace(request.options, origin=target.origin))


def _redirects(detail: str, status: int) -> Stopped:
    return Stopped(Failure(FailureKind.REDIRECTS, detail, status))
