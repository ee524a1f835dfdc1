-- Articles as an answer to a search shows them.
-- Parameters: incoming (key: the article_id).
-- Columns: article_id, title, outlet, url, counted_at, is_relevant, score, kind, countries, text.
with found as materialized (
    select article_id, title, outlet, url, counted_at, is_relevant, score, kind, countries, text_version
    from mart.articles semi join incoming on incoming.key = articles.article_id
),
texts as (
    select article_id, text from core.article_texts semi join incoming on incoming.key = article_texts.article_id
    where is_latest
)
select found.* exclude (text_version), texts.text
from found join texts using (article_id)
