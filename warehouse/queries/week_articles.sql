-- Articles of a span of time that are relevant or borderline, and relevant ones that came too late for the issue of
-- their week: relevant first, then by score, then by time.
-- Parameters: start, end (times; start <= the moment it counts at in the zone < end), zone (IANA name).
-- Columns: article_id, title, url, outlet, outlet_country, feed_id, language, author, published_at, published_at_source,
--   published_at_precision, is_published_in_future, first_seen_at, counted_at, model_id, score, band, is_relevant, label,
--   kind, kind_score, countries, blocs, sectors, evidence (list of phrase, weight), text_hash, text_row, n_words,
--   also_in (list of outlet, url, title), story_id, is_story_lead, is_late.
with late as (
    select article_id from mart.late_arrivals($zone, $start, $end)
),
chosen as materialized (  -- without the lists, which are then made for these articles only
    select * exclude (countries, blocs, is_dated_by_day, told_at), told_at < $start as is_late
    from (select *, mart.counted_in(counted_at, is_dated_by_day, $zone) as told_at from mart.articles)
    where told_at < $end and (told_at >= $start or article_id in (from late))
        and (is_relevant or label = -1 or (label is null and band in ('sure', 'likely', 'borderline')))
),
reasons as (
    select article_id, list({phrase: phrase, weight: weight} order by evidence_rank) as evidence
    from core.verdict_evidence semi join chosen using (article_id, text_version, model_id)
    group by article_id
),
places as (
    select article_id, list(country_code order by place_rank) as countries
    from core.article_places semi join chosen using (article_id, text_version, model_id)
    group by article_id
),
blocs as (
    select article_id, list(bloc order by bloc_rank) as blocs
    from core.article_blocs semi join chosen using (article_id, text_version, model_id)
    group by article_id
),
sectors as (
    select article_id, list(sector order by sector_rank) as sectors
    from core.article_sectors semi join chosen using (article_id, text_version, model_id)
    group by article_id
),
twins as (
    select distinct on (entries.article_id, entries.link) entries.article_id, feeds.outlet, entries.link as url, entries.title
    from raw.entries join raw.feeds as feeds using (feed_id)
    semi join chosen on chosen.article_id = entries.article_id
    where entries.outcome = 'same text' and entries.link is not null
    order by entries.article_id, entries.link, feeds.feed_id
),
reprints as (
    select article_id, list({outlet: outlet, url: url, title: title} order by outlet, url) as also_in
    from twins
    group by article_id
)
select
    chosen.* exclude (decided_by, text_version, fetched_at, run_id),
    coalesce(stories.story_id, chosen.article_id) as story_id,
    coalesce(stories.is_lead, true) as is_story_lead,
    texts.text_row,
    feeds.country as outlet_country,
    coalesce(places.countries, []) as countries,
    coalesce(blocs.blocs, []) as blocs,
    coalesce(sectors.sectors, []) as sectors,
    coalesce(reasons.evidence, []) as evidence,
    coalesce(reprints.also_in, []) as also_in
from chosen
join (select article_id, text_version, rowid as text_row from core.article_texts) as texts
    using (article_id, text_version)
left join places using (article_id)
left join blocs using (article_id)
left join sectors using (article_id)
left join reasons using (article_id)
left join reprints using (article_id)
left join core.story_articles_in_force as stories on stories.article_id = chosen.article_id
left join raw.feeds as feeds on feeds.feed_id = chosen.feed_id
order by is_relevant desc, score desc nulls last, counted_at, article_id
