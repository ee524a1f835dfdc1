-- Entries that were announced before and worked on again take their new end; first_seen_at stays.
-- Parameters: incoming (rows.EntryRow), run_id (text).
-- Returns: entries updated.
update raw.entries
set
    entry_hash = worked.entry_hash, guid = worked.guid, link = worked.link, url_key = worked.url_key,
    title = worked.title, summary = worked.summary, author = worked.author, language = worked.language,
    published_at = worked.published_at, published_at_source = worked.published_at_source,
    published_at_precision = worked.published_at_precision, is_published_in_future = worked.is_published_in_future,
    last_seen_at = greatest(entries.last_seen_at, worked.seen_at),
    outcome = worked.outcome, detail = worked.detail, http_status = worked.http_status,
    article_id = coalesce(worked.article_id, entries.article_id),  -- a page that is gone today was an article once
    n_attempts = worked.n_attempts, next_attempt_at = worked.next_attempt_at, run_id = $run_id
from (select distinct on (feed_id, entry_key) * from incoming order by feed_id, entry_key, seen_at desc) as worked
where entries.feed_id = worked.feed_id and entries.entry_key = worked.entry_key
