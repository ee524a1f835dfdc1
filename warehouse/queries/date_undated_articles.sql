-- A later reading may date an article that nobody had dated; it never changes a date.
-- Parameters: incoming (rows.ArticleRow).
-- Returns: articles dated.
update core.articles
set published_at = dated.published_at, published_at_source = dated.published_at_source,
    published_at_precision = dated.published_at_precision, is_published_in_future = dated.is_published_in_future
from (
    select distinct on (article_id) * from incoming
    where published_at is not null
    order by article_id, first_seen_at
) as dated
where articles.article_id = dated.article_id and articles.published_at is null
