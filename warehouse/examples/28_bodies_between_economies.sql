-- Which bodies bring economies together?
-- Shows: Agencies, chambers and banks named in relevant articles, the economies that act beside their own, and the kinds.
-- Caution: Bodies of a list are found by their names; one that is not on it is not seen (seeds/tags/organisations.csv).
select
    bodies.organisation,
    bodies.country_code as home,
    count(distinct bodies.article_id) as n_articles,
    count(distinct places.country_code) as n_partners,
    list(distinct places.country_code order by places.country_code)[:5] as partners,
    mode(articles.kind order by articles.kind) as mostly
from mart.article_organisations as bodies
join mart.relevant_articles as articles on articles.article_id = bodies.article_id
join mart.article_countries as places
    on places.article_id = bodies.article_id and places.country_code is distinct from bodies.country_code
group by bodies.organisation, bodies.country_code
order by n_partners desc, n_articles desc, bodies.organisation
limit 15;
