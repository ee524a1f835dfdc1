-- A decision is about a registered model, has a number of its own, and each promotion in force is one of them.
select 'about no model' as fault, decision_no, model_id from ops.model_decisions anti join core.models using (model_id)
union all
select 'number twice', decision_no, min(model_id) from ops.model_decisions group by decision_no having count(*) > 1
union all
select 'promotion without a decision', promotion_no, model_id
from ops.model_promotions
anti join (select model_id, decided_at as promoted_at from ops.model_decisions where decision = 'promoted') as decided
    using (model_id, promoted_at)
