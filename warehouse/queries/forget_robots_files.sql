-- Robots.txt files that are too old to count, or from a future that never was.
-- Parameters: after (time), now (time).
-- Returns: files forgotten.
delete from ops.robots_files where read_at <= $after or read_at > $now
