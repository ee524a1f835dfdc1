-- How many runs were ever begun, and batches stored.
-- Parameters: none.
-- Columns: those of vitals.Written.
select (select count(*) from ops.runs) as n_runs, (select count(*) from ops.batches) as n_batches
