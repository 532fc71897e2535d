"""What goes into the archive and what comes out of it: values, nothing else.

Every room of the house may import this module. It loads neither SQLAlchemy nor anything of `ingest`. Times are aware
datetimes in UTC. Instances are frozen: a change is a new value (`dataclasses.replace`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from operator import attrgetter
from typing import NamedTuple


class FailureKind(StrEnum):
    """Why an expected thing could not be had. Closed; `docs/fetching.md` says what happens after each."""

    # the network
    BAD_URL = "bad_url"
    REFUSED_ADDRESS = "refused_address"
    DNS = "dns"
    CONNECT = "connect"
    TLS = "tls"
    TIMEOUT = "timeout"
    NETWORK = "network"  # the connection broke, or the answer was not HTTP
    REDIRECTS = "redirects"
    # the answer
    HTTP_4XX = "http_4xx"
    HTTP_5XX = "http_5xx"
    THROTTLED = "throttled"  # 429, or 503 with Retry-After, or the domain is paused
    GONE = "gone"  # 410; for pages also 404
    ROBOTS = "robots"
    CHALLENGE = "challenge"
    TOO_LARGE = "too_large"
    BAD_ENCODING = "bad_encoding"
    TRUNCATED = "truncated"
    WRONG_TYPE = "wrong_type"
    # the content
    NOT_A_FEED = "not_a_feed"
    MALFORMED = "malformed"
    NO_LINK = "no_link"  # an entry with neither link nor text
    NOT_AN_ARTICLE = "not_an_article"
    PAYWALL = "paywall"
    NO_TEXT = "no_text"
    # our own limits
    TOO_SLOW = "too_slow"  # a worker process exceeded its wall clock
    CRASHED = "crashed"  # a worker process died or ran out of memory
    TOO_OLD = "too_old"  # older than polling.max_age at the feed's first poll
    INTERNAL = "internal"  # a bug: caught at the border of one feed or one entry, and logged


@dataclass(frozen=True, slots=True)
class Failure:
    """An expected failure, as a value. `detail` is one plain line without secrets."""

    kind: FailureKind
    detail: str
    status: int | None = None
    retry_at: datetime | None = None  # not before; from Retry-After or a pause


# --- what is polled -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Outlet:
    """A publisher, as the configuration names it."""

    name: str
    title: str
    home: str | None = None
    language: str | None = None
    formerly: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Validators:
    """What a server gave to recognize its last answer for one URL; opaque, replayed to the letter (RFC 9110, 13.1)."""

    etag: str | None = None
    last_modified: str | None = None
    full_answer_at: datetime | None = None  # when the server last answered 200
    url: str | None = None  # which URL gave them: after redirects not the feed's own


class FeedStatus(StrEnum):
    NEW = "new"  # never polled
    OK = "ok"
    FAILING = "failing"
    GAP = "gap"  # a full poll without overlap: entries may have been missed
    GONE = "gone"  # answered 410
    REMOVED = "removed"  # no longer configured


@dataclass(frozen=True, slots=True)
class MoveEvidence:
    """A permanent redirect under observation: adopted after three good polls over 24 hours."""

    url: str
    first_seen_at: datetime
    times: int


@dataclass(frozen=True, slots=True)
class FeedState:
    """What the archive remembers of one feed between polls. `url` is the configured one, and the key."""

    id: int
    outlet: str
    url: str
    status: FeedStatus = FeedStatus.NEW
    validators: Validators = Validators()
    body_hash: str | None = None  # of the last body that was parsed
    moved_to: str | None = None  # adopted permanent move: what is fetched
    move: MoveEvidence | None = None
    next_poll_at: datetime | None = None  # None: due now
    last_polled_at: datetime | None = None
    last_success_at: datetime | None = None
    last_changed_at: datetime | None = None
    interval_seconds: int | None = None
    interval_reason: str | None = None
    failures: int = 0  # in a row
    last_failure: Failure | None = None
    gap_since: datetime | None = None
    last_entry_count: int = 0  # entries in the last parsed document
    hub: str | None = None  # rel=hub, stored for a later WebSub
    hints: str | None = (
        None  # JSON of the publisher's rhythm hints (ttl, sy:*, skipHours …) of the last parsed document
    )
    pace: str | None = None  # JSON of what polling has learned of the feed's rhythm; `ingest.polling.pace` reads it
    failure_weight: float = 0.0  # the failures in a row, each weighed by its kind: what the back-off doubles by
    gap_until: datetime | None = None  # the last gap reached from gap_since to here; both stay for the record
    gaps: int = 0  # how many there were


@dataclass(frozen=True, slots=True)
class RobotsFile:
    """robots.txt of one origin as last read. An empty body allows everything."""

    origin: str  # scheme://host[:port]
    fetched_at: datetime
    body: str
    unreachable: bool = False  # 5xx or no answer: nothing is allowed until it is read again (RFC 9309, 2.3.1.4)


@dataclass(frozen=True, slots=True)
class HostState:
    """What politeness must remember of one registrable domain across runs."""

    domain: str
    paused_until: datetime | None = None
    pause_reason: str | None = None
    pauses: int = 0  # in a row, since it last answered well
    robots: tuple[RobotsFile, ...] = ()


class PollOutcome(StrEnum):
    CHANGED = "changed"  # a new body was parsed
    UNCHANGED = "unchanged"  # 304, or the same bytes again
    FAILED = "failed"
    SKIPPED = "skipped"  # not asked: the domain is paused


# --- entries ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class DateEvidence:
    """Where a date came from. Flags: `future`, `ancient`, `no_zone`, `date_only`, `unparsed`."""

    raw: str
    source: str
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Enclosure:
    url: str
    type: str | None = None
    length: int | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One item of one feed document. Text fields are plain text but `content_html`, which is safe HTML."""

    key: str  # identity within its feed: guid, else link, else a hash
    url: str | None = None  # as published, absolute, http or https
    title: str = ""
    summary: str = ""
    content_html: str | None = None
    authors: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    enclosures: tuple[Enclosure, ...] = ()
    published_at: datetime | None = None
    updated_at: datetime | None = None
    image_url: str | None = None
    language: str | None = None
    published_evidence: DateEvidence | None = None
    updated_evidence: DateEvidence | None = None
    content_hash: str = ""  # versioned; decides whether a known entry has changed
    guid: str | None = None  # as published, when there is one

    def __reduce__(self) -> tuple[type[Entry], tuple[object, ...]]:
        """For the way from a worker: what dataclasses do of themselves with slots takes three times as long."""
        return Entry, _entry_values(self)


