-- Runs of a flow that never ended are crashed once the next one begins.
-- Parameters: flow (text), run_id (text) of the run that begins, now (time).
-- Returns: how many there were.
update ops.runs
set status = 'crashed', ended_at = $now, detail = 'still running when run ' || $run_id || ' began'
where flow = $flow and status = 'running' and run_id <> $run_id
