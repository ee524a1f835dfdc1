-- Everything an operator may ask of the feeds: active ones first, then by outlet and address.
-- Parameters: none.
-- Columns: those of rows.FeedRow, those of rows.FeedStateRow, is_user_added, is_paused, paused_since, confirmed_at,
--   added_at, is_active, adopted_url, adopted_at, run_id, leased_at, until_at, n_unsettled,
--   n_polls, n_good_polls, n_entries, n_articles, last_article_at.
select
    feeds.* exclude (changed_at),
    states.* exclude (feed_id),
    coalesce(keeping.is_user_added, false) as is_user_added,
    coalesce(keeping.is_paused, false) as is_paused,
    keeping.paused_since, keeping.confirmed_at,
    moved.url as adopted_url, moved.adopted_at,
    leases.run_id, leases.leased_at, leases.until_at, leases.n_unsettled,
    health.n_polls, health.n_good_polls, health.n_entries, health.n_articles, health.last_article_at
from raw.feeds as feeds
left join ops.feed_states as states using (feed_id)
left join ops.feed_keeping as keeping using (feed_id)
left join ops.feed_leases as leases using (feed_id)
left join ops.feed_addresses_in_force as moved using (feed_id)
left join mart.feed_health as health using (feed_id)
order by not feeds.is_active, lower(feeds.outlet), feeds.url
