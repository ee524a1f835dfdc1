-- Who works together that did not before?
-- Shows: Pairs whose first relevant article lies within the latest eight weeks, with that article's headline.
-- Caution: New to this warehouse, which knows nothing of the time before its first run.
select
    pairs.country, pairs.partner, pairs.first_at, pairs.n_articles,
    arg_min(articles.title, (articles.counted_at, articles.article_id)) as first_headline
from mart.country_pairs as pairs
join mart.article_countries as one on one.country_code = pairs.country
join mart.article_countries as other on other.country_code = pairs.partner and other.article_id = one.article_id
join mart.relevant_articles as articles on articles.article_id = one.article_id
where pairs.first_at >= (select max(counted_at) from mart.relevant_articles) - interval 56 days
group by all
order by pairs.first_at desc, pairs.country, pairs.partner
limit 15;
