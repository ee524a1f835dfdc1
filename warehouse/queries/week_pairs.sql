-- Pairs of economies by week, most stories first.
-- Parameters: zone (IANA name), start, end (times; start <= the moment it counts at in the zone < end).
-- Columns: week, country, partner, n_stories.
from mart.pairs_told($zone, $start, $end) order by week, n_stories desc, country, partner
