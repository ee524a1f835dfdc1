-- How do the pairs change?
-- Shows: Relevant articles of each pair in the latest eight weeks beside the eight weeks before, the largest change first.
-- Caution: Small numbers jump by chance; with fewer than five on both sides a change says little.
with dated as (
    select
        one.country_code as country, other.country_code as partner,
        articles.counted_at >= last.counted_at - interval 56 days as is_late
    from mart.article_countries as one
    join mart.article_countries as other
        on other.article_id = one.article_id and one.country_code < other.country_code
    join mart.relevant_articles as articles on articles.article_id = one.article_id
    cross join (select max(counted_at) as counted_at from mart.relevant_articles) as last
    where articles.counted_at >= last.counted_at - interval 112 days
)
select
    country, partner,
    count(*) filter (not is_late) as n_before,
    count(*) filter (is_late) as n_latest,
    n_latest - n_before as change
from dated
group by country, partner
order by abs(change) desc, country, partner
limit 15;
