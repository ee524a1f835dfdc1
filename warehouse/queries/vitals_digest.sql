-- The edition in force of the latest week that has a digest.
-- Parameters: zone (text).
-- Columns: week, edition, created_at.
select week, edition, created_at
from core.digests
where zone = $zone
order by week desc, edition desc
limit 1
