-- Articles, each once. Two entries of one batch may lead to one article: the one read first counts.
-- Parameters: incoming (rows.ArticleRow), run_id (text).
-- Returns: articles added.
insert into core.articles by name
select distinct on (article_id) *, $run_id as run_id
from incoming anti join core.articles using (article_id)
order by article_id, first_seen_at
