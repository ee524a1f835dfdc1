-- Exactly the highest text version of each article is its latest.
select article_id, text_version, is_latest, highest
from (
    select article_id, text_version, is_latest, max(text_version) over (partition by article_id) as highest
    from core.article_texts
)
where is_latest <> (text_version = highest)
