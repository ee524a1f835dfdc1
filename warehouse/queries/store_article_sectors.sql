-- The sectors that newly judged texts are about, most often named first.
-- Parameters: none; the temporary table new_verdicts.
-- Returns: rows added.
insert into core.article_sectors by name
select article_id, text_version, model_id, unnest(sectors) as sector, generate_subscripts(sectors, 1) as sector_rank
from new_verdicts
