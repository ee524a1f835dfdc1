-- Text versions that just got a successor are no longer the latest.
-- Parameters: incoming (rows.TextRow), already stored.
-- Returns: versions retired.
update core.article_texts
set is_latest = false
from (
    select article_id, max(text_version) as text_version
    from core.article_texts semi join incoming using (article_id)
    group by article_id
    having count(*) > 1
) as latest
where article_texts.article_id = latest.article_id and article_texts.text_version < latest.text_version
    and article_texts.is_latest
