-- Which feeds fell silent?
-- Shows: Active feeds without a new article for more than four weeks before the last run, the longest silence first.
-- Caution: A feed may be well and have nothing to say; last_outcome tells whether it answers.
select
    outlet, state, last_outcome, n_failures, last_article_at,
    date_diff('day', timezone('UTC', last_article_at), (select max(timezone('UTC', started_at)) from mart.runs)) as silent_days
from mart.feed_health
where is_active and (last_article_at is null or silent_days > 28)
order by silent_days desc nulls first, outlet;
