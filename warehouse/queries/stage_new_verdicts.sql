-- Verdicts not given before, with the version of the text each is about: the newest with that hash.
-- Parameters: incoming (rows.VerdictRow).
-- Returns: nothing that counts; the rows are in the temporary table new_verdicts.
create or replace temp table new_verdicts as
with versions as (
    select article_id, text_hash, max(text_version) as text_version
    from core.article_texts semi join incoming using (article_id, text_hash)
    group by all
)
select distinct on (article_id, text_version, model_id) incoming.* exclude (text_hash), versions.text_version
from incoming join versions using (article_id, text_hash)
anti join core.verdicts using (article_id, text_version, model_id)
order by article_id, text_version, model_id, judged_at
