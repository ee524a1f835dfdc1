-- Pairs of economies by week, most stories first.
-- Parameters: zone (IANA name), start, end (times; start <= counted_at < end).
-- Columns: week, country, partner, n_stories.
from mart.pairs_told($zone, $start, $end) order by week, n_stories desc, country, partner
