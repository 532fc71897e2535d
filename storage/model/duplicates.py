"""Which articles repeat others: what a look-up gives, what is decided, and the edges that are kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from storage.model.articles import Signature


class EdgeKind(StrEnum):
    SAME_URL = "same_url"
    EXACT = "exact"
    NEAR = "near"
    CONTAINED = "contained"


class EdgeStatus(StrEnum):
    ACTIVE = "active"
    UNDONE = "undone"
    CONFIRMED = "confirmed"


@dataclass(frozen=True, slots=True)
class DuplicateEdge:
    """Article `article_id` repeats article `original_id`; or, if `contained`, stands inside it."""

    article_id: int
    original_id: int
    kind: EdgeKind
    score: float
    threshold: float
    scheme: int
    decided_at: datetime
    status: EdgeStatus = EdgeStatus.ACTIVE
    evidence: str | None = None  # JSON: the figures behind the verdict


class MatchCandidate(NamedTuple):
    """An article of the archive that shares index keys with another one. Twelve of them are made for each look-up."""

    article_id: int
    story_id: int
    signature: Signature


@dataclass(frozen=True, slots=True)
class EdgeDraft:
    """A duplicate edge before the article that is judged has an id; where an id is None, that article is meant."""

    original_id: int | None
    kind: EdgeKind
    score: float
    threshold: float
    evidence: str  # JSON: the figures behind the verdict
    article_id: int | None = None


@dataclass(frozen=True, slots=True)
class MatchDecision:
    """What to do with an article that was looked up: hand it to `storage.matching.MatchStore.put` as it is."""

    scheme: int
    story_id: int | None  # the story to join; None: it founds its own
    edges: tuple[EdgeDraft, ...]
    keys: tuple[int, ...]  # under which the article stands in the index; signed 32-bit
    counted: bytes = b""  # packed uint32 counter slots of its shingles; if it joins a story, of what is new in it
    leaving: tuple[int, ...] = ()  # articles that turn out to be round-ups: each leaves its story for one of its own
