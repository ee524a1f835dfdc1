-- The evidence of new verdicts, strongest first.
-- Parameters: none; the temporary table new_verdicts.
-- Returns: rows added.
insert into core.verdict_evidence by name
select article_id, text_version, model_id, evidence_rank, item.phrase as phrase, item.weight as weight
from (
    select article_id, text_version, model_id, unnest(evidence) as item, generate_subscripts(evidence, 1) as evidence_rank
    from new_verdicts
)
