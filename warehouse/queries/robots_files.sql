-- The robots.txt files that were read after a moment.
-- Parameters: after (time).
-- Columns: origin, body, read_at.
select origin, body, read_at from ops.robots_files where read_at > $after
