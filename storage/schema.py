"""The tables behind the public views. Singular names, nobody else's business: scripts read the views (`views.sql`).

To be read, and for the tests: what the migrations make of a file is compared with it. The program neither makes tables
from it nor puts statements together with it.

Times are text, `YYYY-MM-DDTHH:MM:SSZ` in UTC, so that they sort, compare and read well in any SQLite shell.
An article's text stands in a table of its own: counting, filtering and sorting 100,000 articles then reads 47 MB
instead of 404 MB, and takes a quarter of the time even when all is in memory; fetching an article costs the same.
Texts are not compressed, or no SQLite shell could read them.
"""

from __future__ import annotations

from sqlalchemy import (
    REAL,
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)

metadata = MetaData()
Utc = Text  # a time

outlet = Table(
    "outlet",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("title", Text, nullable=False),
    Column("home", Text),
    Column("language", Text),
    Column("articles", Integer, nullable=False, server_default="0"),
    Column("last_article_at", Utc),
    sqlite_strict=True,
)

feed = Table(
    "feed",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("outlet_id", ForeignKey("outlet.id"), nullable=False, index=True),
    Column("url", Text, nullable=False, unique=True),
    Column("status", Text, nullable=False, server_default="new"),
    Column("next_poll_at", Utc),
    Column("last_polled_at", Utc),
    Column("last_success_at", Utc),
    Column("last_changed_at", Utc),
    Column("interval_seconds", Integer),
    Column("interval_reason", Text),
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("failure_kind", Text),
    Column("failure_detail", Text),
    Column("failure_status", Integer),
    Column("gap_since", Utc),
    Column("gap_until", Utc),
    Column("gaps", Integer, nullable=False, server_default="0"),
    Column("failure_weight", REAL, nullable=False, server_default="0"),
    Column("pace", Text),
    Column("last_entry_count", Integer, nullable=False, server_default="0"),
    Column("articles", Integer, nullable=False, server_default="0"),
    Column("etag", Text),
    Column("last_modified", Text),
    Column("validators_url", Text),
    Column("full_answer_at", Utc),
    Column("body_hash", Text),
    Column("moved_to", Text),
    Column("move_url", Text),
    Column("move_first_seen_at", Utc),
    Column("move_times", Integer),
    Column("hub", Text),
    Column("hints", Text),
    CheckConstraint("status in ('new', 'ok', 'failing', 'gap', 'gone', 'removed')", name="feed_status"),
    Index("feed_due", "next_poll_at", sqlite_where=text("status <> 'removed'")),
    sqlite_strict=True,
)

host = Table(
    "host",
    metadata,
    Column("domain", Text, primary_key=True),
    Column("paused_until", Utc),
    Column("pause_reason", Text),
    Column("pauses", Integer, nullable=False, server_default="0"),
    sqlite_strict=True,
)

robots = Table(
    "robots",
    metadata,
    Column("origin", Text, primary_key=True),
    Column("domain", Text, nullable=False, index=True),
    Column("fetched_at", Utc, nullable=False),
    Column("unreachable", Integer, nullable=False),
    Column("body", Text, nullable=False),
    sqlite_strict=True,
)

poll = Table(
    "poll",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("feed_id", ForeignKey("feed.id"), nullable=False),
    Column("at", Utc, nullable=False, index=True),
    Column("outcome", Text, nullable=False),
    Column("http_status", Integer),
    Column("bytes", Integer, nullable=False),
    Column("seconds", REAL, nullable=False),
    Column("entries", Integer, nullable=False),
    Column("new", Integer, nullable=False),
    Column("next_poll_at", Utc),
    Column("reason", Text, nullable=False),
    CheckConstraint("outcome in ('changed', 'unchanged', 'failed', 'skipped')", name="poll_outcome"),
    Index("poll_of_feed", "feed_id", "at"),
    sqlite_strict=True,
)

