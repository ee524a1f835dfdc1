-- Other addresses of articles. An address that already leads to an article keeps leading there.
-- Parameters: incoming (rows.ArticleUrlRow).
-- Returns: addresses added.
insert into core.article_urls by name
select distinct on (url_key) url_key, article_id, url_role, first_seen_at
from incoming anti join core.article_urls using (url_key)
order by url_key, first_seen_at
