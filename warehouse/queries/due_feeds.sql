-- Active feeds, not paused, whose next poll is due, longest waiting first; never polled ones before all others.
-- The state of these is null. A feed whose last poll was begun and never stored is due from the end of its lease.
-- Parameters: now (time), farthest (time: no rule gives a later one, so some clock was wrong), ignore_schedule (true or false).
-- Columns: those of rows.FeedRow, those of rows.FeedStateRow, adopted_url, n_unsettled.
select
    feeds.feed_id, feeds.url, feeds.title, feeds.outlet, feeds.country, feeds.language, feeds.topic, feeds.confidence,
    states.* exclude (feed_id),
    moved.url as adopted_url,
    coalesce(leases.n_unsettled + 1, 0) as n_unsettled
from raw.feeds as feeds
left join ops.feed_states as states using (feed_id)
left join ops.feed_leases as leases using (feed_id)
left join ops.feed_addresses_in_force as moved using (feed_id)
anti join (select feed_id from ops.feed_keeping where is_paused) as paused using (feed_id)
where feeds.is_active and (
    $ignore_schedule
    or case when leases.until_at is null
        then coalesce(states.next_poll_at <= $now or states.next_poll_at > $farthest, true)
        else leases.until_at <= $now or leases.until_at > $farthest
    end
)
order by states.next_poll_at nulls first, feeds.feed_id
