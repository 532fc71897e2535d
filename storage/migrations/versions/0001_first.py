"""The first schema."""

from storage.migrations import execute

revision = "0001"
down_revision = None


def upgrade() -> None:
    execute(SQL)


SQL = """
CREATE TABLE outlet (
    id INTEGER NOT NULL,
    name TEXT NOT NULL,
    title TEXT NOT NULL,
    home TEXT,
    language TEXT,
    articles INTEGER DEFAULT '0' NOT NULL,
    last_article_at TEXT,
    PRIMARY KEY (id),
    UNIQUE (name)
) STRICT;

CREATE TABLE host (
    domain TEXT NOT NULL,
    paused_until TEXT,
    pause_reason TEXT,
    PRIMARY KEY (domain)
) STRICT;

CREATE TABLE robots (
    origin TEXT NOT NULL,
    domain TEXT NOT NULL,
    fetched_at TEXT NOT NULL,
    unreachable INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (origin)
) STRICT;

CREATE TABLE request (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    made_at TEXT NOT NULL,
    wanted TEXT NOT NULL,
    answer TEXT
) STRICT;

CREATE TABLE story (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    representative_id INTEGER NOT NULL,
    article_count INTEGER NOT NULL,
    outlet_count INTEGER NOT NULL,
    first_published_at TEXT,
    last_published_at TEXT
) STRICT;

CREATE TABLE posting (
    "key" INTEGER NOT NULL,
    article_id INTEGER NOT NULL,
    PRIMARY KEY ("key", article_id)
) WITHOUT ROWID;

CREATE TABLE rarity_log (
    seq INTEGER NOT NULL,
    token BIGINT NOT NULL,
    article_id INTEGER NOT NULL,
    scheme INTEGER NOT NULL,
    founded INTEGER NOT NULL,
    slots BLOB,
    PRIMARY KEY (seq)
);

CREATE TABLE rarity_checkpoint (
    seq INTEGER NOT NULL,
    token BIGINT NOT NULL,
    stories INTEGER NOT NULL,
    total INTEGER NOT NULL,
    counters BLOB NOT NULL,
    PRIMARY KEY (seq)
);

CREATE TABLE feed (
    id INTEGER NOT NULL,
    outlet_id INTEGER NOT NULL,
    url TEXT NOT NULL,
    status TEXT DEFAULT 'new' NOT NULL,
    next_poll_at TEXT,
    last_polled_at TEXT,
    last_success_at TEXT,
    last_changed_at TEXT,
    interval_seconds INTEGER,
    interval_reason TEXT,
    failures INTEGER DEFAULT '0' NOT NULL,
    failure_kind TEXT,
    failure_detail TEXT,
    failure_status INTEGER,
    gap_since TEXT,
    gap_until TEXT,
    gaps INTEGER DEFAULT '0' NOT NULL,
    failure_weight REAL DEFAULT '0' NOT NULL,
    pace TEXT,
    last_entry_count INTEGER DEFAULT '0' NOT NULL,
    articles INTEGER DEFAULT '0' NOT NULL,
    etag TEXT,
    last_modified TEXT,
    validators_url TEXT,
    full_answer_at TEXT,
    body_hash TEXT,
    moved_to TEXT,
    move_url TEXT,
    move_first_seen_at TEXT,
    move_times INTEGER,
    hub TEXT,
    hints TEXT,
    PRIMARY KEY (id),
    CONSTRAINT feed_status CHECK (status in ('new', 'ok', 'failing', 'gap', 'gone', 'removed')),
    FOREIGN KEY(outlet_id) REFERENCES outlet (id),
    UNIQUE (url)
) STRICT;

CREATE TABLE article (
    id INTEGER NOT NULL,
    outlet_id INTEGER NOT NULL,
    story_id INTEGER NOT NULL,
    sort_at TEXT NOT NULL,
    published_at TEXT,
    published_source TEXT,
    published_flags TEXT DEFAULT '' NOT NULL,
    updated_at TEXT,
    first_seen_at TEXT NOT NULL,
    changed_at TEXT NOT NULL,
    change_number INTEGER NOT NULL,
    language TEXT,
    word_count INTEGER NOT NULL,
    method TEXT NOT NULL,
    from_feed INTEGER NOT NULL,
    revision_count INTEGER DEFAULT '1' NOT NULL,
    revised_at TEXT NOT NULL,
    change TEXT DEFAULT 'first' NOT NULL,
    url TEXT,
    canonical_url TEXT,
    image_url TEXT,
    authors TEXT DEFAULT '[]' NOT NULL,
    title TEXT NOT NULL,
    summary TEXT NOT NULL,
    extra TEXT,
    PRIMARY KEY (id),
    CONSTRAINT article_change CHECK (change in ('first', 'edited', 're-extracted', 'page_obtained')),
    CONSTRAINT article_authors CHECK (authors like '[%]'),
    CONSTRAINT article_extra CHECK (extra like '{%}'),
    FOREIGN KEY(outlet_id) REFERENCES outlet (id),
    FOREIGN KEY(story_id) REFERENCES story (id)
) STRICT;

CREATE TABLE poll (
    id INTEGER NOT NULL,
    feed_id INTEGER NOT NULL,
    at TEXT NOT NULL,
    outcome TEXT NOT NULL,
    http_status INTEGER,
    bytes INTEGER NOT NULL,
    seconds REAL NOT NULL,
    entries INTEGER NOT NULL,
    new INTEGER NOT NULL,
    next_poll_at TEXT,
    reason TEXT NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT poll_outcome CHECK (outcome in ('changed', 'unchanged', 'failed', 'skipped')),
    FOREIGN KEY(feed_id) REFERENCES feed (id)
) STRICT;

CREATE TABLE poll_day (
    feed_id INTEGER NOT NULL,
    day TEXT NOT NULL,
    changed INTEGER NOT NULL,
    unchanged INTEGER NOT NULL,
    failed INTEGER NOT NULL,
    skipped INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    seconds REAL NOT NULL,
    entries INTEGER NOT NULL,
    new INTEGER NOT NULL,
    PRIMARY KEY (feed_id, day),
    FOREIGN KEY(feed_id) REFERENCES feed (id)
) WITHOUT ROWID, STRICT;

CREATE TABLE article_text (
    article_id INTEGER NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (article_id),
    FOREIGN KEY(article_id) REFERENCES article (id) ON DELETE CASCADE
) STRICT;

CREATE TABLE revision (
    article_id INTEGER NOT NULL,
    number INTEGER NOT NULL,
    seen_at TEXT NOT NULL,
    change TEXT NOT NULL,
    title TEXT NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (article_id, number),
    FOREIGN KEY(article_id) REFERENCES article (id)
) STRICT;

CREATE TABLE alias (
    scope INTEGER NOT NULL,
    value TEXT NOT NULL,
    article_id INTEGER,
    kind TEXT NOT NULL,
    PRIMARY KEY (scope, value),
    FOREIGN KEY(article_id) REFERENCES article (id)
) WITHOUT ROWID, STRICT;

CREATE TABLE sighting (
    id INTEGER NOT NULL,
    feed_id INTEGER NOT NULL,
    entry_key TEXT NOT NULL,
    article_id INTEGER,
    status TEXT NOT NULL,
    kind TEXT,
    detail TEXT,
    attempts INTEGER DEFAULT '0' NOT NULL,
    next_attempt_at TEXT,
    first_seen_at TEXT NOT NULL,
    last_seen_at TEXT NOT NULL,
    published_at TEXT,
    content_hash TEXT NOT NULL,
    changes INTEGER DEFAULT '0' NOT NULL,
    url TEXT,
    canonical_url TEXT,
    title TEXT NOT NULL,
    summary TEXT NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT sighting_key UNIQUE (feed_id, entry_key),
    CONSTRAINT sighting_status CHECK (status in ('pending', 'stored', 'updated', 'unchanged', 'gone', 'failed')),
    FOREIGN KEY(feed_id) REFERENCES feed (id),
    FOREIGN KEY(article_id) REFERENCES article (id)
) STRICT;

CREATE TABLE duplicate (
    article_id INTEGER NOT NULL,
    original_id INTEGER NOT NULL,
    kind TEXT NOT NULL,
    score REAL NOT NULL,
    threshold REAL NOT NULL,
    scheme INTEGER NOT NULL,
    decided_at TEXT NOT NULL,
    status TEXT NOT NULL,
    evidence TEXT,
    PRIMARY KEY (article_id, original_id),
    CONSTRAINT duplicate_kind CHECK (kind in ('same_url', 'exact', 'near', 'contained')),
    CONSTRAINT duplicate_status CHECK (status in ('active', 'undone', 'confirmed')),
    FOREIGN KEY(article_id) REFERENCES article (id),
    FOREIGN KEY(original_id) REFERENCES article (id)
) WITHOUT ROWID, STRICT;

CREATE TABLE unindexed (
    article_id INTEGER NOT NULL,
    PRIMARY KEY (article_id),
    FOREIGN KEY(article_id) REFERENCES article (id)
) STRICT;

CREATE TABLE event (
    seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    after_number INTEGER NOT NULL,
    kind TEXT NOT NULL,
    article_id INTEGER NOT NULL,
    other_id INTEGER,
    revision INTEGER,
    CONSTRAINT event_kind CHECK (kind in ('revised', 'same_url', 'undone', 'confirmed')),
    FOREIGN KEY(article_id) REFERENCES article (id),
    FOREIGN KEY(other_id) REFERENCES article (id)
) STRICT;

CREATE TABLE fingerprint (
    article_id INTEGER NOT NULL,
    scheme INTEGER NOT NULL,
    exact BLOB NOT NULL,
    tokens BLOB NOT NULL,
    PRIMARY KEY (article_id),
    FOREIGN KEY(article_id) REFERENCES article (id) ON DELETE CASCADE
);

CREATE TABLE pending (
    sighting_id INTEGER NOT NULL,
    due_at TEXT NOT NULL,
    since TEXT NOT NULL,
    entry BLOB NOT NULL,
    PRIMARY KEY (sighting_id),
    FOREIGN KEY(sighting_id) REFERENCES sighting (id)
) STRICT;

CREATE TABLE recheck (
    article_id INTEGER NOT NULL,
    sighting_id INTEGER NOT NULL,
    due_at TEXT NOT NULL,
    checked_at TEXT NOT NULL,
    etag TEXT,
    last_modified TEXT,
    validators_url TEXT,
    full_answer_at TEXT,
    entry BLOB NOT NULL,
    PRIMARY KEY (article_id),
    FOREIGN KEY(article_id) REFERENCES article (id) ON DELETE CASCADE,
    FOREIGN KEY(sighting_id) REFERENCES sighting (id) ON DELETE CASCADE
) STRICT;
CREATE INDEX ix_robots_domain ON robots (domain);
CREATE INDEX story_across_outlets ON story (last_published_at, id) WHERE outlet_count > 1;
CREATE INDEX story_by_time ON story (last_published_at, id);
CREATE INDEX ix_story_representative_id ON story (representative_id);
CREATE INDEX ix_rarity_log_article_id ON rarity_log (article_id);
CREATE INDEX feed_due ON feed (next_poll_at) WHERE status <> 'removed';
CREATE INDEX ix_feed_outlet_id ON feed (outlet_id);
CREATE INDEX article_by_time ON article (sort_at, id);
CREATE INDEX article_revised ON article (sort_at, id) WHERE revision_count > 1;
CREATE INDEX ix_article_change_number ON article (change_number);
CREATE INDEX ix_article_first_seen_at ON article (first_seen_at);
CREATE INDEX ix_article_story_id ON article (story_id);
CREATE INDEX article_in_language ON article (language, sort_at, id);
CREATE INDEX article_of_outlet ON article (outlet_id, sort_at, id);
CREATE INDEX ix_poll_at ON poll (at);
CREATE INDEX poll_of_feed ON poll (feed_id, at);
CREATE INDEX ix_alias_article_id ON alias (article_id);
CREATE INDEX ix_sighting_article_id ON sighting (article_id);
CREATE INDEX sighting_content ON sighting (feed_id, content_hash);
CREATE INDEX sighting_url ON sighting (feed_id, canonical_url);
CREATE INDEX ix_duplicate_original_id ON duplicate (original_id);
CREATE INDEX ix_event_other_id ON event (other_id);
CREATE INDEX ix_event_article_id ON event (article_id);
CREATE INDEX ix_pending_due_at ON pending (due_at);
CREATE INDEX ix_recheck_sighting_id ON recheck (sighting_id);
CREATE INDEX ix_recheck_due_at ON recheck (due_at);

CREATE VIRTUAL TABLE article_words USING fts5(title, text, authors, categories, content='', tokenize='ascii');
"""
