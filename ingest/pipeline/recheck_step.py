"""One article looked at again: its page asked for with its own validators, an edit kept as a revision.

A look that fails counts as a look: the next age comes, and a page that stays away is no edit.
"""

from __future__ import annotations

import traceback
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from ingest.fetching import Fetched, FetchRequest, NotModified, Purpose
from ingest.jobs import PAGE_SECONDS, Page, draft_from_page
from ingest.pipeline.context import Look, Run
from ingest.pipeline.retries import WAITS, is_pause
from ingest.polling import next_recheck
from ingest.polling.validators import validators_to_send
from ingest.urls import canonical_url
from storage import entries, rechecks
from storage.errors import ArchiveError
from storage.model import (
    ArticleDraft,
    EntryStatus,
    Failure,
    FailureKind,
    PendingEntry,
    Recheck,
    RecheckRef,
    Validators,
)

if TYPE_CHECKING:
    from storage.transaction import Transaction


@dataclass(frozen=True, slots=True)
class _Seen:
    """What a look brought. `draft`: what the page says, where it sent one."""

    look: Look
    validators: Validators
    failure: Failure | None = None
    draft: ArticleDraft | None = None


def plan_recheck(t: Transaction, run: Run, seen: PendingEntry, article_id: int, validators: Validators) -> None:
    """The article's page was just had: write down when it is to be looked at again, if at all."""
    now = run.now()
    published_at, first_seen_at = rechecks.times(t, article_id)
    ages = run.settings.recheck(run.feeds[seen.feed_url].outlet)
    due_at = next_recheck(published_at, first_seen_at, now, ages, now)
    if due_at is None:
        rechecks.drop(t, [article_id])
    else:
        rechecks.put(t, article_id, seen, validators, due_at, now)


async def recheck(run: Run, ref: RecheckRef) -> None:
    """Look at one article again. The border: a bug costs this look only."""
    check = await run.writer.write(_take, run, ref.article_id)
    if check is None:
        return
    try:
        seen = await _look(run, check)
    except ArchiveError:
        raise
    except Exception as error:  # noqa: BLE001  the border of one article
        run.observer.bug(f"article {check.article_id}", traceback.format_exc())
        failure = Failure(FailureKind.INTERNAL, f"a mistake in ingest: {type(error).__name__}")
        seen = _Seen(Look.FAILED, check.validators, failure)
    with run.stage("recheck"):
        look = await run.writer.write(_record, run, check, seen)
    run.report.looked(edited=look is Look.EDITED)
    run.observer.article_rechecked(check, look, seen.failure)


def _take(t: Transaction, run: Run, article_id: int) -> Recheck | None:
    """The article, if it is still to be looked at, and now."""
    check = rechecks.load(t, article_id)
    due_at = None if check is None else _next(run, check, check.checked_at)
    if check is None or due_at is None:
        rechecks.drop(t, [article_id])
        return None
    if due_at > run.now():  # the settings have changed
        rechecks.postpone(t, article_id, due_at)
        return None
    return check


def _next(run: Run, check: Recheck, checked_at: datetime) -> datetime | None:
    """When to look next, the last look having been at `checked_at`; None: no more, or its feed is polled no longer."""
    configured = run.feeds.get(check.seen.feed_url)
    if configured is None or not configured.outlet.pages:
        return None
    ages = run.settings.recheck(configured.outlet)
    return next_recheck(check.published_at, check.first_seen_at, checked_at, ages, run.now())


async def _look(run: Run, check: Recheck) -> _Seen:
    configured, url = run.feeds[check.seen.feed_url], check.seen.entry.url
    assert url is not None  # or no page would have been had
    sent = validators_to_send(check.validators, run.now())
    with run.stage("fetch_page"):
        answer = await run.fetcher.fetch(FetchRequest(url, Purpose.PAGE, sent, configured.options_for(url)))
    if isinstance(answer, Failure):
        return _Seen(Look.PAUSED if is_pause(answer) else Look.FAILED, check.validators, answer)
    if isinstance(answer, NotModified):
        return _Seen(Look.NOT_MODIFIED, answer.validators)
    if answer.truncated:
        return _Seen(Look.FAILED, check.validators, Failure(FailureKind.TRUNCATED, "the page was cut off"))
    return await _read(run, check, answer)


async def _read(run: Run, check: Recheck, answer: Fetched) -> _Seen:
    hints = run.feeds[check.seen.feed_url].hints
    page = Page(answer.body, answer.final_url, answer.content_type)
    with run.stage("draft"):
        draft = await run.workers.run(PAGE_SECONDS, draft_from_page, check.seen, page, hints, run.now())
    if isinstance(draft, Failure):
        return _Seen(Look.FAILED, check.validators, draft)
    if draft.from_feed:
        failure = Failure(FailureKind.NOT_AN_ARTICLE, "the page has no article any more")
        return _Seen(Look.FAILED, check.validators, failure)
    final = canonical_url(answer.final_url)
    if not await run.writer.read(_leads_to, final, check.article_id):
        failure = Failure(FailureKind.REDIRECTS, "the address now leads to another page")
        return _Seen(Look.FAILED, check.validators, failure)
    return _Seen(Look.UNCHANGED, answer.validators, draft=draft)


def _leads_to(t: Transaction, canonical: str, article_id: int) -> bool:
    return entries.articles_at(t, [canonical]).get(canonical) == article_id


def _record(t: Transaction, run: Run, check: Recheck, seen: _Seen) -> Look:
    """Keep what the look brought, and when the next one is due."""
    from ingest.keeping import keep_again

    now, look = run.now(), seen.look
    if look is Look.PAUSED:
        assert seen.failure is not None
        rechecks.postpone(t, check.article_id, seen.failure.retry_at or now + WAITS[0])
        return look
    if seen.draft is not None:
        kept = keep_again(t, check.article_id, seen.draft, run.counters, now)
        look = Look.EDITED if kept.status is EntryStatus.UPDATED else look
    due_at = _next(run, check, now)
    if due_at is None:
        rechecks.drop(t, [check.article_id])
    else:
        rechecks.looked(t, check.article_id, seen.validators, due_at, now)
    return look
