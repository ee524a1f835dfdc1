-- Texts that differ from the one before become the next versions of their articles.
-- Parameters: incoming (rows.TextRow), run_id (text).
-- Returns: text versions added.
insert into core.article_texts by name
with latest as (
    select article_id, text_version, text_hash
    from core.article_texts semi join incoming using (article_id)
    where is_latest
),
in_order as (
    select *, lag(text_hash) over (partition by article_id order by fetched_at, text_hash) as hash_before
    from incoming
)
select
    in_order.* exclude (hash_before),
    true as is_latest,  -- superseded versions lose it in retire_older_texts
    coalesce(latest.text_version, 0)
        + row_number() over (partition by in_order.article_id order by in_order.fetched_at, in_order.text_hash) as text_version,
    $run_id as run_id
from in_order left join latest using (article_id)
where in_order.text_hash is distinct from coalesce(in_order.hash_before, latest.text_hash)
