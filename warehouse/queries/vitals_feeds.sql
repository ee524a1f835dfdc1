-- How many active feeds are in which state; paused ones under that name, whatever else they are.
-- Parameters: none.
-- Columns: state, n_feeds.
select if(coalesce(keeping.is_paused, false), 'paused', health.state) as state, count(*) as n_feeds
from mart.feed_health as health
left join ops.feed_keeping as keeping using (feed_id)
where health.is_active
group by 1
order by n_feeds desc, state
