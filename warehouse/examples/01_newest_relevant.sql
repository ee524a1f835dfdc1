-- What is new?
-- Shows: The ten relevant articles that count latest, with what kind of cooperation they tell of and between whom.
-- Caution: counted_at is the date somebody claims, and where nobody does, when we first read it.
select counted_at, outlet, title, kind, countries, url
from mart.relevant_articles
order by counted_at desc, article_id
limit 10;
