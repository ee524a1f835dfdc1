-- Entries that led to articles by their links, with the latest text of each article, the earliest entry of a link first.
-- An entry whose page had the very text of another article is left out: its page is not where that text came from.
-- Parameters: incoming (key: the url_key of a link).
-- Columns: feed_id, entry_key, entry_hash, outcome, seen_at, title, summary, guid, link, url_key, author, language,
--   published_at, published_at_source, published_at_precision, is_published_in_future, detail, http_status, article_id,
--   n_attempts, next_attempt_at, text_hash, text_fetched_at.
select
    entries.* exclude (first_seen_at, last_seen_at, run_id), entries.last_seen_at as seen_at,
    texts.text_hash, texts.fetched_at as text_fetched_at
from raw.entries
join (select article_id, text_hash, fetched_at from core.article_texts where is_latest and text is not null) as texts
    using (article_id)
where url_key in (select key from incoming) and outcome <> 'same text'
order by entries.first_seen_at, feed_id, entry_key
