-- The numbers a new edition states.
-- Parameters: incoming (count_name, n), digest_id (text).
-- Returns: rows added.
insert into core.digest_counts by name select $digest_id as digest_id, count_name, n from incoming
