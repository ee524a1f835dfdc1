-- The article that first had each text.
-- Parameters: incoming (key: a text_hash).
-- Columns: text_hash, article_id.
select text_hash, arg_min(article_id, (fetched_at, article_id)) as article_id
from core.article_texts
where text_hash in (select key from incoming)
group by text_hash
