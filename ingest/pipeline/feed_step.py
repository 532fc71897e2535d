"""One feed polled: asked, parsed in a worker, planned, and written down in one transaction.

Sightings, pending entries, the feed's validators and its next due time are kept together. Were the new ETag kept
without the pending entries, a crash between the two would cost those articles for good: the next poll answers 304.
"""

from __future__ import annotations

import hashlib
import traceback
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from ingest.fetching import Fetched, FetchRequest, NotModified, Purpose
from ingest.jobs import PARSE_SECONDS, read_feed
from ingest.pipeline.context import Configured, Run
from ingest.pipeline.feed_state import Poll, after_poll
from ingest.planning import plan
from ingest.polling.moves import address_to_poll
from ingest.polling.validators import validators_to_send
from storage import entries, feeds, listings
from storage.entries import Recorded
from storage.errors import ArchiveError
from storage.feeds import PollRecord
from storage.model import (
    Entry,
    EntryStatus,
    Failure,
    FailureKind,
    FeedState,
    Novelty,
    PendingRef,
    PlannedEntry,
    PollOutcome,
    Validators,
)

if TYPE_CHECKING:
    from ingest.feeds import ParsedFeed
    from storage.transaction import Transaction

SITEMAPS = 3  # of an index, the newest: older ones hold what is long known


async def poll_feed(run: Run, state: FeedState) -> Sequence[PendingRef]:
    """Poll one feed; returns the entries that are now pending. The border: a bug costs this feed only."""
    run.observer.feed_started(state)
    configured = run.feeds[state.url]
    try:
        poll = await _ask(run, state, configured)
    except ArchiveError:
        raise
    except Exception as error:  # noqa: BLE001  the border of one feed
        run.observer.bug(f"feed {state.url}", traceback.format_exc())
        failure = Failure(FailureKind.INTERNAL, f"a mistake in ingest: {type(error).__name__}")
        poll = Poll(PollOutcome.FAILED, run.now(), state.url, failure)
    with run.stage("record_poll"):
        recorded, record = await run.writer.write(_record, run, state, configured.feed.interval, poll)
    _count(run, state, poll, recorded, record.new)
    run.observer.feed_ended(state, record, poll.failure)
    run.observer.entries_found(state.outlet, len(recorded.pending))
    return recorded.pending


async def _ask(run: Run, state: FeedState, configured: Configured) -> Poll:
    at = run.now()
    asked = address_to_poll(state)
    sent = validators_to_send(state.validators, at)
    request = FetchRequest(asked, Purpose.FEED, sent, configured.options)
    with run.stage("fetch_feed"):
        answer = await run.fetcher.fetch(request)
    if isinstance(answer, Failure):
        paused = answer.kind is FailureKind.THROTTLED and answer.status is None
        outcome = PollOutcome.SKIPPED if paused else PollOutcome.FAILED
        if not paused:
            run.attempts.note(asked, at, answered=answer.kind not in (FailureKind.DNS, FailureKind.CONNECT))
        return Poll(outcome, at, asked, answer, http_status=answer.status)
    run.attempts.note(asked, at, answered=True)
    poll = Poll(
        PollOutcome.UNCHANGED,
        at,
        asked,
        http_status=answer.status,
        bytes=answer.wire_bytes,
        seconds=answer.seconds,
        headers=dict(answer.headers),
        validators=answer.validators,
        permanent_url=answer.permanent_url,
    )
    return poll if isinstance(answer, NotModified) else await _read(run, state, configured, answer, poll)


async def _read(run: Run, state: FeedState, configured: Configured, answer: Fetched, poll: Poll) -> Poll:
    """Parse the body, unless it is the one parsed last time."""
    body_hash = hashlib.blake2b(answer.body, digest_size=16).hexdigest()
    if body_hash == state.body_hash:
        return poll
    # Read in the next transaction of writes: one for itself would cut those that wait short.
    known = await run.writer.write(listings.recall, state.id) if state.last_changed_at else None
    with run.stage("parse_feed"):
        parsed = await _parse(run, configured, answer, known)
    failure = parsed if isinstance(parsed, Failure) else parsed.failure
    if isinstance(parsed, Failure) or failure is not None:
        return replace(poll, outcome=PollOutcome.FAILED, failure=failure, validators=Validators())
    if parsed.is_sitemap_index:
        return await _read_sitemaps(run, configured, parsed, poll)
    kept_hash = None if answer.truncated else body_hash
    complete = not answer.truncated
    return replace(poll, outcome=PollOutcome.CHANGED, parsed=parsed, body_hash=kept_hash, complete=complete)


