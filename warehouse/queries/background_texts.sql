-- Latest texts on which no person has spoken and of which the model in force says no.
-- The choice follows the hash of the article's id: the same again while the warehouse is the same, neither old nor new.
-- Parameters: limit (rows).
-- Columns: article_id, title, text.
with chosen as materialized (  -- first without the texts, or all of them would be read to keep a few
    select article_id, texts.text_version
    from core.verdicts_in_force as verdicts
    join core.article_texts as texts using (article_id)
    anti join core.labels using (article_id)
    where verdicts.band = 'no' and texts.is_latest and texts.text is not null
    order by sha256(article_id)
    limit $limit
)
select article_id, title, text
from core.article_texts join chosen using (article_id, text_version)
order by sha256(article_id)
