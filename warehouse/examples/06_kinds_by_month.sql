-- Which kinds of cooperation make the news, month by month?
-- Shows: One row a month, one column a kind.
-- Caution: The model names the right kind in about six of ten cases; small differences mean nothing.
select
    strftime(timezone('UTC', counted_at), '%Y-%m') as month,
    count(*) filter (kind = 'forum') as forum,
    count(*) filter (kind = 'agreement') as agreement,
    count(*) filter (kind = 'policy-learning') as policy_learning,
    count(*) filter (kind = 'finance') as finance,
    count(*) filter (kind = 'internationalisation') as internationalisation,
    count(*) filter (kind = 'technology') as technology,
    count(*) as n_relevant
from mart.relevant_articles
group by all
order by month desc
limit 12;
