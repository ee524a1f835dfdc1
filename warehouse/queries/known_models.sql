-- Registered models, the newest first.
-- Parameters: none.
-- Columns: model_id, created_at, promoted_at, is_in_force, n_verdicts, folder.
select model_id, created_at, promoted_at, is_in_force, n_verdicts, folder
from mart.models
order by created_at desc, model_id
