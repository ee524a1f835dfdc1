-- Who works together that did not before?
-- Shows: Pairs whose first relevant article lies within the latest eight weeks, with that article's headline.
-- Caution: New to this warehouse, which knows nothing of the time before its first run.
with relevant as materialized (
    select article_id, title, counted_at from mart.relevant_articles
),
acting as materialized (
    select article_id, country_code from mart.article_countries semi join relevant using (article_id)
)
select
    one.country_code as country, other.country_code as partner,
    min(articles.counted_at) as first_at,
    count(*) as n_articles,
    arg_min(articles.title, (articles.counted_at, articles.article_id)) as first_headline
from acting as one
join acting as other on other.article_id = one.article_id and one.country_code < other.country_code
join relevant as articles on articles.article_id = one.article_id
group by all
having first_at >= (select max(counted_at) from relevant) - interval 56 days
order by first_at desc, country, partner
limit 15;
