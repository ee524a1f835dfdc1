-- Latest texts on which a model has not spoken, oldest article first. Texts dropped by retention are past judging.
-- Parameters: model_id (text), limit (rows).
-- Columns: article_id, text_version, text_hash, title, text, language.
with chosen as materialized (  -- first without the texts, or all of them would be read to keep a few
    select article_id, text_version, language, first_seen_at
    from core.article_texts
    join core.articles using (article_id)
    anti join (select article_id, text_version from core.verdicts where model_id = $model_id) as judged
        using (article_id, text_version)
    where is_latest and text is not null
    order by first_seen_at, article_id
    limit $limit
)
select article_id, text_version, text_hash, title, text, language
from core.article_texts join chosen using (article_id, text_version)
order by first_seen_at, article_id
