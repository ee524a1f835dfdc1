-- Entries of a span of time by how they last ended, most frequent first.
-- Parameters: start, end (times).
-- Columns: outcome, n_entries.
select outcome, count(*) as n_entries
from (
    select
        outcome,
        case when is_published_in_future then first_seen_at else coalesce(published_at, first_seen_at) end as counted_at
    from raw.entries
)
where counted_at >= $start and counted_at < $end
group by outcome
order by n_entries desc, outcome
