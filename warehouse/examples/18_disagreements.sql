-- What do the model and people disagree on?
-- Shows: Labelled articles that the model called the other way, the surest mistakes first.
-- Caution: A person can be wrong too; core.labels has who said it, when and why.
select
    case when label = 1 then 'missed' else 'false alarm' end as mistake,
    round(score, 2) as score, band, title, outlet, language, article_id
from mart.articles
where label = 1 and band in ('borderline', 'no') or label = 0 and band in ('sure', 'likely')
order by abs(score - 0.5) desc, article_id
limit 15;
