-- The blocs that newly judged texts name, heaviest first.
-- Parameters: none; the temporary table new_verdicts.
-- Returns: rows added.
insert into core.article_blocs by name
select article_id, text_version, model_id, unnest(blocs) as bloc, generate_subscripts(blocs, 1) as bloc_rank
from new_verdicts
