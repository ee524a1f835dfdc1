-- Verdicts on texts that are not stored: a mistake of the caller.
-- Parameters: incoming (rows.VerdictRow).
-- Columns: article_id, text_hash.
select article_id, text_hash
from incoming anti join core.article_texts using (article_id, text_hash)
order by article_id, text_hash
limit 1