listing = Table(
    "listing",
    metadata,
    Column("feed_id", ForeignKey("feed.id", ondelete="CASCADE"), primary_key=True),
    Column("entries", LargeBinary, nullable=False),
    sqlite_strict=True,
)
"""What the feed's last document listed: see `storage.listings`."""

poll_day = Table(
    "poll_day",
    metadata,
    Column("feed_id", ForeignKey("feed.id"), primary_key=True),
    Column("day", Text, primary_key=True),  # YYYY-MM-DD in UTC
    *(
        Column(name, REAL if name == "seconds" else Integer, nullable=False)
        for name in ("changed", "unchanged", "failed", "skipped", "bytes", "seconds", "entries", "new")
    ),
    sqlite_with_rowid=False,
    sqlite_strict=True,
)
"""Polls that are no longer kept one by one, summed by day."""

request = Table(
    "request",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("made_at", Utc, nullable=False),
    Column("wanted", Text, nullable=False),  # JSON
    Column("answer", Text),  # JSON of the report; null until the work is done
    sqlite_strict=True,
    sqlite_autoincrement=True,
)
"""What `ingest once` asks of a running daemon: see `storage.requests`."""

story = Table(
    "story",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("representative_id", Integer, nullable=False, index=True),
    Column("article_count", Integer, nullable=False),
    Column("outlet_count", Integer, nullable=False),
    Column("first_published_at", Utc),
    Column("last_published_at", Utc),
    Index("story_by_time", "last_published_at", "id"),
    Index("story_across_outlets", "last_published_at", "id", sqlite_where=text("outlet_count > 1")),
    sqlite_strict=True,
    sqlite_autoincrement=True,
)
"""Numbers stories and articles alike: an article takes the number of the story that is made for it, so that neither
number is ever used twice, and a story founded by an article bears its number."""

article = Table(
    "article",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("outlet_id", ForeignKey("outlet.id"), nullable=False),
    Column("story_id", ForeignKey("story.id"), nullable=False, index=True),
    Column("sort_at", Utc, nullable=False),  # published_at; first_seen_at where that is missing or not to be believed
    Column("published_at", Utc),
    Column("published_source", Text),
    Column("published_flags", Text, nullable=False, server_default=""),
    Column("updated_at", Utc),
    Column("first_seen_at", Utc, nullable=False, index=True),
    Column("changed_at", Utc, nullable=False),  # added, revised or judged anew
    Column("change_number", Integer, nullable=False, index=True),  # rises with every such change of any article
    Column("language", Text),
    Column("word_count", Integer, nullable=False),
    Column("method", Text, nullable=False),
    Column("from_feed", Integer, nullable=False),
    Column("revision_count", Integer, nullable=False, server_default="1"),
    Column("revised_at", Utc, nullable=False),  # when the newest revision was seen
    Column("change", Text, nullable=False, server_default="first"),  # what made the newest revision
    Column("url", Text),
    Column("canonical_url", Text),
    Column("image_url", Text),
    Column("authors", Text, nullable=False, server_default="[]"),
    Column("title", Text, nullable=False),
    Column("summary", Text, nullable=False),
    Column("extra", Text),
    CheckConstraint("change in ('first', 'edited', 're-extracted', 'page_obtained')", name="article_change"),
    CheckConstraint("authors like '[%]'", name="article_authors"),
    CheckConstraint("extra like '{%}'", name="article_extra"),
    Index("article_by_time", "sort_at", "id"),
    Index("article_of_outlet", "outlet_id", "sort_at", "id"),
    Index("article_in_language", "language", "sort_at", "id"),
    Index("article_revised", "sort_at", "id", sqlite_where=text("revision_count > 1")),
    sqlite_strict=True,
)

article_text = Table(
    "article_text",
    metadata,
    Column("article_id", ForeignKey("article.id", ondelete="CASCADE"), primary_key=True),
    Column("text", Text, nullable=False),
    sqlite_strict=True,
)