_entry_values = attrgetter(*Entry.__slots__)


class EntryStatus(StrEnum):
    PENDING = "pending"
    STORED = "stored"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    GONE = "gone"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class KnownEntry:
    """What the archive knows of an entry that a feed listed before: its sighting."""

    sighting_id: int
    key: str
    canonical_url: str | None
    content_hash: str
    changes: int  # how often the content hash has changed
    status: EntryStatus
    article_id: int | None


class Novelty(StrEnum):
    NEW = "new"  # never listed by this feed
    CHANGED = "changed"  # listed before, with other content
    KNOWN = "known"


@dataclass(frozen=True, slots=True)
class PlannedEntry:
    """What is to be done about one entry of a poll. `key` is its key in the archive."""

    entry: Entry
    key: str
    canonical_url: str | None
    novelty: Novelty
    known: KnownEntry | None = None
    refused: Failure | None = None  # final at once, nothing to fetch: too old, no link


@dataclass(frozen=True, slots=True)
class PendingRef:
    """An entry whose article is still to be had, by number: enough to queue it."""

    sighting_id: int
    feed_id: int
    url: str | None


@dataclass(frozen=True, slots=True)
class PendingEntry:
    """An entry whose article is still to be had."""

    sighting_id: int
    feed_id: int
    feed_url: str
    outlet: str
    entry: Entry
    canonical_url: str | None
    attempts: int
    since: datetime
    article_id: int | None  # the article it belonged to so far: the entry has changed


