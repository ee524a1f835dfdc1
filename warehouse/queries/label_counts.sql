-- Of the articles of a span of time that the model in force called relevant: how many a person labelled and confirmed.
-- Parameters: start, end (times; start <= the moment it counts at in the zone < end), zone (IANA name).
-- Columns: n_labelled, n_right.
select count(*) as n_labelled, count(*) filter (label = 1) as n_right
from mart.articles
where band in ('sure', 'likely') and label in (0, 1)
    and mart.counted_in(counted_at, is_dated_by_day, $zone) >= $start
    and mart.counted_in(counted_at, is_dated_by_day, $zone) < $end
