-- How much text was fetched before a moment.
-- Parameters: before (time).
-- Columns: n_texts, n_characters.
select count(*) as n_texts, coalesce(sum(length(text)), 0)::bigint as n_characters
from core.article_texts
where fetched_at < $before and text is not null
