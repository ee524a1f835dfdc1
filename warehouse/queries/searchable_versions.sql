-- The version of each article's latest text: another one where title or text changed, or retention dropped the text.
-- Parameters: none.
-- Columns: article_id, version.
select article_id, text_version || '/' || text_hash || if(text is null, '/dropped', '') as version
from core.article_texts
where is_latest
