-- A word that differs when any latest text does, or retention dropped one. Reads no text, only whether there is one.
-- Parameters: none.
-- Columns: state.
select
    version() || '/' || count(*) || '/' || coalesce(sum(hash(article_id, text_version, text_hash, text is null)::hugeint), 0)
        as state
from core.article_texts
where is_latest
