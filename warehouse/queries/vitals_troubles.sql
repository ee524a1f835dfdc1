-- Active feeds that do not answer as they should, longest failing first.
-- Parameters: limit (rows).
-- Columns: those of vitals.FeedTrouble.
select outlet, url, state, n_failures, last_outcome, last_detail, last_good_at, next_poll_at
from mart.feed_health
where is_active and n_failures > 0
order by last_good_at nulls first, n_failures desc, url
limit $limit
