-- A decision about a model, with the model that is in force as it is made.
-- Parameters: model_id, decision (text), decided_by, reason (text or null), comparison (JSON or null), decided_at (time).
-- Returns: 1.
insert into ops.model_decisions by name
select
    coalesce((select max(decision_no) from ops.model_decisions), 0) + 1 as decision_no,
    $model_id as model_id, (select model_id from core.model_in_force) as instead_of, $decision as decision,
    $decided_at as decided_at, $decided_by as decided_by, $reason as reason, $comparison::json as comparison
