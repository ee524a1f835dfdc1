-- Which outlets report first?
-- Shows: Of the stories that at least two outlets told, how often each was the first, and how far it lay behind otherwise.
-- Caution: By the dates that outlets give themselves; one that dates its articles early looks fast.
with reports as (
    select
        story_id, outlet,
        min(counted_at) as told_at,
        min(min(counted_at)) over (partition by story_id) as first_at,
        count(*) over (partition by story_id) as n_outlets
    from mart.story_articles
    group by story_id, outlet
)
select
    outlet,
    count(*) as n_stories,
    count(*) filter (told_at = first_at) as n_first,
    round(n_first / n_stories, 2) as share_first,
    round(median(date_diff('minute', first_at, told_at) / 60.0) filter (told_at > first_at), 1) as median_h_behind
from reports
where n_outlets >= 2
group by outlet
order by share_first desc, n_stories desc, outlet
limit 15;
