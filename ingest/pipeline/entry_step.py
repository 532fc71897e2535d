"""One entry on its way: its page fetched, drafted in a worker, kept in one transaction."""

from __future__ import annotations

import traceback
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ingest.fetching import Fetched, FetchRequest, NotModified, Purpose
from ingest.jobs import PAGE_SECONDS, Page, draft_from_feed, draft_from_page
from ingest.pipeline.context import Configured, EntryEnd, Run
from ingest.pipeline.recheck_step import plan_recheck
from ingest.pipeline.retries import is_pause, next_attempt
from storage import entries
from storage.errors import ArchiveError
from storage.model import ArticleDraft, EntryStatus, Failure, FailureKind, PendingEntry, PendingRef, Validators

if TYPE_CHECKING:
    from ingest.keeping import Kept
    from storage.transaction import Transaction

_WORKER_LOST = (FailureKind.TOO_SLOW, FailureKind.CRASHED)


@dataclass(frozen=True, slots=True)
class Linked:
    """An entry that needs no page: its article is in the archive already."""

    entry: PendingEntry
    article_id: int


@dataclass(frozen=True, slots=True)
class _Found:
    """What was got for an entry, before the archive was asked."""

    draft: ArticleDraft | Failure
    page_tried: bool = True
    validators: Validators | None = None  # of the page, if it is where the draft comes from

    @property
    def kept_from_feed(self) -> bool:
        return self.page_tried and isinstance(self.draft, ArticleDraft) and self.draft.from_feed


async def work_off(run: Run, ref: PendingRef) -> None:
    """Bring one pending entry to its final status, or postpone it. The border: a bug costs this entry only."""
    pending = await run.writer.write(_take, ref.sighting_id)
    if pending is None:
        return
    if isinstance(pending, Linked):
        _count(run, pending.entry, EntryEnd(EntryStatus.UNCHANGED, article_id=pending.article_id))
        return
    try:
        await _work_off(run, pending)
    except ArchiveError:
        raise
    except Exception as error:  # noqa: BLE001  the border of one entry
        run.observer.bug(f"entry {pending.entry.key}", traceback.format_exc())
        failure = Failure(FailureKind.INTERNAL, f"a mistake in ingest: {type(error).__name__}")
        await _end_failed(run, pending, failure)


def _take(t: Transaction, sighting_id: int) -> PendingEntry | Linked | None:
    """The entry, unless another feed's entry brought its article while this one was waiting."""
    pending = entries.load_pending(t, sighting_id)
    if pending is None or pending.article_id is not None or pending.canonical_url is None:
        return pending
    article_id = entries.articles_at(t, [pending.canonical_url]).get(pending.canonical_url)
    if article_id is None:
        return pending
    entries.finish(t, pending, EntryStatus.UNCHANGED, article_id=article_id)
    return Linked(pending, article_id)


async def _work_off(run: Run, pending: PendingEntry) -> None:
    found = await _find(run, pending, run.feeds[pending.feed_url])
    if isinstance(found.draft, Failure):
        await _fail(run, pending, found.draft)
        return
    with run.stage("keep"):
        kept = await run.writer.write(_keep, run, pending, found.draft, found.validators)
    end = EntryEnd(kept.status, None, kept.article_id, duplicate=kept.duplicate, kept_from_feed=found.kept_from_feed)
    _count(run, pending, end)


async def _find(run: Run, pending: PendingEntry, configured: Configured) -> _Found:
    if pending.entry.url is None or not configured.outlet.pages:
        return _Found(await run.workers.run(PAGE_SECONDS, draft_from_feed, pending, configured.hints), page_tried=False)
    with run.stage("fetch_page"):
        page = await _fetch_page(run, pending.entry.url, configured)
    if isinstance(page, Fetched):
        read = Page(page.body, page.final_url, page.content_type)
        with run.stage("draft"):
            draft = await run.workers.run(PAGE_SECONDS, draft_from_page, pending, read, configured.hints, run.now())
        if isinstance(draft, ArticleDraft):
            return _Found(draft, validators=None if draft.from_feed else page.validators)
        if draft.kind not in _WORKER_LOST:
            return _Found(draft)
        page = draft
    if next_attempt(page, pending.attempts + 1, pending.since, run.now()) is not None:
        return _Found(page)
    return _Found(await run.workers.run(PAGE_SECONDS, draft_from_feed, pending, configured.hints, page))


async def _fetch_page(run: Run, url: str, configured: Configured) -> Fetched | Failure:
    answer = await run.fetcher.fetch(FetchRequest(url, Purpose.PAGE, options=configured.options_for(url)))
    if isinstance(answer, NotModified):
        return Failure(FailureKind.NETWORK, "answered 304 to a request without validators")
    if isinstance(answer, Fetched) and answer.truncated:  # half an article must not pass for the whole
        return Failure(FailureKind.TRUNCATED, "the page was cut off")
    return answer


def _keep(t: Transaction, run: Run, pending: PendingEntry, draft: ArticleDraft, validators: Validators | None) -> Kept:
    from ingest.keeping import keep  # what judging needs is loaded with the first article

    kept = keep(t, draft, run.counters, run.now())
    if validators is not None and kept.article_id is not None:
        plan_recheck(t, run, pending, kept.article_id, validators)
    entries.finish(t, pending, kept.status, article_id=kept.article_id)
    return kept


async def _fail(run: Run, pending: PendingEntry, failure: Failure) -> None:
    now = run.now()
    again = next_attempt(failure, pending.attempts + 1, pending.since, now)
    if again is None:
        await _end_failed(run, pending, failure)
        return
    await run.writer.write(entries.postpone, pending, failure, again, counts=not is_pause(failure))
    _report(run, pending, failure)
    run.observer.entry_ended(pending, EntryEnd(EntryStatus.PENDING, failure))


async def _end_failed(run: Run, pending: PendingEntry, failure: Failure) -> None:
    status = EntryStatus.GONE if failure.kind is FailureKind.GONE else EntryStatus.FAILED
    await run.writer.write(entries.finish, pending, status, failure=failure)
    _report(run, pending, failure)
    _count(run, pending, EntryEnd(status, failure))


def _report(run: Run, pending: PendingEntry, failure: Failure) -> None:
    run.report.failed(pending.feed_url, pending.entry.url or pending.entry.key, failure)


def _count(run: Run, pending: PendingEntry, end: EntryEnd) -> None:
    run.report.ended(end.status, duplicate=end.duplicate, kept_from_feed=end.kept_from_feed)
    run.observer.entry_ended(pending, end)
