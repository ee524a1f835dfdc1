-- Articles and entries of a span of time, counted by what became of them.
-- Parameters: start, end (times; start <= counted_at < end).
-- Columns: n_entries, n_articles, n_relevant, n_borderline, n_unjudged, n_undated, n_in_future, n_outlets,
--   n_without_verdict (of n_unjudged).
select
    *,
    (select count(*) from mart.articles where counted_at >= $start and counted_at < $end and decided_by is null)
        as n_without_verdict
from mart.week_numbers($start, $end)