revision = Table(
    "revision",
    metadata,
    Column("article_id", ForeignKey("article.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("seen_at", Utc, nullable=False),
    Column("change", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("text", Text, nullable=False),
    sqlite_strict=True,
)
"""Superseded versions. The newest stands in `article`; the view `revisions` shows both."""

alias = Table(
    "alias",
    metadata,
    Column("scope", Integer, primary_key=True),  # 0 for URLs; a guid's feed otherwise
    Column("value", Text, primary_key=True),
    Column("article_id", ForeignKey("article.id"), index=True),  # null: a guid that names two texts names none
    Column("kind", Text, nullable=False),
    sqlite_with_rowid=False,
    sqlite_strict=True,
)

sighting = Table(
    "sighting",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("feed_id", ForeignKey("feed.id"), nullable=False),
    Column("entry_key", Text, nullable=False),
    Column("article_id", ForeignKey("article.id"), index=True),
    Column("status", Text, nullable=False),
    Column("kind", Text),
    Column("detail", Text),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("next_attempt_at", Utc),
    Column("first_seen_at", Utc, nullable=False),
    Column("last_seen_at", Utc, nullable=False),
    Column("published_at", Utc),
    Column("content_hash", Text, nullable=False),
    Column("changes", Integer, nullable=False, server_default="0"),  # how often content_hash changed
    Column("url", Text),
    Column("canonical_url", Text),
    Column("title", Text, nullable=False),
    Column("summary", Text, nullable=False),
    UniqueConstraint("feed_id", "entry_key", name="sighting_key"),
    Index("sighting_url", "feed_id", "canonical_url"),
    Index("sighting_content", "feed_id", "content_hash"),
    CheckConstraint(
        "status in ('pending', 'stored', 'updated', 'unchanged', 'gone', 'failed')", name="sighting_status"
    ),
    sqlite_strict=True,
)

pending = Table(
    "pending",
    metadata,
    Column("sighting_id", ForeignKey("sighting.id"), primary_key=True),
    Column("due_at", Utc, nullable=False, index=True),
    Column("since", Utc, nullable=False),
    Column("entry", LargeBinary, nullable=False),  # zlib of the entry as JSON
    sqlite_strict=True,
)
"""Entries whose article is still to be had. A row leaves in the transaction that gives its sighting a final status."""

recheck = Table(
    "recheck",
    metadata,
    Column("article_id", ForeignKey("article.id", ondelete="CASCADE"), primary_key=True),
    Column("sighting_id", ForeignKey("sighting.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("due_at", Utc, nullable=False, index=True),
    Column("checked_at", Utc, nullable=False),  # when the page was had or asked for last
    Column("etag", Text),
    Column("last_modified", Text),
    Column("validators_url", Text),
    Column("full_answer_at", Utc),
    Column("entry", LargeBinary, nullable=False),  # as in `pending`: what the feed said of the page that was had
    sqlite_strict=True,
)
"""Articles whose page is to be looked at again, for silent edits. A row leaves after the last look."""

duplicate = Table(
    "duplicate",
    metadata,
    Column("article_id", ForeignKey("article.id"), primary_key=True),
    Column("original_id", ForeignKey("article.id"), primary_key=True, index=True),
    Column("kind", Text, nullable=False),
    Column("score", REAL, nullable=False),
    Column("threshold", REAL, nullable=False),
    Column("scheme", Integer, nullable=False),
    Column("decided_at", Utc, nullable=False),
    Column("status", Text, nullable=False),
    Column("evidence", Text),
    CheckConstraint("kind in ('same_url', 'exact', 'near', 'contained')", name="duplicate_kind"),
    CheckConstraint("status in ('active', 'undone', 'confirmed')", name="duplicate_status"),
    Index("duplicate_in_whole", "original_id", sqlite_where=text("kind = 'contained'")),
    sqlite_with_rowid=False,
    sqlite_strict=True,
)

fingerprint = Table(
    "fingerprint",
    metadata,
    Column("article_id", ForeignKey("article.id", ondelete="CASCADE"), primary_key=True),
    Column("scheme", Integer, nullable=False),
    Column("exact", LargeBinary, nullable=False),
    Column("tokens", LargeBinary, nullable=False),  # the first piece
)

fingerprint_rest = Table(
    "fingerprint_rest",
    metadata,
    Column("article_id", ForeignKey("article.id", ondelete="CASCADE"), primary_key=True),
    Column("piece", Integer, primary_key=True, autoincrement=False),
    Column("tokens", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
    sqlite_strict=True,
)
"""The pieces after the first: see `storage.matching`."""

posting = Table(
    "posting",
    metadata,
    Column("key", Integer, primary_key=True, autoincrement=False),
    Column("article_id", Integer, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)
"""The primary key is the table: half the size of a table with an index, and four times as fast (500 bytes an article)."""

rarity_log = Table(
    "rarity_log",
    metadata,
    Column("seq", Integer, primary_key=True),
    Column("token", BigInteger, nullable=False),
    Column("article_id", Integer, nullable=False, index=True),
    Column("scheme", Integer, nullable=False),
    Column("founded", Integer, nullable=False),  # 1: a story more
    Column("slots", LargeBinary),
)
"""One row for each article that was counted since the last checkpoint. `token` is random: it tells a row that this
process has counted from another one that took its number after a rollback. `slots` is null for an article that was
counted whole, while its fingerprint still is the one that was counted."""

rarity_checkpoint = Table(
    "rarity_checkpoint",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),  # of the last log row it includes
    Column("token", BigInteger, nullable=False),
    Column("stories", Integer, nullable=False),
    Column("total", Integer, nullable=False),  # sum of all counters
    Column("counters", LargeBinary, nullable=False),  # zlib of uint16
)

unindexed = Table(
    "unindexed",
    metadata,
    Column("article_id", ForeignKey("article.id"), primary_key=True),
    sqlite_strict=True,
)
"""Articles that full-text search does not know yet."""

event = Table(
    "event",
    metadata,
    Column("seq", Integer, primary_key=True),
    Column("after_number", Integer, nullable=False),  # the highest number given to an article by then
    Column("kind", Text, nullable=False),
    Column("article_id", ForeignKey("article.id"), nullable=False, index=True),
    Column("other_id", ForeignKey("article.id"), index=True),
    Column("revision", Integer),
    CheckConstraint("kind in ('revised', 'same_url', 'undone', 'confirmed')", name="event_kind"),
    sqlite_strict=True,
    sqlite_autoincrement=True,
)
"""What happened to articles after they arrived, in order, as far as stories depend on it: see `storage.events`."""

outlet_lines = Table(
    "outlet_lines",
    metadata,
    Column("outlet_id", ForeignKey("outlet.id"), primary_key=True),
    Column("articles", Integer, nullable=False),  # whose lines were counted
    sqlite_strict=True,
)

line = Table(
    "line",
    metadata,
    Column("outlet_id", ForeignKey("outlet.id"), primary_key=True),
    Column("hash", Integer, primary_key=True, autoincrement=False),
    Column("text", Text, nullable=False),  # empty before a second story has it
    Column("stories", Text, nullable=False),  # JSON: the numbers of the latest
    Column("seen", Integer, nullable=False),
    Column("last_at", Integer, nullable=False),
    sqlite_with_rowid=False,
    sqlite_strict=True,
)
"""First and last lines of an outlet's latest articles, counted by story: see `storage.lines`."""

line_word = Table(
    "line_word",
    metadata,
    Column("outlet_id", ForeignKey("outlet.id"), primary_key=True),
    Column("hash", Integer, primary_key=True, autoincrement=False),
    Column("text", Text, nullable=False),
    Column("word", Text, nullable=False),
    CheckConstraint("word in ('boilerplate', 'text')", name="line_word_known"),
    sqlite_with_rowid=False,
    sqlite_strict=True,
)
"""What a person said of lines."""
