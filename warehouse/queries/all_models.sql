-- Every registered model with its metrics, oldest first.
-- Parameters: none.
-- Columns: model_id, created_at, folder, model_sha256, training_sha256, card, metrics (list of data_set, metric,
--   metric_value), is_in_force.
with measured as (
    select model_id, list({data_set: data_set, metric: metric, metric_value: metric_value}) as metrics
    from core.model_metrics
    group by model_id
)
select
    model_id, created_at, folder, model_sha256, training_sha256, card::varchar as card,
    coalesce(metrics, []) as metrics,
    model_id in (select model_id from core.model_in_force) as is_in_force
from core.models left join measured using (model_id)
order by registered_at, model_id
