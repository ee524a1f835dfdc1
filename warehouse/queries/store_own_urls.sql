-- Every article is known under its own address. An address that already leads to an article keeps leading there.
-- Parameters: incoming (rows.ArticleRow).
-- Returns: addresses added.
insert into core.article_urls by name
select distinct on (url_key) url_key, article_id, 'article' as url_role, first_seen_at
from incoming anti join core.article_urls using (url_key)
order by url_key, first_seen_at
