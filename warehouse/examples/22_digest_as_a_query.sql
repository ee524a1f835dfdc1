-- Does a digest say what the warehouse says?
-- Shows: For each week's digest in force, the articles it shows, and the relevant articles that count in that week now.
-- Caution: A digest stays what it was; late arrivals, labels and a new model change the week afterwards.
with latest as (
    select week, zone, max(edition) as edition from mart.digest_items group by week, zone
),
shown as (
    select week, zone, edition, created_at, count(*) as n_shown, count(*) filter (is_relevant) as n_still_relevant
    from mart.digest_items
    join mart.articles using (article_id)
    semi join latest using (week, zone, edition)
    group by all
),
zones as (
    select distinct zone from latest
),
relevant_now as (
    select zone, mart.iso_week(mart.counted_in(counted_at, is_dated_by_day, zone), zone) as week, count(*) as n
    from mart.articles cross join zones
    where is_relevant
    group by all
)
select
    week, zone, edition, shown.created_at, n_shown, n_still_relevant, coalesce(relevant_now.n, 0) as n_relevant_now
from shown left join relevant_now using (week, zone)
order by week desc, zone
limit 12;
