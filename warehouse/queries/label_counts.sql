-- Of the articles of a span of time that the model in force called relevant: how many a person labelled and confirmed.
-- Parameters: start, end (times; start <= counted_at < end).
-- Columns: n_labelled, n_right.
select count(*) as n_labelled, count(*) filter (label = 1) as n_right
from mart.articles
where band in ('sure', 'likely') and label in (0, 1) and counted_at >= $start and counted_at < $end
