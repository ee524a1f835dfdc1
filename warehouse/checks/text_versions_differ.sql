-- Text versions count 1, 2, 3 ... without gaps, and neighbours differ.
select article_id, text_version, text_hash, version_before
from (
    select
        article_id, text_version, text_hash,
        lag(text_version, 1, 0) over (partition by article_id order by text_version) as version_before,
        lag(text_hash) over (partition by article_id order by text_version) as hash_before
    from core.article_texts
)
where text_version <> version_before + 1 or text_hash = hash_before
