-- A note of texts that are dropped in the same transaction.
-- Parameters: now (time), before (time), n_texts, n_characters.
-- Returns: 1.
insert into ops.text_retirements values ($now, $before, $n_texts, $n_characters)
