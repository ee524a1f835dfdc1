-- A run ends. One that was taken for crashed, and was only slow, may still say how it ended.
-- Parameters: run_id (text), status (text), detail (text or null), now (time).
-- Returns: 1, or 0 if no such run began.
update ops.runs
set status = $status, detail = $detail, ended_at = $now
where run_id = $run_id
