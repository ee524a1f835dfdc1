-- The economies that act in newly judged texts, heaviest first.
-- Parameters: none; the temporary table new_verdicts.
-- Returns: rows added.
insert into core.article_places by name
select article_id, text_version, model_id, unnest(countries) as country_code, generate_subscripts(countries, 1) as place_rank
from new_verdicts
