-- The articles that addresses lead to, with their latest texts.
-- Parameters: incoming (key: a url_key).
-- Columns: url_key, article_id, text_version, text_hash.
select url_key, article_id, text_version, text_hash
from core.article_urls
join core.article_texts using (article_id)
where url_key in (select key from incoming) and is_latest
