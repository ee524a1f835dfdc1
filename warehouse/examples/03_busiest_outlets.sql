-- Which outlets bring the most, and is it to the point?
-- Shows: Articles and relevant articles of each outlet.
-- Caution: An outlet with a general feed has a low share and may still be the only one that tells of a place.
select
    outlet,
    count(*) as n_articles,
    count(*) filter (is_relevant) as n_relevant,
    round(avg(is_relevant::integer), 2) as share_relevant,
    max(counted_at) as last_at
from mart.articles
group by outlet
order by n_relevant desc, outlet
limit 15;
