-- The articles that addresses lead to, with their latest texts.
-- Parameters: incoming (key: a url_key).
-- Columns: url_key, article_id, text_version, text_hash.
with found as (
    select url_key, article_id from core.article_urls where url_key in (select key from incoming)
),
latest as (
    select article_id, max(text_version) as text_version, arg_max(text_hash, text_version) as text_hash
    from core.article_texts semi join found using (article_id)
    group by article_id
)
select url_key, article_id, text_version, text_hash
from found join latest using (article_id)
