-- The bodies that newly judged texts name, most often named first.
-- Parameters: none; the temporary table new_verdicts.
-- Returns: rows added.
insert into core.article_organisations by name
select
    article_id, text_version, model_id, body.name as organisation, body.kind as organisation_kind, body.country_code,
    organisation_rank
from (
    select
        article_id, text_version, model_id, unnest(organisations) as body,
        generate_subscripts(organisations, 1) as organisation_rank
    from new_verdicts
)
