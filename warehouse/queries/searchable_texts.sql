-- The latest texts of some articles, to be indexed.
-- Parameters: incoming (key: the article_id).
-- Columns: article_id, version (as in searchable_versions), title, text.
select
    article_id, text_version || '/' || text_hash || if(text is null, '/dropped', '') as version, title,
    coalesce(text, '') as text
from core.article_texts
where rowid in (  -- or DuckDB unpacks every text to find some
    select article_texts.rowid
    from core.article_texts semi join incoming on incoming.key = article_texts.article_id
    where is_latest
)
