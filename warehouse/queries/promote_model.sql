-- A model is put in force, unless it is.
-- Parameters: model_id (text), now (time), reason (text or null).
-- Returns: 1, or 0 if it was in force already.
insert into ops.model_promotions by name
select
    coalesce((select max(promotion_no) from ops.model_promotions), 0) + 1 as promotion_no,
    $model_id as model_id, $now as promoted_at, $reason as reason
where not exists (from core.model_in_force where model_id = $model_id)
