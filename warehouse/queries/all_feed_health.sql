-- Every feed as an operator sees it: active ones first.
-- Parameters: none.
-- Columns: feed_id, outlet, title, url, country, language, is_active, state, last_outcome, last_detail, last_polled_at,
--   last_good_at, next_poll_at, n_failures, n_polls, n_good_polls, n_entries, n_articles, last_article_at.
select *
from mart.feed_health
order by not is_active, lower(outlet), url
