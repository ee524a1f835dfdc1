-- Where is coverage missing?
-- Shows: Economies that act in relevant articles though no active feed is at home there: who tells of them, and how often.
-- Caution: The home of an international outlet is INT, whichever economies it writes about.
select
    places.country_code as country,
    count(*) as n_articles,
    count(distinct articles.outlet) as n_outlets,
    mode(articles.outlet order by articles.outlet) as mostly_told_by
from mart.article_countries as places
join mart.relevant_articles as articles using (article_id)
where places.country_code not in (select country from mart.feed_health where is_active and country is not null)
group by all
order by n_articles desc, country
limit 15;
