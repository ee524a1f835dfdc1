-- Which economies cooperate most?
-- Shows: Pairs of economies by the number of relevant articles in which both act.
-- Caution: Articles, not events: what five papers tell of counts five times. 17_stories_across_borders counts stories.
select country, partner, n_articles, first_at, last_at
from mart.country_pairs
order by n_articles desc, country, partner
limit 15;
