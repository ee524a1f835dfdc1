-- Labels for articles that are not stored: a mistake of the caller.
-- Parameters: incoming (rows.LabelRow).
-- Columns: article_id.
select article_id from incoming anti join core.articles using (article_id) order by article_id limit 1
