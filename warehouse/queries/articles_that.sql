-- Articles that meet conditions; a null one is none.
-- Parameters: since (time), is_relevant (boolean), kind (text), country (ISO 3166 alpha-2, or EU).
-- Columns: article_id.
select article_id
from mart.articles
where ($since::timestamptz is null or counted_at >= $since)
    and ($is_relevant::boolean is null or is_relevant = $is_relevant)
    and ($kind::varchar is null or kind = $kind)
    and ($country::varchar is null or article_id in (
        select article_id from mart.article_countries where country_code = $country
    ))
