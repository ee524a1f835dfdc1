-- What would another threshold catch?
-- Shows: For scores from 0.9 down to 0.3: how many articles lie above, and the precision and recall on labelled ones.
-- Caution: Labels are few and not drawn by lot; the model's own measured numbers are in core.model_metrics.
with thresholds as (
    select unnest(range(9, 2, -1)) / 10.0 as threshold
),
judged as (
    select score, label from mart.articles where score is not null
)
select
    threshold,
    count(*) filter (score >= threshold) as n_articles,
    count(*) filter (score >= threshold and label = 1) as n_right,
    count(*) filter (score >= threshold and label = 0) as n_wrong,
    round(n_right / nullif(n_right + n_wrong, 0), 2) as precision,
    round(n_right / nullif(count(*) filter (label = 1), 0), 2) as recall
from thresholds cross join judged
group by threshold
order by threshold desc;
