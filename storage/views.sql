-- The public surface. Documented column by column in docs/archive.md. Columns may be added, none renamed or removed.

-- `left join`: SQLite then leaves the wide table out where nobody asks for the text.
create view articles as
select a.id,
       o.name as outlet,
       a.title,
       a.authors,
       a.url,
       a.canonical_url,
       a.published_at,
       a.first_seen_at,
       a.updated_at,
       a.language,
       a.word_count,
       a.summary,
       t.text,
       a.image_url,
       a.method,
       a.revision_count,
       a.story_id,
       nullif(s.representative_id, a.id) as duplicate_of,
       a.published_source,
       a.published_flags,
       a.sort_at,
       a.changed_at,
       a.change_number,
       a.extra
  from article a
  join outlet o on o.id = a.outlet_id
  join story s on s.id = a.story_id
  left join article_text t on t.article_id = a.id;

create view unique_articles as
select * from articles where duplicate_of is null;

create view duplicates as
select article_id, original_id, kind, score, threshold, scheme, decided_at, status
  from duplicate;

create view stories as
select id, representative_id, article_count, outlet_count, first_published_at, last_published_at
  from story;

create view revisions as
select article_id, number, seen_at, title, text, nullif(change, 'first') as change
  from revision
union all
select a.id, a.revision_count, a.revised_at, a.title, t.text, nullif(a.change, 'first')
  from article a
  join article_text t on t.article_id = a.id;

create view sightings as
select s.feed_id,
       f.url as feed_url,
       o.name as outlet,
       s.entry_key,
       s.url,
       s.title,
       s.article_id,
       s.status,
       s.kind,
       s.detail,
       s.attempts,
       s.next_attempt_at,
       s.first_seen_at,
       s.last_seen_at,
       s.summary,
       s.published_at
  from sighting s
  join feed f on f.id = s.feed_id
  join outlet o on o.id = f.outlet_id;

create view outlets as
select o.name,
       o.title,
       o.home,
       o.language,
       (select count(*) from feed f where f.outlet_id = o.id and f.status <> 'removed') as feeds,
       o.articles,
       o.last_article_at
  from outlet o;

create view feeds as
select f.id,
       o.name as outlet,
       f.url,
       f.status,
       f.last_polled_at,
       f.last_changed_at,
       f.next_poll_at,
       f.interval_seconds,
       f.interval_reason,
       f.failures,
       f.failure_kind || coalesce(': ' || f.failure_detail, '') as last_error,
       f.articles,
       f.last_success_at,
       f.moved_to,
       f.gap_since,
       f.gap_until,
       f.gaps
  from feed f
  join outlet o on o.id = f.outlet_id;

create view polls as
select feed_id, at, outcome, http_status, bytes, seconds, entries, new, next_poll_at, reason
  from poll;

create view poll_days as
select feed_id, day, changed, unchanged, failed, skipped, bytes, seconds, entries, new
  from poll_day;
