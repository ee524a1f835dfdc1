-- Articles of a span of time, counted by what became of them.
-- Parameters: start, end (times; start <= counted_at < end).
-- Columns: n_articles, n_relevant, n_borderline, n_unjudged, n_undated, n_in_future, n_outlets.
select
    count(*) as n_articles,
    count(*) filter (is_relevant) as n_relevant,
    count(*) filter (band = 'borderline' and label is null or label = -1) as n_borderline,
    count(*) filter (decided_by is null or band = 'unjudged' and label is null) as n_unjudged,
    count(*) filter (published_at is null) as n_undated,
    count(*) filter (is_published_in_future) as n_in_future,
    count(distinct outlet) as n_outlets
from mart.articles
where counted_at >= $start and counted_at < $end
