-- How often is something spoken of, week by week?
-- Shows: Articles whose title or text have both words, whatever case and accents, and how many of them are relevant.
-- Caution: Reads every text since that day, a second for 50,000; `smewatch search` asks an index. Change words and day.
select
    mart.iso_week(counted_at, 'UTC') as week,
    count(*) as n_articles,
    count(*) filter (is_relevant) as n_relevant,
    arg_max(title, (score, article_id)) as best_match
from mart.search('small forum', read_since := '2026-11-01')
group by all
order by week desc
limit 12;
