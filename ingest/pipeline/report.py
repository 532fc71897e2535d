"""What one run did, counted: the document that `ingest once --json` prints."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Self

from storage.model import EntryStatus, Failure, FailureKind, PollOutcome


@dataclass(frozen=True, slots=True)
class ReportedFailure:
    """What could not be had, and of which feed."""

    feed: str  # the configured address of the feed
    url: str  # what could not be had: the feed, or one of its articles
    kind: str
    detail: str


@dataclass(slots=True)
class Report:
    """Counters of a run. Each entry is counted once, with the status it ended with."""

    feeds: Counter[str] = field(default_factory=Counter)
    articles: Counter[str] = field(default_factory=Counter)
    entries_seen: int = 0
    entries_new: int = 0
    requests: int = 0
    bytes: int = 0
    seconds: float = 0.0
    failures: list[ReportedFailure] = field(default_factory=list)

    def polled(self, outcome: PollOutcome) -> None:
        if outcome is not PollOutcome.SKIPPED:
            self.feeds["polled"] += 1
        self.feeds[outcome] += 1

    def ended(self, status: EntryStatus, *, duplicate: bool = False, kept_from_feed: bool = False) -> None:
        self.articles[status] += 1
        if status is EntryStatus.STORED:
            self.articles["duplicates"] += duplicate
            self.articles["kept_from_feed"] += kept_from_feed

    def looked(self, *, edited: bool) -> None:
        """An article's page was looked at again; an edit is an update like any other."""
        self.articles["rechecked"] += 1
        self.articles[EntryStatus.UPDATED] += edited

    def refused(self, feed: str, url: str, failure: Failure) -> None:
        """An entry that was final at once. Old ones are counted and not named: a first poll may bring thousands."""
        self.ended(EntryStatus.FAILED)
        if failure.kind is FailureKind.TOO_OLD:
            self.articles["too_old"] += 1
        else:
            self.failed(feed, url, failure)

    def failed(self, feed: str, url: str, failure: Failure) -> None:
        self.failures.append(ReportedFailure(feed, url, failure.kind, failure.detail))

    def add(self, other: Report) -> None:
        """Count what another one counted."""
        self.feeds.update(other.feeds)
        self.articles.update(other.articles)
        self.entries_seen += other.entries_seen
        self.entries_new += other.entries_new
        self.failures += other.failures

    @property
    def all_feeds_failed(self) -> bool:
        return self.feeds["polled"] > 0 and self.feeds["failed"] == self.feeds["polled"]

    def document(self) -> dict[str, object]:
        """The report as the contract's JSON document."""
        feeds = ("polled", "changed", "unchanged", "failed", "skipped")
        articles = ("stored", "updated", "unchanged", "duplicates", "kept_from_feed", "gone", "failed", "pending")
        return {
            "feeds": {name: self.feeds[name] for name in feeds},
            "entries": {"seen": self.entries_seen, "new": self.entries_new},
            "articles": {name: self.articles[name] for name in (*articles, "too_old", "rechecked")},
            "http": {"requests": self.requests, "bytes": self.bytes},
            "seconds": round(self.seconds, 3),
            "failures": [{"feed": f.feed, "url": f.url, "kind": f.kind, "detail": f.detail} for f in self.failures],
        }

    @classmethod
    def of(cls, document: dict[str, Any]) -> Self:
        """The report behind a document."""
        return cls(
            feeds=Counter(document["feeds"]),
            articles=Counter(document["articles"]),
            entries_seen=document["entries"]["seen"],
            entries_new=document["entries"]["new"],
            requests=document["http"]["requests"],
            bytes=document["http"]["bytes"],
            seconds=document["seconds"],
            failures=[ReportedFailure(**failure) for failure in document["failures"]],
        )
