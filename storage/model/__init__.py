"""What goes into the archive and what comes out of it: values, nothing else.

Every room of the house may import from this package (`from storage.model import Entry`; the files in it are its own
affair). It loads neither a library nor anything of `ingest`. Times are aware datetimes in UTC. Instances are frozen: a
change is a new value (`dataclasses.replace`).
"""

from __future__ import annotations

from storage.model.articles import Alias, AliasKind, ArticleDraft, Change, Signature
from storage.model.duplicates import DuplicateEdge, EdgeDraft, EdgeKind, EdgeStatus, MatchCandidate, MatchDecision
from storage.model.entries import (
    DateEvidence,
    Enclosure,
    Entry,
    EntryStatus,
    KnownEntry,
    Novelty,
    PendingEntry,
    PendingRef,
    PlannedEntry,
    Recheck,
    RecheckRef,
)
from storage.model.failures import Failure, FailureKind
from storage.model.feeds import FeedState, FeedStatus, MoveEvidence, Outlet, PollOutcome, Validators
from storage.model.hosts import HostState, RobotsFile
from storage.model.lines import LineCount, LineWord, OutletLines

__all__ = [
    "Alias",
    "AliasKind",
    "ArticleDraft",
    "Change",
    "DateEvidence",
    "DuplicateEdge",
    "EdgeDraft",
    "EdgeKind",
    "EdgeStatus",
    "Enclosure",
    "Entry",
    "EntryStatus",
    "Failure",
    "FailureKind",
    "FeedState",
    "FeedStatus",
    "HostState",
    "KnownEntry",
    "LineCount",
    "LineWord",
    "MatchCandidate",
    "MatchDecision",
    "MoveEvidence",
    "Novelty",
    "Outlet",
    "OutletLines",
    "PendingEntry",
    "PendingRef",
    "PlannedEntry",
    "PollOutcome",
    "Recheck",
    "RecheckRef",
    "RobotsFile",
    "Signature",
    "Validators",
]
