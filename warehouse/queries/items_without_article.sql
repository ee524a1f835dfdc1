-- Digest items that are not stored articles: a mistake of the caller.
-- Parameters: incoming (digest_rows.DigestItemRow).
-- Columns: article_id.
select article_id from incoming anti join core.articles using (article_id) order by article_id limit 1
