-- Articles that are relevant or borderline, by the model in force or by a person, and stand in no story; oldest first.
-- Parameters: limit (rows).
-- Columns: article_id, title, text_row, language, published_at, published_at_precision, is_published_in_future, counted_at,
--   score, story_id (null), founded_at (null).
with called as (
    select article_id from core.verdicts_in_force where band in ('sure', 'likely', 'borderline')
    union
    select article_id from core.latest_labels where label <> 0
),
chosen as materialized (  -- first without the texts, or all of them would be read to keep a few
    select
        article_id, language, published_at, published_at_precision, is_published_in_future,
        case when is_published_in_future then first_seen_at else coalesce(published_at, first_seen_at) end as counted_at
    from core.articles
    semi join called using (article_id)
    anti join core.story_articles using (article_id)
    order by counted_at, article_id
    limit $limit
)
select
    chosen.*, texts.title, texts.rowid as text_row,
    case labels.label when 1 then 1.0 when 0 then 0.0 else verdicts.score end as score,
    null::varchar as story_id, null::timestamptz as founded_at
from chosen
join core.article_texts as texts on texts.article_id = chosen.article_id and texts.is_latest
left join core.verdicts_in_force as verdicts on verdicts.article_id = chosen.article_id
left join core.latest_labels as labels on labels.article_id = chosen.article_id
order by counted_at, article_id