@dataclass(frozen=True, slots=True)
class RecheckRef:
    """An article whose page is due to be looked at again, by number: enough to queue it."""

    article_id: int
    feed_id: int
    url: str | None


@dataclass(frozen=True, slots=True)
class Recheck:
    """An article whose page is to be looked at again for silent edits."""

    article_id: int
    seen: PendingEntry  # the entry as it was when the page was had
    validators: Validators  # of the page
    published_at: datetime | None
    first_seen_at: datetime
    checked_at: datetime  # when the page was had or asked for last


# --- articles -----------------------------------------------------------------------------------------------------


class AliasKind(StrEnum):
    GUID = "guid"  # within its feed
    URL = "url"  # canonical_url() of the published link
    FINAL_URL = "final_url"  # canonical_url() of where redirects ended
    CANONICAL = "canonical"  # canonical_url() of what the page declares


@dataclass(frozen=True, slots=True)
class Alias:
    """One name of an article. URLs count everywhere; a guid counts within the feed `feed_id`."""

    kind: AliasKind
    value: str
    feed_id: int | None = None


class Signature(NamedTuple):
    """A fingerprint as it is kept: `tokens` is the packed token hashes of `ingest.duplicates`, of scheme `scheme`."""

    scheme: int
    exact: bytes  # 16 bytes: hash of the normalized text
    tokens: bytes


@dataclass(frozen=True, slots=True)
class ArticleDraft:
    """An article ready to be kept: what the page, the feed and the fingerprint said, before the archive was asked."""

    outlet: str
    title: str
    text: str
    method: str
    url: str | None
    canonical_url: str | None
    aliases: tuple[Alias, ...]
    signature: Signature
    authors: tuple[str, ...] = ()
    published_at: datetime | None = None
    published_evidence: DateEvidence | None = None
    updated_at: datetime | None = None
    language: str | None = None
    summary: str = ""
    image_url: str | None = None
    word_count: int = 0
    from_feed: bool = False  # the page was tried and not to be had
    extra: str | None = None  # JSON: section, tags, site name, page kind, what an import brought along


class Change(StrEnum):
    FIRST = "first"
    EDITED = "edited"
    RE_EXTRACTED = "re-extracted"
    PAGE_OBTAINED = "page_obtained"


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


# --- lines that an outlet repeats -----------------------------------------------------------------------------------


class LineWord(StrEnum):
    """What a person said of a line. Nobody contradicts it."""

    NONE = "none"
    BOILERPLATE = "boilerplate"
    TEXT = "text"


class LineCount(NamedTuple):
    """What is known of one line of one outlet; `ingest.pages.boilerplate` gives it its meaning."""

    hash: int  # 63 bits over its letters
    text: str = ""  # kept from its second story on
    stories: tuple[int, ...] = ()  # the latest distinct stories that have it
    seen: int = 0  # distinct stories in all
    last_at: int = 0  # the outlet's article that had it last, by number in order of arrival
    word: LineWord = LineWord.NONE


@dataclass(frozen=True, slots=True)
class OutletLines:
    """Lines of an outlet, by hash, as they stand after its `articles` articles."""

    outlet_id: int
    articles: int
    lines: tuple[LineCount, ...]


# --- matching -----------------------------------------------------------------------------------------------------


class MatchCandidate(NamedTuple):
    """An article of the archive that shares index keys with another one. Twelve of them are made for each look-up."""

    article_id: int
    story_id: int
    signature: Signature
    is_roundup: bool = False  # texts of several stories are known to stand inside it, or what it is a copy of


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
