-- Articles as an answer to a search shows them.
-- Parameters: incoming (key: the article_id).
-- Columns: article_id, title, outlet, url, counted_at, is_relevant, score, kind, countries, text.
with found as materialized (  -- without the lists, which are then made for these articles only
    select article_id, title, outlet, url, counted_at, is_relevant, score, kind
    from mart.articles semi join incoming on incoming.key = articles.article_id
),
texts as (  -- by rowid, or DuckDB unpacks every text: .9 s among 200,000, and so .08
    select article_id, text_version, text
    from core.article_texts
    where rowid in (
        select article_texts.rowid
        from core.article_texts semi join incoming on incoming.key = article_texts.article_id
        where is_latest
    )
),
places as (
    select article_id, text_version, list(country_code order by place_rank) as countries
    from core.article_places semi join incoming on incoming.key = article_places.article_id
    where model_id = (select model_id from core.model_in_force)
    group by article_id, text_version
)
select found.*, coalesce(places.countries, []) as countries, texts.text
from found join texts using (article_id)
left join places using (article_id, text_version)
