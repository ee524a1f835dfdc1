-- Articles to be grouped that are not stored: a mistake of the caller.
-- Parameters: incoming (digest_rows.StoryArticleRow).
-- Columns: article_id.
select article_id from incoming anti join core.articles using (article_id) order by article_id limit 1
