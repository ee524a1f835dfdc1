-- Verdicts not given before.
-- Parameters: run_id (text); the temporary table new_verdicts.
-- Returns: verdicts added.
insert into core.verdicts by name
select article_id, text_version, model_id, score, band, is_relevant, kind, kind_score, judged_at, $run_id as run_id
from new_verdicts
