-- A batch, if it was stored before.
-- Parameters: batch_id (text).
-- Columns: batch_id.
select batch_id from ops.batches where batch_id = $batch_id
