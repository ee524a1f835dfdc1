-- Robots.txt files, each in place of the one before.
-- Parameters: incoming (feed_rows.RobotsRow).
-- Returns: files added or changed.
merge into ops.robots_files as stored
using (select distinct on (origin) * from incoming order by origin, read_at desc) as seen
on stored.origin = seen.origin
when matched and stored.read_at < seen.read_at then update by name
when not matched then insert by name
