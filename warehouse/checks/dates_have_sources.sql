-- A date of publication comes with who claims it and how precisely; without one there is neither, nor a future.
-- One far ahead of its reading is flagged: the week's query counts on it.
select 'core.articles' as rows_of, article_id as key, published_at, published_at_source, published_at_precision
from core.articles
where (published_at is null) <> (published_at_source is null) or (published_at is null) <> (published_at_precision is null)
    or (published_at is null and is_published_in_future)
    or (published_at > first_seen_at + interval 7 days and not is_published_in_future)
union all
select 'raw.entries', feed_id || ' ' || entry_key, published_at, published_at_source, published_at_precision
from raw.entries
where (published_at is null) <> (published_at_source is null) or (published_at is null) <> (published_at_precision is null)
    or (published_at is null and is_published_in_future)
