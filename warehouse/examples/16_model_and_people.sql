-- How well does the model agree with people?
-- Shows: For each band of the model, how many articles people looked at and what they called them.
-- Caution: People look at what catches their eye, so these shares are not those of all articles.
select
    band,
    count(*) as n_labelled,
    count(*) filter (label = 1) as n_relevant,
    count(*) filter (label = 0) as n_not_relevant,
    count(*) filter (label = -1) as n_unsure,
    round(count(*) filter (label = 1) / nullif(count(*) filter (label in (0, 1)), 0), 2) as share_relevant,
    round(avg(score), 2) as mean_score
from mart.articles
where label is not null and band is not null
group by band
order by mean_score desc;
