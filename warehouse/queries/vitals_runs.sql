-- The latest runs of flows that keep a record, latest first.
-- Parameters: limit (rows).
-- Columns: those of vitals.RunVitals.
select run_id, flow, status, started_at, ended_at, n_polls, n_failed_polls, n_announced, n_articles, detail
from mart.runs
order by started_at desc, run_id
limit $limit