async def _parse(
    run: Run, configured: Configured, answer: Fetched, known: Mapping[int, Entry] | None = None
) -> ParsedFeed | Failure:
    return await run.workers.run(
        PARSE_SECONDS,
        read_feed,
        answer.body,
        answer.final_url,
        answer.content_type,
        configured.outlet.timezone,
        run.now(),
        known,
    )


async def _read_sitemaps(run: Run, configured: Configured, index: ParsedFeed, poll: Poll) -> Poll:
    """The entries of an index's newest sitemaps. The index tells nothing of theirs, so no validators are kept."""
    found: list[Entry] = []
    urls: list[str | None] = []
    failure: Failure | None = None
    for url in index.sitemaps[:SITEMAPS]:
        answer = await run.fetcher.fetch(FetchRequest(url, Purpose.FEED, options=configured.options_for(url)))
        if isinstance(answer, Fetched):
            parsed = await _parse(run, configured, answer)
            failure = parsed if isinstance(parsed, Failure) else parsed.failure
            if not isinstance(parsed, Failure):
                found += parsed.entries
                urls += parsed.canonical_urls
        elif isinstance(answer, Failure):
            failure = answer
    if failure is not None and not found:
        return replace(poll, outcome=PollOutcome.FAILED, failure=failure, validators=Validators())
    listed = replace(index, entries=tuple(found), canonical_urls=tuple(urls))
    return replace(poll, outcome=PollOutcome.CHANGED, parsed=listed, validators=Validators())


def _record(
    t: Transaction, run: Run, state: FeedState, interval: timedelta | None, poll: Poll
) -> tuple[Recorded, PollRecord]:
    """Write a poll down, whole: its entries, what is known of the feed from now on, and the poll itself."""
    plans: list[PlannedEntry] = []
    recorded = Recorded()
    if poll.parsed is not None:
        planned = _plan(t, run, state, poll.parsed, poll.at)
        plans = [plan for plan in planned if not _is_lost(plan, poll.parsed)]
        recorded = entries.record(t, state.id, plans, poll.at)
        listed = _listed(poll.parsed, plans, recorded)
        if len(plans) < len(planned):  # to be read whole at the next poll
            listed, poll = {}, replace(poll, body_hash=None, validators=Validators(), complete=False)
        listings.remember(t, state.id, listed)
    new = sum(planned.known is None for planned in plans)
    after, reason = after_poll(
        state,
        poll,
        run.settings.polling,
        interval=interval,
        listed=len(plans),
        new=new,
        offline=poll.failure is not None and run.attempts.machine_offline(poll.at),
    )
    feeds.save(t, state, after)
    record = PollRecord(
        feed_id=state.id,
        at=poll.at,
        outcome=poll.outcome,
        reason=reason,
        http_status=poll.http_status,
        bytes=poll.bytes,
        seconds=round(poll.seconds, 3),
        entries=len(plans),
        new=new,
        next_poll_at=after.next_poll_at,
    )
    feeds.record_poll(t, record)
    return recorded, record


def _is_lost(plan: PlannedEntry, parsed: ParsedFeed) -> bool:
    """Whether an entry was not read for being known, and is known no more: its sighting was removed meanwhile."""
    return plan.entry.key in parsed.recalled and plan.novelty is not Novelty.KNOWN


def _listed(parsed: ParsedFeed, plans: Iterable[PlannedEntry], recorded: Recorded) -> dict[int, int]:
    """What to recall the document's entries by: their digests, and the sightings that they are."""
    same = (plan.key for plan in plans if plan.key == plan.entry.key and plan.key in parsed.digests)
    return {parsed.digests[key]: recorded.sightings[key] for key in same}


def _plan(t: Transaction, run: Run, state: FeedState, parsed: ParsedFeed, now: datetime) -> list[PlannedEntry]:
    listed, urls = parsed.entries, parsed.canonical_urls
    known = entries.known(
        t,
        state.id,
        keys=[entry.key for entry in listed],
        canonical_urls=[url for url in urls if url],
        content_hashes=[entry.content_hash for entry in listed],
    )
    first = state.last_changed_at is None
    return plan(listed, known, urls=urls, not_before=now - run.settings.polling.max_age if first else None)


def _count(run: Run, state: FeedState, poll: Poll, recorded: Recorded, new: int) -> None:
    report = run.report
    report.polled(poll.outcome)
    report.entries_seen += len(poll.parsed.entries) if poll.parsed else 0
    report.entries_new += new
    for _ in range(recorded.linked):
        report.ended(EntryStatus.UNCHANGED)
    for entry, refusal in recorded.refused:
        report.refused(state.url, entry.url or entry.title or entry.key, refusal)
    if poll.failure is not None:
        report.failed(state.url, state.url, poll.failure)
