-- All articles of the stories that have one in a span of time, by story.
-- Parameters: start, end (times; start <= counted_at < end).
-- Columns: article_id, title, text_row, language, published_at, published_at_precision, is_published_in_future, counted_at,
--   score, story_id, founded_at.
with members as (
    select
        article_id, story_id, language, published_at, published_at_precision, is_published_in_future,
        case when is_published_in_future then first_seen_at else coalesce(published_at, first_seen_at) end as counted_at
    from core.story_articles_in_force join core.articles using (article_id)
),
chosen as materialized (
    select * from members
    semi join (select story_id from members where counted_at >= $start and counted_at < $end) as near using (story_id)
)
select
    chosen.*, stories.founded_at, texts.title, texts.rowid as text_row,
    case labels.label when 1 then 1.0 when 0 then 0.0 else verdicts.score end as score
from chosen
join core.stories as stories using (story_id)
join core.article_texts as texts on texts.article_id = chosen.article_id and texts.is_latest
left join core.verdicts_in_force as verdicts on verdicts.article_id = chosen.article_id
left join core.latest_labels as labels on labels.article_id = chosen.article_id
order by founded_at, story_id, counted_at, article_id
