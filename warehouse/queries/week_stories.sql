-- Stories by week, of all kinds and of each, in the weeks in which anything was polled or told.
-- Parameters: zone (IANA name), start, end (times; start <= the moment it counts at in the zone < end).
-- Columns: week, kind (null: all; empty: no kind was named), n_stories.
with polled as (
    select distinct mart.iso_week(started_at, $zone) as week
    from raw.fetches where started_at >= $start and started_at < $end
),
told as (
    select week, coalesce(kind, '') as kind from mart.stories_told($zone, $start, $end)
),
counted as (
    select week, kind, count(*) as n_stories from told group by grouping sets ((week), (week, kind))
)
from counted
union all by name
select week, null as kind, 0 as n_stories from polled anti join told using (week)
order by week, kind nulls first
