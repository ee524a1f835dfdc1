-- Latest texts on which a model has not spoken, oldest article first. Texts dropped by retention are past judging.
-- Parameters: model_id (text), limit (rows).
-- Columns: article_id, text_version, text_hash, title, text, language.
with latest as (
    select article_id, max(text_version) as text_version from core.article_texts group by article_id
),
unjudged as (
    select article_id, text_version
    from latest
    anti join (select article_id, text_version from core.verdicts where model_id = $model_id) as judged
        using (article_id, text_version)
)
select texts.article_id, texts.text_version, texts.text_hash, texts.title, texts.text, articles.language
from unjudged
join core.article_texts as texts using (article_id, text_version)
join core.articles using (article_id)
where texts.text is not null
order by articles.first_seen_at, texts.article_id
limit $limit
