-- The record that a batch was stored: the last statement of its transaction.
-- Parameters: batch_id, run_id (text), stored_at (time), n_fetches, n_entries, n_articles, n_texts, n_verdicts (counts).
-- Returns: 1.
insert into ops.batches by name
select
    $batch_id as batch_id, $run_id as run_id, $stored_at as stored_at, $n_fetches as n_fetches, $n_entries as n_entries,
    $n_articles as n_articles, $n_texts as n_texts, $n_verdicts as n_verdicts
