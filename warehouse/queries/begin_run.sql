-- A run begins, once.
-- Parameters: run_id (text), flow (text), now (time).
-- Returns: 1, or 0 if it had begun before.
insert into ops.runs (run_id, flow, started_at, status)
select $run_id, $flow, $now, 'running'
where not exists (from ops.runs where run_id = $run_id)
