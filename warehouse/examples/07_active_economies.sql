-- Which economies act in the news of cooperation, and with how many others?
-- Shows: Relevant articles in which each economy acts, its different partners, and the kind told of most often.
-- Caution: It counts what our feeds write about; an economy without a feed of its own is told of by others only.
with acting as (
    select places.country_code as country, places.article_id, articles.kind
    from mart.article_countries as places
    join mart.relevant_articles as articles using (article_id)
)
select
    one.country,
    count(distinct one.article_id) as n_articles,
    count(distinct other.country) as n_partners,
    mode(one.kind order by one.kind) as most_frequent_kind
from acting as one
left join acting as other on other.article_id = one.article_id and other.country <> one.country
group by one.country
order by n_articles desc, one.country
limit 15;
