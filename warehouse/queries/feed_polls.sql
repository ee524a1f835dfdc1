-- The last polls of one feed, latest first.
-- Parameters: feed_id (text), limit (rows).
-- Columns: run_id, started_at, duration_s, outcome, http_status, final_url, format, n_entries, n_new, detail.
select
    run_id, started_at, duration_s, fetches.outcome, http_status, final_url, format, fetches.n_entries,
    coalesce(sum(ends.n_entries) filter (ends.outcome in ('stored', 'revised')), 0)::integer as n_new,
    detail
from raw.fetches as fetches
left join raw.fetch_ends as ends using (fetch_id)
where feed_id = $feed_id
group by all
order by started_at desc, run_id desc
limit $limit
