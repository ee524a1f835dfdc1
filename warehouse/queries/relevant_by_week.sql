-- Relevant articles of the latest weeks in which anything was polled, latest first.
-- Parameters: zone (IANA name), before (time), limit (weeks).
-- Columns: week, n_relevant.
with polled as (
    select distinct mart.iso_week(started_at, $zone) as week from raw.fetches where started_at < $before
),
relevant as (
    select mart.iso_week(counted_at, $zone) as week, count(*) as n_relevant
    from mart.articles
    where is_relevant and counted_at < $before
    group by all
)
select week, coalesce(n_relevant, 0) as n_relevant
from polled left join relevant using (week)
order by week desc
limit $limit
