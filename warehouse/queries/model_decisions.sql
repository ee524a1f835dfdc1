-- Every decision about a model, oldest first.
-- Parameters: none.
-- Columns: model_id, decision, decided_at, decided_by, reason, comparison, instead_of.
select model_id, decision, decided_at, decided_by, reason, comparison::varchar as comparison, instead_of
from ops.model_decisions
order by decision_no
