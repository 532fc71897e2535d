"""What `ingest once` asks of the running daemon: its feeds polled at once, their entries worked off, a report."""

from __future__ import annotations

import json
from collections.abc import Iterable

from ingest.daemon.dispatcher import Dispatcher
from ingest.pipeline.once import closing_report
from ingest.pipeline.report import Report, ReportedFailure
from ingest.pipeline.selection import Selection, choose
from storage import requests
from storage.requests import Wanted


async def serve(dispatcher: Dispatcher, request_id: int, wanted: Wanted) -> Report:
    """Do what is wanted and answer. What the daemon does for itself meanwhile counts in `http` alone."""
    run, report = dispatcher.run, Report()
    sent, received = run.fetcher.requests, run.fetcher.bytes
    urls = frozenset(wanted.feeds)
    known = tuple((outlet, feed) for outlet, feed in run.settings.feeds() if feed.url in urls)
    selection = Selection(known, wanted.everything, wanted.due_only)
    chosen, left = await run.writer.read(choose, run, selection)
    _skip(report, (url for url in wanted.feeds if url not in run.feeds))

    asked = [(state.id, state.moved_to or state.url) for state in chosen]
    joined = [dispatcher.poll(*feed) for feed in asked]
    begun = [job.begun for job in joined]  # it may have missed what was published since
    entries = {id(job): job for job in (dispatcher.work_off(ref) for ref in left)}
    for feed, job, was_begun in zip(asked, joined, begun, strict=True):
        await job.done.wait()
        found = job.found
        if was_begun:
            job = dispatcher.poll(*feed)
            await job.done.wait()
            found = found + job.found
        report.add(job.report)
        entries |= {id(entry): entry for entry in found}
    for job in entries.values():
        await job.done.wait()
        report.add(job.report)

    report.requests, report.bytes = run.fetcher.requests - sent, run.fetcher.bytes - received
    await closing_report(run, report)
    await run.writer.write(requests.answer, request_id, json.dumps(report.document()))
    return report


def _skip(report: Report, urls: Iterable[str]) -> None:
    for url in urls:
        report.feeds["skipped"] += 1
        detail = "the running daemon's settings do not have this feed, or have it switched off"
        report.failures.append(ReportedFailure(url, url, "skipped", detail))
